import { TOOLS } from "../../probes/mod.ts";
import type { Context, Defense, Subject } from "../defense.ts";
import { readings } from "../text/fold.ts";
import { compileGlobs } from "../text/glob.ts";
import { allow, block, type CallFinding, type Guard, malformed } from "./_guard.ts";
import { tokensIn } from "../text/names.ts";
import { auditIdentities } from "./_identity.ts";
import { leaves } from "../text/leaves.ts";
import { leadsInto } from "./_path.ts";
import { findByName, firstMatch, lookUp } from "./_principals.ts";
import { fitsSchema } from "../text/shape.ts";
import { foldedName } from "../text/tool_name.ts";
import { variants } from "../text/variants.ts";
import { reviewSql } from "./_sql_rule.ts";
import {
  AUDIT_PATHS,
  AUDIT_PRINCIPALS,
  AUDIT_RESOURCES,
  AUDIT_ROLES,
  AUDIT_TABLE_NAMES,
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
   * @default {AUDIT_TABLE_NAMES}
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
      Object.entries(options.rules ?? GUARD_RULES).map(([name, rule]) => [foldedName(name), rule]),
    ),
    names: {
      principal: compileGlobs(options.principals ?? AUDIT_PRINCIPALS),
      role: compileGlobs(options.roles ?? AUDIT_ROLES),
    },
    table: compileGlobs(options.tables ?? AUDIT_TABLE_NAMES),
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
  const name = foldedName(call.name);
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
        : firstMatch(texts.flatMap(tokensIn), guard.resource) ?? texts.find(isWide);
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

/** Whether a name of several resources, as of search indices, may take in the audit stack's. */
function isWide(folded: string): boolean {
  return folded.split(",").map((part) => part.trim()).some((part) => {
    const prefix = part.split(/[*?]/, 1)[0] ?? "";
    return part === "" || part === "_all" ||
      (prefix !== part && ("audit".startsWith(prefix) || prefix.startsWith("audit")));
  });
}
