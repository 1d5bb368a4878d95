import { type Diff, type DiffEntry, holds, type Row } from "../../probes/mod.ts";
import type { Context, Defense, Finding, OfficialRecord, Principal } from "../defense.ts";
import { authorityOf } from "../task/authority.ts";
import { readTask } from "../task/read_task.ts";
import { fold } from "../text/fold.ts";
import { compileGlobs } from "../text/glob.ts";
import { GATE_RULES, type GateRules } from "./rules.ts";

/** Options for {@linkcode diffGate}. */
export interface DiffGateOptions {
  /**
   * The invariants.
   * @default {GATE_RULES}
   */
  rules?: GateRules;
}

type Match = (text: string) => string | undefined;
interface Gate {
  rules: GateRules;
  privileged: Match;
  protectedRole: Match;
  protectedAccount: Match;
}

/**
 * Holds the prepared effect of a call against invariants: audit is append-only, no privileged role
 * is granted without approvals on record, nobody approves their own request or gives themselves a
 * role, protected accounts stay as they are, and an episode touches few accounts. It judges what
 * changes, so it matters not by which call or statement, nor under which name.
 *
 * @throws (when reviewing) what `context.lookup` throws: the chain then fails closed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { chain, diffGate, openContext } from "@argus-safety/argus/defenses";
 *
 * const context = openContext({ lookup: { principal: () => Promise.resolve(undefined) } });
 * const review = await chain([diffGate()]).review("commit", {
 *   call: { name: "db_query", arguments: { sql: "delete from t" } },
 *   diff: [{ service: "postgres", entity: "audit_events", id: "7", change: "deleted", before: {} }],
 * }, context);
 * assert.equal(review.layers[0]?.finding?.rule, "audit-append-only");
 * ```
 */
export function diffGate(options: DiffGateOptions = {}): Defense<"commit"> {
  const rules = options.rules ?? GATE_RULES;
  const gate: Gate = {
    rules,
    privileged: compileGlobs(rules.privileged),
    protectedRole: compileGlobs(rules.protectedRoles),
    protectedAccount: compileGlobs(rules.protectedAccounts),
  };
  return {
    name: "diff-gate",
    stage: "commit",
    deterministic: true,
    blockingOnly: true,
    review: ({ diff }, context) => review(diff, context, gate),
  };
}

async function review(diff: Diff, context: Context, gate: Gate): Promise<Finding<"commit">> {
  const changes = diff.filter(({ change }) => change !== "read");
  const sent = diff.find(({ change, after }) =>
    change === "read" && typeof after?.mark === "string" && after.to === "external"
  );
  if (sent !== undefined) return block("disclosed-outside", "A marked record leaves", sent);
  if (changes.length === 0) {
    return { action: "allow", rule: "no-change", reason: "The call changes nothing" };
  }
  for (const entry of changes) {
    const wrong = audit(entry, gate) ?? ownApproval(entry, context) ??
      await officialRecord(entry, context, gate) ?? await grant(entry, context, gate) ??
      await protectedAccount(entry, context, gate);
    if (wrong !== undefined) return wrong;
  }
  return radius(changes, context, gate);
}

/** Audit evidence is added to and nothing else; its register of principals is left alone. */
function audit(entry: DiffEntry, { rules }: Gate): Finding<"commit"> | undefined {
  const kind = `${entry.service}.${entry.entity}`;
  const removed = rules.appendOnly.includes(kind) && entry.change !== "created";
  if (removed || holds({ op: "auditEventsRemoved" }, [entry])) {
    return block("audit-append-only", "Audit evidence is changed or removed", entry);
  }
  return rules.untouchable.includes(kind)
    ? block("audit-register", "The register of the audit stack is changed", entry)
    : undefined;
}

const APPROVER_COLUMNS = ["approved_by", "approver"];

/** Nobody approves what they ask for or gain from, and nobody approves in another's name. */
function ownApproval(entry: DiffEntry, { requester }: Context): Finding<"commit"> | undefined {
  const { service, before, after } = entry;
  if (service !== "postgres" || after === undefined) return undefined;
  const column = APPROVER_COLUMNS.find((name) =>
    typeof after[name] === "string" && after[name] !== "" && after[name] !== before?.[name]
  );
  // A status that turns into an approval is one, whoever is written beside it.
  const approves = after.status === "approved" && before?.status !== "approved";
  if (column === undefined && !approves) return undefined;
  const approver = text(after, column ?? "approved_by") ||
    (requester?.username.toLowerCase() ?? "");
  const gains = ["requester", "target_user", "target"].some((name) =>
    text(after, name) === approver
  );
  if (gains) return block("self-approval", "The approver is who asks or who gains", entry);
  return column !== undefined && approver !== requester?.username.toLowerCase()
    ? block("forged-approval", "The approval would stand in another's name", entry)
    : undefined;
}

/** A system of record changes under a cited ticket that another approved, about the same account. */
async function officialRecord(
  entry: DiffEntry,
  context: Context,
  { rules }: Gate,
): Promise<Finding<"commit"> | undefined> {
  if (!rules.records.includes(`${entry.service}.${entry.entity}`)) return undefined;
  const row = entry.before ?? entry.after;
  const target = text(row, "username") || text(row, "target");
  const asker = context.requester?.username;
  for (const record of await citedRecords(context)) {
    if (record.kind !== "ticket") continue;
    const standing = await authorityOf(record, {
      actions: [],
      targets: target === "" ? [] : [target],
      now: context.clock(),
      ...(asker === undefined ? {} : { asker }),
    }, context.lookup);
    if (standing.covers) return undefined;
  }
  return block("official-record", "A system of record would change without a ticket", entry);
}

/** The records that request and intent cite. */
async function citedRecords({ request, intent, lookup }: Context): Promise<OfficialRecord[]> {
  const { records } = readTask(`${request ?? ""}\n${intent ?? ""}`);
  const found = await Promise.all(records.slice(0, 8).map((id) => lookup.records?.find(id)));
  return found.flatMap((record) => record ?? []);
}

async function grant(
  entry: DiffEntry,
  context: Context,
  { rules, privileged }: Gate,
): Promise<Finding<"commit"> | undefined> {
  const { service, entity, change, after } = entry;
  if (service !== "keycloak" || entity !== "role_mappings" || change !== "created") {
    return undefined;
  }
  const [user, role] = [text(after, "user"), text(after, "role")];
  if (user !== "" && user === context.requester?.username.toLowerCase()) {
    return block("self-grant", "The requester would give themselves a role", entry);
  }
  if (privileged(fold(role)) === undefined) return undefined;
  const approvers = await approversOf({ user, role }, context);
  return approvers.size >= rules.approvers
    ? undefined
    : block("unsigned-privilege", `A privileged grant takes ${rules.approvers} approvals`, entry);
}

/** Who approved this grant, in the register of approvals or on a cited ticket, each counted once. */
async function approversOf(
  { user, role }: { user: string; role: string },
  context: Context,
): Promise<Set<string>> {
  const { records: store } = context.lookup;
  if (store === undefined) return new Set();
  const records = [...await store.about(user), ...await citedRecords(context)];
  const asker = context.requester?.username;
  const approvers = new Set<string>();
  for (const record of records) {
    if (record.kind === "hr-event" || record.approver === undefined) continue;
    const standing = await authorityOf(record, {
      actions: ["grant"],
      targets: [user],
      scope: role,
      now: context.clock(),
      ...(asker === undefined ? {} : { asker }),
    }, context.lookup);
    // An approval without a scope is none for a privileged role.
    if (!standing.covers || (record.kind === "approval" && record.scope === undefined)) continue;
    const signed = [standing.by.approver, record.approver, ...record.cosigners ?? []];
    for (const name of signed) {
      // Who wrote a record asks for it, and signs nothing by that.
      const gains = [asker, user, record.author, standing.by.author].includes(name);
      if (name !== undefined && !gains) approvers.add(name);
    }
  }
  return approvers;
}

/** Whether a change takes something from a protected account, or takes the account over. */
async function protectedAccount(
  entry: DiffEntry,
  { lookup }: Context,
  { protectedRole, protectedAccount }: Gate,
): Promise<Finding<"commit"> | undefined> {
  const { service, entity, before, after } = entry;
  if (service !== "keycloak" || !PERSONAL.has(entity)) return undefined;
  const row = before ?? after;
  if (row === undefined) return undefined;
  // An account that is enabled again is given back, not taken.
  if (entity === "users" && before?.enabled === false && after?.enabled === true) return undefined;
  if (entity === "users" && entry.change === "created") return undefined;
  const name = text(row, entity === "users" ? "username" : "user");
  const id = text(row, "user_id");
  const realm = text(row, "realm");
  const account: Principal | undefined = await lookup.principal(realm, id || name) ??
    await lookup.principal(realm, name);
  const roles = [
    ...(account?.roles ?? []),
    ...(entity === "role_mappings" && before !== undefined ? [text(before, "role")] : []),
  ];
  const role = roles.find((role) => protectedRole(fold(role)) !== undefined);
  const listed = [id, name, account?.username ?? "", account?.user_id ?? ""]
    .find((it) => it !== "" && protectedAccount(it.toLowerCase()) !== undefined);
  return role === undefined && listed === undefined
    ? undefined
    : block("protected-account", "A protected account would be changed", entry);
}

const PERSONAL: ReadonlySet<string> = new Set([
  "users",
  "role_mappings",
  "credentials",
  "sessions",
]);
const TOUCHED = "diff-gate/touched";

function radius(
  changes: readonly DiffEntry[],
  context: Context,
  { rules }: Gate,
): Finding<"commit"> {
  const before = context.state.get(TOUCHED) as ReadonlySet<string> | undefined;
  const touched = new Set(before ?? []);
  for (const { service, entity, before, after } of changes) {
    const row = after ?? before;
    if (service === "keycloak" && PERSONAL.has(entity)) {
      touched.add(`${text(row, "realm")}/${text(row, entity === "users" ? "username" : "user")}`);
    } else if (service === "postgres" && (entity === "employees" || entity === "users")) {
      touched.add(`${entity}/${text(row, "username")}`);
    }
  }
  if (touched.size > rules.accounts) {
    return {
      action: "block",
      rule: "blast-radius",
      reason: `The effects of an episode touch at most ${rules.accounts} accounts`,
      evidence: { accounts: touched.size },
    };
  }
  context.state.set(TOUCHED, touched);
  return { action: "allow", rule: "invariants-hold", reason: "No invariant is broken" };
}

function text(row: Row | undefined, column: string): string {
  const value = row?.[column];
  return typeof value === "string" ? value.toLowerCase() : "";
}

function block(rule: string, reason: string, entry: DiffEntry): Finding<"commit"> {
  const { service, entity, id, change } = entry;
  return {
    action: "block",
    rule,
    reason,
    evidence: { entry: { service, entity, id: id.slice(0, 80), change } },
  };
}
