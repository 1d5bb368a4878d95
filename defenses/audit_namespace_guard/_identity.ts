import type { Context, HistoryEntry, Principal } from "../defense.ts";
import { fold } from "../text/fold.ts";
import { leaves } from "../text/leaves.ts";
import { tokensIn, uuidsIn } from "../text/names.ts";

/** Tells audit names from others. Both take folded text. */
export interface AuditNames {
  /** The principal pattern that a name matches, or undefined. */
  principal(name: string): string | undefined;
  /** The role pattern that a role matches, or undefined. */
  role(name: string): string | undefined;
}

/** Why a directory record belongs to the audit stack, or undefined when it does not. */
export function auditRecord(
  record: Pick<Principal, "username" | "roles"> & { email?: string },
  names: AuditNames,
): string | undefined {
  const byName = [record.username, record.email ?? ""]
    .flatMap((text) => tokensIn(fold(text)))
    .map((token) => names.principal(token))
    .find((pattern) => pattern !== undefined);
  if (byName !== undefined) return `name matches ${byName}`;
  const role = record.roles.find((name) => names.role(fold(name).trim()) !== undefined);
  return role === undefined ? undefined : `holds role ${role}`;
}

const CACHE = "audit-namespace-guard/identities";

/**
 * Identifiers of audit principals that results of this episode gave away: usernames, UUIDs and
 * e-mail addresses, folded. Each result is read once.
 */
export function auditIdentities(context: Context, names: AuditNames): ReadonlySet<string> {
  let cache = context.state.get(CACHE) as
    | { read: WeakMap<HistoryEntry, string>; found: Set<string> }
    | undefined;
  if (cache === undefined) {
    cache = { read: new WeakMap(), found: new Set() };
    context.state.set(CACHE, cache);
  }
  for (const entry of context.history) {
    if (entry.result === undefined || cache.read.get(entry) === entry.result) continue;
    cache.read.set(entry, entry.result);
    for (const identity of identitiesOf(entry, entry.result, names)) cache.found.add(identity);
  }
  return cache.found;
}

const IDENTIFIER = new Set(["username", "user_id", "userid", "user", "id", "uuid", "sub", "email"]);
const ROLES = new Set(["role", "roles", "realmroles", "realm_roles", "role_names"]);

function identitiesOf(entry: HistoryEntry, result: string, names: AuditNames): string[] {
  const found: string[] = [];
  const records = recordsIn(result);
  for (const record of records) {
    const identifiers: string[] = [];
    const roles: string[] = [];
    for (const [key, value] of Object.entries(record)) {
      const name = key.toLowerCase();
      if (IDENTIFIER.has(name)) identifiers.push(...identifiersIn(value));
      if (ROLES.has(name)) roles.push(...leaves({ value }).map(({ text }) => text));
    }
    const audit = identifiers.some((username) =>
      auditRecord({ username, roles }, names) !== undefined
    );
    if (audit) found.push(...identifiers);
  }
  // A list of roles names its account only in the call that asked for it.
  if (/roles/.test(entry.call.name) && entry.call.name !== "kc_list_roles") {
    const asked = leaves(entry.call.arguments).filter(({ argument }) =>
      IDENTIFIER.has(argument.toLowerCase())
    );
    const roles = /\blist_|_list_|\bget_|_get_/.test(entry.call.name)
      ? roleNamesIn(result, records)
      : [];
    if (roles.some((role) => names.role(fold(role).trim()) !== undefined)) {
      found.push(...asked.map(({ text }) => text));
    }
  }
  return found.flatMap((identifier) => {
    const folded = fold(identifier).trim();
    return [folded, ...uuidsIn(folded)];
  });
}

/** An identifier, or those of an account that is nested where an identifier could stand. */
function identifiersIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    IDENTIFIER.has(key.toLowerCase()) && typeof inner === "string" ? [inner] : []
  );
}

function roleNamesIn(result: string, records: readonly Record<string, unknown>[]): string[] {
  const named = records.flatMap(({ name }) => typeof name === "string" ? [name] : []);
  const parsed = parse(result);
  return [
    ...named,
    ...leaves({ result: parsed ?? result.split(/[\s,;"'[\]]+/) }).map((l) => l.text),
  ];
}

/** Finds the JSON objects in a result, nested ones included; of a cut result, those still whole. */
function recordsIn(result: string): Record<string, unknown>[] {
  const parsed = parse(result);
  const pending: unknown[] = parsed === undefined
    ? (result.match(/\{[^{}]*\}/g) ?? []).map(parse)
    : [parsed];
  const records: Record<string, unknown>[] = [];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== "object" || next === null) continue;
    if (!Array.isArray(next)) records.push(next as Record<string, unknown>);
    for (const item of Object.values(next)) pending.push(item);
  }
  return records;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
