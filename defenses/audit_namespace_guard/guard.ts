import { TOOLS } from "../../probes/mod.ts";
import type { Context, Defense, Finding, Principal, Subject } from "../defense.ts";
import { fold, MAX_IDENTIFIER, readings, squeeze } from "./_fold.ts";
import { compileGlobs } from "./_glob.ts";
import {
  auditIdentities,
  type AuditNames,
  auditRecord,
  emailsIn,
  tokensIn,
  uuidsIn,
} from "./_identity.ts";
import { type Leaf, leaves } from "./_leaves.ts";
import { leadsInto } from "./_path.ts";
import { fitsSchema } from "./_shape.ts";
import { shapeOf } from "./_sql.ts";
import {
  AUDIT_PATHS,
  AUDIT_PRINCIPALS,
  AUDIT_RESOURCES,
  AUDIT_ROLES,
  AUDIT_TABLES,
  GUARD_RULES,
  type GuardRule,
} from "./rules.ts";

/** Options for {@linkcode auditNamespaceGuard}: each list replaces the default one. */
export interface AuditNamespaceGuardOptions {
  /**
   * The sensitive tools, by name.
   * @default {GUARD_RULES}
   */
  rules?: Readonly<Record<string, GuardRule>>;
  /**
   * Names of audit-stack accounts.
   * @default {AUDIT_PRINCIPALS}
   */
  principals?: readonly string[];
  /**
   * Roles that make an account part of the audit stack, and that nobody may give or take.
   * @default {AUDIT_ROLES}
   */
  roles?: readonly string[];
  /**
   * Tables that hold audit evidence or audit principals.
   * @default {AUDIT_TABLES}
   */
  tables?: readonly string[];
  /**
   * Folders whose files are audit evidence.
   * @default {AUDIT_PATHS}
   */
  paths?: readonly string[];
  /**
   * Resources, such as buckets, that hold audit evidence.
   * @default {AUDIT_RESOURCES}
   */
  resources?: readonly string[];
  /**
   * Realms in which names in SQL are looked up, since SQL names none.
   * @default {["enterprise", "corp-prod"]}
   */
  realms?: readonly string[];
  /**
   * Name of the argument that holds the realm.
   * @default {"realm"}
   */
  realmArgument?: string;
  /**
   * What becomes of a UUID that the directory does not know: it carries no name to judge it by.
   * @default {"block"}
   */
  unresolved?: "block" | "allow";
}

/** Most accounts that one call may name; each costs looks into the directory. */
const MAX_ACCOUNTS = 256;
/** Most parts of one argument that are looked up; an argument with more is no identifier. */
const MAX_PARTS = 64;

interface Guard {
  rules: ReadonlyMap<string, GuardRule>;
  names: AuditNames;
  table(name: string): string | undefined;
  resource(name: string): string | undefined;
  paths: readonly string[];
  realms: readonly string[];
  realmArgument: string;
  unresolved: "block" | "allow";
}

type CallFinding = Finding<"call">;

/**
 * Blocks sensitive tools on principals, roles, tables, files and resources of the audit stack.
 *
 * Principals are known by username, UUID and e-mail, in any argument and at any depth, behind
 * escapes and look-alikes; by roles that results of the episode showed; and by what
 * `context.lookup` says of them. Deleting audit events is blocked whatever the arguments. Enabling
 * an account, and reading, are not blocked. Arguments that do not fit the tool are blocked.
 *
 * @throws (when reviewing) whatever `context.lookup` throws: the chain then fails closed.
 * @example
 * ```ts
 * import { auditNamespaceGuard } from "@argus-safety/argus/defenses";
 *
 * const guard = auditNamespaceGuard({ principals: ["*.audit", "svc-ledger"] });
 * ```
 */
export function auditNamespaceGuard(options: AuditNamespaceGuardOptions = {}): Defense<"call"> {
  const guard: Guard = {
    rules: new Map(
      Object.entries(options.rules ?? GUARD_RULES).map(([name, rule]) => [toolName(name), rule]),
    ),
    names: {
      principal: compileGlobs(options.principals ?? AUDIT_PRINCIPALS),
      role: compileGlobs(options.roles ?? AUDIT_ROLES),
    },
    table: compileGlobs(options.tables ?? AUDIT_TABLES),
    resource: compileGlobs(options.resources ?? AUDIT_RESOURCES),
    paths: options.paths ?? AUDIT_PATHS,
    realms: options.realms ?? ["enterprise", "corp-prod"],
    realmArgument: options.realmArgument ?? "realm",
    unresolved: options.unresolved ?? "block",
  };
  return {
    name: "audit-namespace-guard",
    stage: "call",
    deterministic: true,
    blockingOnly: true,
    review: (subject, context) => review(guard, subject, context),
  };
}

function review(
  guard: Guard,
  { call, schema }: Subject<"call">,
  context: Context,
): CallFinding | Promise<CallFinding> {
  const name = toolName(call.name);
  const rule = guard.rules.get(name);
  if (rule === undefined) return allow("not-sensitive", "The tool is not sensitive");
  if (rule.by === "always") {
    return block("audit-evidence", `"${name}" removes audit evidence`, {});
  }
  const args: unknown = call.arguments;
  if (typeof args !== "object" || args === null || Array.isArray(args)) return malformed(name);
  const record = args as Record<string, unknown>;
  const parameters = (schema ?? TOOLS.get(name)?.schema)?.function.parameters;
  const fits = parameters === undefined || fitsSchema(record, parameters);
  switch (rule.by) {
    case "principal":
      return reviewPrincipals(guard, rule, { name, args: record, fits, context });
    case "sql":
      return fits ? reviewSql(guard, rule.argument, { args: record, context }) : malformed(name);
    case "path": {
      const path = record[rule.argument];
      if (!fits || typeof path !== "string") return malformed(name);
      const folder = leadsInto(path, guard.paths);
      return folder === undefined
        ? allow("no-audit-path", "The path lies outside the audit tree")
        : block("audit-path", `"${name}" would write into the audit tree`, {
          argument: rule.argument,
          matched: folder,
        });
    }
    case "resource": {
      const resource = record[rule.argument];
      if (!fits || typeof resource !== "string") return malformed(name);
      const { texts, tooDeep } = readings(resource);
      const matched = tooDeep
        ? "too many layers of escapes"
        : firstMatch(texts.flatMap(tokensIn), guard.resource);
      return matched === undefined
        ? allow("no-audit-resource", "The resource is not part of the audit stack")
        : block("audit-resource", `"${name}" would change an audit resource`, {
          argument: rule.argument,
          matched,
        });
    }
  }
}

interface PrincipalReview {
  name: string;
  args: Record<string, unknown>;
  fits: boolean;
  context: Context;
}

function reviewPrincipals(
  guard: Guard,
  rule: GuardRule & { by: "principal" },
  { name, args, fits, context }: PrincipalReview,
): CallFinding | Promise<CallFinding> {
  const { unless, secrets = [] } = rule;
  if (fits && unless !== undefined && args[unless.argument] === unless.equals) {
    return allow("harmless-value", `"${unless.argument}" makes the call harmless`);
  }
  const searched = leaves(args).filter(({ argument }) => !secrets.includes(argument));
  const identity = TOOLS.get(name)?.identityArguments;
  const known = auditIdentities(context, guard.names);
  const seen = findByName(guard, searched, { known, identity: identity ?? [] });
  if (seen !== undefined) return seen;
  if (!fits) return malformed(name);
  const named = searched.filter(({ argument }) =>
    argument !== guard.realmArgument && (identity === undefined || identity.includes(argument))
  );
  const realm = args[guard.realmArgument];
  const realms = typeof realm === "string" ? variants(realm) : guard.realms;
  return lookUp(guard, named, { realms, context, mustExist: rule.creates !== true });
}

interface NameReview {
  /** Identities that the episode's results gave away. */
  known: ReadonlySet<string>;
  /** Arguments in which a role's name means an account, not a role. */
  identity: readonly string[];
}

/** Judges by names alone: patterns, and identities that the episode's results gave away. */
function findByName(
  { names }: Guard,
  searched: readonly Leaf[],
  { known, identity }: NameReview,
): CallFinding | undefined {
  for (const { argument, text } of searched) {
    const { texts, tooDeep } = readings(text);
    if (tooDeep) {
      return block("obfuscated", "An argument hides behind too many layers of escapes", {
        argument,
      });
    }
    const asRole = identity.includes(argument) ? () => undefined : names.role;
    for (const reading of texts) {
      const spellings = [reading, squeeze(reading)].filter((text) => text !== undefined);
      const tokens = spellings.flatMap(tokensIn);
      const role = firstMatch(tokens, asRole);
      if (role !== undefined) {
        return block("audit-role", "The call names an audit role", { argument, matched: role });
      }
      const principal = firstMatch(tokens, names.principal) ??
        [reading.trim(), ...spellings, ...tokens, ...spellings.flatMap(uuidsIn)]
          .find((spelling) => known.has(spelling));
      if (principal !== undefined) {
        return block("audit-principal", "The call names a principal of the audit stack", {
          argument,
          matched: clip(principal),
        });
      }
    }
  }
  return undefined;
}

function firstMatch(
  tokens: readonly string[],
  match: (token: string) => string | undefined,
): string | undefined {
  for (const token of tokens) {
    const matched = match(token);
    if (matched !== undefined) return matched;
  }
  return undefined;
}

interface LookUp {
  realms: readonly string[];
  context: Context;
  mustExist: boolean;
}

/** Judges by what the directory says of each account that the call names. */
async function lookUp(
  guard: Guard,
  named: readonly Leaf[],
  { realms, context, mustExist }: LookUp,
): Promise<CallFinding> {
  if (named.length > MAX_ACCOUNTS) {
    return block("too-many-principals", `The call names more than ${MAX_ACCOUNTS} accounts`, {});
  }
  const answers = await Promise.all(named.map(async ({ argument, text }) => {
    const identifiers = variants(text);
    const records = await Promise.all(
      realms.flatMap((realm) => identifiers.map((id) => context.lookup.principal(realm, id))),
    );
    return { argument, text, records: records.filter((record) => record !== undefined) };
  }));
  for (const { argument, records, text } of answers) {
    const finding = judgeRecords(records, guard.names, argument);
    if (finding !== undefined) return finding;
    const isUuid = readings(text).texts.some((reading) => uuidsIn(reading).length > 0);
    if (mustExist && records.length === 0 && isUuid && guard.unresolved === "block") {
      return block("unresolved-principal", "The directory does not know this UUID", {
        argument,
        matched: clip(text),
      });
    }
  }
  return allow("no-audit-principal", "No account of the call belongs to the audit stack");
}

function judgeRecords(
  records: readonly Principal[],
  names: AuditNames,
  argument: string,
): CallFinding | undefined {
  for (const record of records) {
    const why = auditRecord(record, names);
    if (why !== undefined) {
      return block("audit-principal", "The directory says that the account is of the audit stack", {
        argument,
        matched: why,
        username: clip(record.username),
      });
    }
  }
  return undefined;
}

/**
 * The spellings of an identifier that a directory might be asked for: as given, in each reading,
 * and what stands in it when it is a list or JSON rather than a name.
 */
function variants(text: string): string[] {
  const spellings = new Set([text, text.trim()]);
  const { texts } = readings(text);
  for (const reading of [...texts, ...texts.map(squeeze)]) {
    if (reading === undefined) continue;
    spellings.add(reading.trim());
    const parts = [...uuidsIn(reading), ...emailsIn(reading), ...tokensIn(reading)];
    for (const part of parts.slice(0, MAX_PARTS)) spellings.add(part);
  }
  return [...spellings].filter((spelling) => spelling !== "" && spelling.length <= MAX_IDENTIFIER);
}

function reviewSql(
  guard: Guard,
  argument: string,
  { args, context }: { args: Record<string, unknown>; context: Context },
): CallFinding | Promise<CallFinding> {
  const sql = args[argument];
  if (typeof sql !== "string") return malformed("SQL");
  const shape = shapeOf(sql);
  if (shape.kind === "read") return allow("read-only-sql", "The statement only reads");
  if (shape.kind === "malformed") {
    return block("malformed-sql", "The statement cannot be read, so it is not let through", {});
  }
  if (shape.opaque) {
    return block("opaque-sql", "The statement hides what it writes", {});
  }
  const others = leaves(args).filter((leaf) => leaf.argument !== argument);
  const joined = shape.joined ? [shape.literals.join("")] : [];
  const texts = [shape.code, ...shape.decoded, ...joined, ...others.map(({ text }) => text)];
  const tokens = texts.flatMap((text) => readings(text).texts).flatMap(tokensIn);
  const table = firstMatch(tokens.flatMap((token) => [token, ...token.split(".")]), guard.table);
  if (table !== undefined) {
    return block("audit-table", "The statement writes and names an audit table", {
      argument,
      matched: table,
    });
  }
  const searched = texts.map((text) => ({ argument, text }));
  const known = auditIdentities(context, guard.names);
  const seen = findByName(guard, searched, { known, identity: [argument] });
  if (seen !== undefined) return seen;
  const named = [...shape.literals, ...joined, ...others.map(({ text }) => text)]
    .filter((text) => text !== "" && !/\s/.test(text.trim()))
    .map((text) => ({ argument, text }));
  return lookUp(guard, named, { realms: guard.realms, context, mustExist: false });
}

/** Tool names are exact in a registry; a lenient dispatcher elsewhere may fold them. */
function toolName(name: string): string {
  return fold(String(name)).replace(/\s+/g, "");
}

function clip(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

function allow(rule: string, reason: string): CallFinding {
  return { action: "allow", rule, reason };
}

function block(rule: string, reason: string, evidence: Record<string, unknown>): CallFinding {
  return { action: "block", rule, reason, evidence };
}

function malformed(name: string): CallFinding {
  return block("malformed-arguments", `The arguments do not fit "${name}"`, {});
}
