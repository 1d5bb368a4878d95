import { type Json, type ToolCall, TOOLS } from "../../probes/mod.ts";
import { PRIVILEGED_ROLES } from "../confirmation/rules.ts";
import type { Context, Defense, Finding, Subject } from "../defense.ts";
import { fold } from "../text/fold.ts";
import { compileGlobs } from "../text/glob.ts";
import { fitsSchema } from "../text/shape.ts";
import { shapeOf } from "../text/sql.ts";
import { uuidsIn } from "../text/names.ts";
import { mentions, type Task } from "../task/read_task.ts";
import { taskOf } from "../task/task_of.ts";
import type { TaskAction } from "../task/vocabulary.ts";
import { type DenyRule, TOOL_POLICY, type ToolPolicy } from "./policy.ts";

/** Options for {@linkcode toolPolicy}. */
export interface ToolPolicyOptions {
  /**
   * Who may use which tools for what.
   * @default {TOOL_POLICY}
   */
  policy?: ToolPolicy;
  /**
   * Roles that an intent has to name itself: no record or document that it points to can choose them.
   * @default {PRIVILEGED_ROLES}
   */
  privileged?: readonly string[];
}

interface Compiled {
  policy: ToolPolicy;
  actionsOf: ReadonlyMap<string, readonly TaskAction[]>;
  deny: readonly { rule: DenyRule; tool: Match; value: Match }[];
  privileged: Match;
}

type Match = (text: string) => string | undefined;

/**
 * Allows a call when the approved intent asks for it and the requester's role may have it: from
 * intent and role alone, but for the number of a ticket, which may stand in the request. Deny by default; what is denied stays denied; unknown tools are denied.
 *
 * @throws (when reviewing) what `context.lookup` throws: the chain then fails closed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { chain, openContext, toolPolicy } from "@argus-safety/argus/defenses";
 *
 * const context = openContext({
 *   requester: { username: "ada.itadmin", role: "it-admin" },
 *   intent: "Reset the password of user bob.dev to the temporary value Amber-1",
 *   lookup: { principal: () => Promise.resolve(undefined) },
 * });
 * const call = { name: "kc_delete_user", arguments: { realm: "enterprise", user_id: "bob.dev" } };
 * const review = await chain([toolPolicy()]).review("call", { call }, context);
 * assert.equal(review.layers[0]?.finding?.rule, "outside-intent");
 * ```
 */
export function toolPolicy(options: ToolPolicyOptions = {}): Defense<"call"> {
  const policy = options.policy ?? TOOL_POLICY;
  const actionsOf = new Map<string, TaskAction[]>();
  for (const [action, tools] of Object.entries(policy.tools)) {
    for (const tool of tools) {
      actionsOf.set(tool, [...actionsOf.get(tool) ?? [], action as TaskAction]);
    }
  }
  const compiled: Compiled = {
    policy,
    actionsOf,
    deny: policy.deny.map((rule) => ({
      rule,
      tool: compileGlobs(rule.tools),
      value: compileGlobs(rule.when?.matches ?? []),
    })),
    privileged: compileGlobs(options.privileged ?? PRIVILEGED_ROLES),
  };
  return {
    name: "tool-policy",
    stage: "call",
    deterministic: true,
    blockingOnly: true,
    review: (subject, context) => review(subject, context, compiled),
  };
}

function review(
  { call, schema }: Subject<"call">,
  context: Context,
  compiled: Compiled,
): Finding<"call"> | Promise<Finding<"call">> {
  const { policy, actionsOf } = compiled;
  const serves = narrowed(call, actionsOf.get(call.name), policy);
  if (serves === undefined) {
    return block("unknown-tool", `The policy knows no tool "${clip(call.name)}"`);
  }
  const denied = compiled.deny.find((deny) => isDenied(call, context, deny));
  if (denied !== undefined) {
    return block("denied", `The policy forbids this: ${denied.rule.name}`, {
      prohibition: denied.rule.name,
    });
  }
  const role = context.requester?.role ?? "";
  if (!Object.hasOwn(policy.roles, role)) {
    return block("unknown-role", `The policy knows no role "${clip(role)}"`);
  }
  if (context.intent === undefined) return block("no-intent", "No intent was approved");
  const task = taskOf(context, context.intent);
  const { duties, onRecord } = policy.roles[role] ?? { duties: [], onRecord: [] };
  // A restatement seldom keeps the number of a ticket; that it holds good is for others to tell.
  const cites = task.records.length > 0 ||
    (context.request !== undefined && taskOf(context, context.request).records.length > 0);
  const allowed = serves.filter((action) =>
    duties.includes(action) || (cites && onRecord.includes(action))
  );
  if (allowed.length === 0) {
    return serves.some((action) => onRecord.includes(action))
      ? block("needs-record", `For the role "${role}" this takes a record that the intent cites`)
      : block("outside-role", `This is none of the tasks of the role "${role}"`);
  }
  const asked = allowed.filter((action) =>
    task.actions.has(action) || policy.always.includes(action) ||
    policy.whenNamed.includes(action) ||
    (task.delegates && !policy.inWords.includes(action))
  );
  if (asked.length === 0) {
    return task.actions.size === 0
      ? { action: "confirm", rule: "unclear-intent", reason: "The intent cannot be read" }
      : block("outside-intent", `The intent does not ask for "${call.name}"`, {
        asked: [...task.actions],
      });
  }
  if (asked.every((action) => policy.always.includes(action))) {
    return allow("serves-any-task", "Looking at what one is asked about");
  }
  const parameters = (schema ?? TOOLS.get(call.name)?.schema)?.function.parameters;
  if (parameters !== undefined && !fitsSchema(call.arguments, parameters)) {
    return block("malformed-arguments", `The arguments do not fit "${call.name}"`);
  }
  return reviewArguments(call, { task, context, compiled });
}

/** Of a tool that runs SQL, the actions that the statement can serve. */
function narrowed(
  call: Readonly<ToolCall>,
  serves: readonly TaskAction[] | undefined,
  { sql }: ToolPolicy,
): readonly TaskAction[] | undefined {
  const argument = Object.hasOwn(sql, call.name) ? sql[call.name] : undefined;
  if (serves === undefined || argument === undefined) return serves;
  const statement = (call.arguments as Record<string, Json> | null)?.[argument];
  const reads = typeof statement === "string" && shapeOf(statement).kind === "read";
  return serves.filter((action) => action === (reads ? "query" : "change-data"));
}

async function reviewArguments(
  call: Readonly<ToolCall>,
  { task, context, compiled }: { task: Task; context: Context; compiled: Compiled },
): Promise<Finding<"call">> {
  const { policy, privileged } = compiled;
  const args = call.arguments as Record<string, Json> | null;
  for (const { tool, argument, equals, action } of policy.values) {
    if (tool !== call.name || args?.[argument] !== equals || task.delegates) continue;
    if (!task.actions.has(action)) {
      return block("value-not-asked", `The intent does not ask to ${action}`, { argument });
    }
  }
  for (const argument of policy.named[call.name] ?? []) {
    const values = [args?.[argument]].flat();
    if (!values.every((value) => typeof value === "string")) {
      return block("malformed-arguments", `The arguments do not fit "${call.name}"`, { argument });
    }
    for (const value of values as string[]) {
      if (await isNamed(value, { task, args, context })) continue;
      const named = argument === "roles" && privileged(fold(value).trim()) !== undefined;
      if (task.delegates && !named) continue;
      return block("argument-not-named", `The intent does not name the value of "${argument}"`, {
        argument,
        value: clip(value),
      });
    }
  }
  return allow("intent-and-role", "The intent asks for it and the role may have it");
}

/** Whether an intent names a value itself, or the account that the value is an identifier of. */
async function isNamed(
  value: string,
  { task, args, context }: {
    task: Task;
    args: Record<string, Json> | null;
    context: Context;
  },
): Promise<boolean> {
  if (mentions(task, value)) return true;
  const folded = fold(value);
  const realm = args?.realm;
  if (typeof realm !== "string" || !(folded.includes("@") || uuidsIn(folded).length > 0)) {
    return false;
  }
  const record = await context.lookup.principal(realm, folded.trim());
  return record !== undefined && mentions(task, record.username);
}

function isDenied(
  call: Readonly<ToolCall>,
  context: Context,
  { rule, tool, value }: Compiled["deny"][number],
): boolean {
  if (tool(call.name) === undefined) return false;
  const role = context.requester?.role ?? "";
  if (rule.roles !== undefined && !rule.roles.includes(role)) return false;
  if (rule.when === undefined) return true;
  const args = call.arguments as Record<string, Json> | null;
  // A call without the argument acts on no value of it: there is nothing to forbid.
  if (args === null || typeof args !== "object" || !Object.hasOwn(args, rule.when.argument)) {
    return false;
  }
  const values = [args[rule.when.argument] ?? null].flat();
  const matches = values.map((item) => value(fold(String(item)).trim()) !== undefined);
  return rule.when.not === true ? !matches.every(Boolean) : matches.some(Boolean);
}

function clip(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

function allow(rule: string, reason: string): Finding<"call"> {
  return { action: "allow", rule, reason };
}

function block(
  rule: string,
  reason: string,
  evidence: Record<string, unknown> = {},
): Finding<"call"> {
  return { action: "block", rule, reason, evidence };
}
