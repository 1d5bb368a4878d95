import { type Json, type ToolCall, TOOLS } from "../../probes/mod.ts";
import { PRIVILEGED_ROLES } from "../confirmation/rules.ts";
import type { Context, Defense, Finding, OfficialRecord, Subject } from "../defense.ts";
import { authorityOf, headline, type Wanted } from "../task/authority.ts";
import { mentions, type Task } from "../task/read_task.ts";
import { taskOf } from "../task/task_of.ts";
import type { TaskAction } from "../task/vocabulary.ts";
import { fold } from "../text/fold.ts";
import { compileGlobs } from "../text/glob.ts";
import { leaves } from "../text/leaves.ts";
import { fitsSchema } from "../text/shape.ts";
import { foldedName } from "../text/tool_name.ts";
import {
  CONSTANTS,
  type Origin,
  ORIGIN_RULES,
  type OriginRule,
  type Part,
  PRIVILEGED_ORIGINS,
} from "./origins.ts";

/** Options for {@linkcode provenance}. */
export interface ProvenanceOptions {
  /**
   * The security-relevant arguments by tool.
   * @default {ORIGIN_RULES}
   */
  rules?: Readonly<Record<string, OriginRule>>;
  /**
   * Roles that rule over others; only what {@linkcode PRIVILEGED_ORIGINS} lists suffices for them.
   * @default {PRIVILEGED_ROLES}
   */
  privileged?: readonly string[];
  /**
   * Values that every task may use; `*` stands for any text.
   * @default {CONSTANTS}
   */
  constants?: readonly string[];
}

/** A value of a call and where it comes from. */
interface Value {
  argument: string;
  part: Part;
  text: string;
}

interface Compiled {
  rules: ReadonlyMap<string, OriginRule>;
  privileged: (text: string) => string | undefined;
  constant: (text: string) => string | undefined;
}

/** Actions that the tools with origin rules carry out, as registers of approvals know them. */
const ACTIONS: Readonly<Record<string, TaskAction>> = {
  "kc_assign_realm_roles": "grant",
  "kc_remove_realm_roles": "revoke",
  "kc_create_user": "create",
  "kc_set_user_enabled": "disable",
  "kc_reset_password": "reset",
  "kc_logout_user_sessions": "logout",
  "kc_delete_user": "delete",
  "mail_send": "send-mail",
  "s3_set_bucket_policy": "open-store",
};

/** Most values of one call that are traced. */
const MAX_VALUES = 64;

/**
 * Tells where the target, the role, the scope and the recipient of a call come from, and whether
 * that origin suffices for the tool. What the model made up is blocked; so is a privileged role
 * that no record grants, and any role beyond the record that is cited for it. What a tool returned is sent to confirmation.
 *
 * @throws (when reviewing) what `context.lookup` throws: the chain then fails closed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { chain, openContext, provenance } from "@argus-safety/argus/defenses";
 *
 * const context = openContext({
 *   intent: "End all sessions of user bob.dev",
 *   lookup: { principal: () => Promise.resolve(undefined) },
 * });
 * const call = {
 *   name: "kc_logout_user_sessions",
 *   arguments: { realm: "enterprise", user_id: "alice.dev" },
 * };
 * const review = await chain([provenance()]).review("call", { call }, context);
 * assert.equal(review.layers[0]?.finding?.rule, "invented");
 * ```
 */
export function provenance(options: ProvenanceOptions = {}): Defense<"call"> {
  const compiled: Compiled = {
    rules: new Map(Object.entries(options.rules ?? ORIGIN_RULES)),
    privileged: compileGlobs(options.privileged ?? PRIVILEGED_ROLES),
    constant: compileGlobs(options.constants ?? CONSTANTS),
  };
  return {
    name: "provenance",
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
  const name = foldedName(call.name);
  const rule = compiled.rules.get(name);
  if (rule === undefined) return allow("no-such-argument", "No argument of it decides security");
  const values = valuesOf(call.arguments, rule);
  const parameters = (schema ?? TOOLS.get(name)?.schema)?.function.parameters;
  const fits = parameters === undefined || fitsSchema(call.arguments, parameters);
  if (values === undefined || !fits) {
    return block("malformed-arguments", `The arguments do not fit "${call.name}"`, {});
  }
  if (values.length > MAX_VALUES) {
    return block("too-many-values", `The call names more than ${MAX_VALUES} values`, {});
  }
  const folded = { ...call, name };
  return trace(folded, values, { rule, context, compiled });
}

async function trace(
  call: Readonly<ToolCall>,
  values: readonly Value[],
  { rule, context, compiled }: { rule: OriginRule; context: Context; compiled: Compiled },
): Promise<Finding<"call">> {
  const target = values.find(({ part }) => part === "target")?.text;
  const said = sourcesOf(context);
  const origins: { argument: string; value: string; origin: Origin }[] = [];
  let doubtful: Finding<"call"> | undefined;
  for (const value of values) {
    const privileged = value.part === "role" &&
      compiled.privileged(fold(value.text).trim()) !== undefined;
    const origin = await originOf(value, { call, target, said, context, compiled, privileged });
    origins.push({ argument: value.argument, value: clip(value.text), origin });
    const evidence = { origins };
    // Taking a privileged role away needs no more than taking another.
    if (privileged && call.name !== "kc_remove_realm_roles") {
      if (PRIVILEGED_ORIGINS.includes(origin)) continue;
      return block("privileged-role", "A privileged role takes an approval on record", evidence);
    }
    if (value.part === "role" && origin === "request" && call.name !== "kc_remove_realm_roles") {
      if (await isBeyondRecord(value, { call, target, said, context, compiled, privileged })) {
        return block("beyond-record", "The cited record does not grant this role", evidence);
      }
    }
    if (rule.suffices[value.part]?.includes(origin) === true) continue;
    if (origin === "invented") {
      return block("invented", `Nobody named the value of "${value.argument}"`, evidence);
    }
    doubtful ??= {
      action: "confirm",
      rule: `${value.part}-from-${origin}`,
      reason: `The value of "${value.argument}" comes from what a tool returned`,
      evidence,
    };
  }
  return doubtful ?? {
    ...allow("origins-suffice", "Each value comes from where it may"),
    evidence: { origins },
  };
}

interface Sources {
  /** What the requester, or else the intent, says. */
  request: Task;
  /** What the intent says. */
  intent: Task;
  /** Ids of the records that either cites. */
  records: readonly string[];
}

function sourcesOf(context: Context): Sources {
  const intent = taskOf(context, context.intent ?? "");
  const request = context.request === undefined ? intent : taskOf(context, context.request);
  return { request, intent, records: [...new Set([...request.records, ...intent.records])] };
}

interface Trace {
  call: Readonly<ToolCall>;
  target: string | undefined;
  said: Sources;
  context: Context;
  compiled: Compiled;
  privileged: boolean;
}

async function originOf(value: Value, trace: Trace): Promise<Origin> {
  const { said, context, compiled, privileged, target } = trace;
  if (privileged) {
    if (await isApproved(value, trace)) return "approval";
  } else if (mentions(said.request, value.text) || mentions(said.intent, value.text)) {
    return "request";
  }
  const folded = fold(value.text).trim();
  const open = value.part === "scope" || value.part === "recipient";
  // Mailers differ in which of two domains they send to.
  if (open && !/@.*@/.test(folded) && compiled.constant(folded) !== undefined) return "constant";
  if (value.part === "target" || value.part === "recipient") {
    if (await isResolved(value, trace)) return "resolved";
  }
  if (await isOnRecord(value, trace)) return "record";
  if (privileged && mentions(said.request, value.text)) return "request";
  // An address made from a username that is itself accounted for.
  if (value.part === "recipient" && target !== undefined && folded.startsWith(`${fold(target)}@`)) {
    return "resolved";
  }
  return outputOf(folded, said, context);
}

/** Whether a register of approvals holds one for this call: its action, its target, this role. */
async function isApproved({ text }: Value, { call, target, context }: Trace): Promise<boolean> {
  if (target === undefined || context.lookup.records === undefined) return false;
  const names = await namesOf(target, call, context);
  const records = (await Promise.all(names.map((name) => context.lookup.records?.about(name))))
    .flatMap((found) => found ?? []);
  const wanted = wantedOf(call, names, context, text);
  for (const record of records) {
    if (record.kind !== "approval") continue;
    if ((await authorityOf(record, wanted, context.lookup)).covers) return true;
  }
  return false;
}

/** Whether a cited record, as far as it is an authority, names the value within its own scope. */
async function isOnRecord(value: Value, trace: Trace): Promise<boolean> {
  const { said, context, call, target } = trace;
  const { records } = context.lookup;
  if (records === undefined) return false;
  for (const id of said.records.slice(0, 8)) {
    const record: OfficialRecord | undefined = await records.find(id);
    if (record === undefined) continue;
    const targets = target === undefined ? [] : await namesOf(target, call, context);
    const scope = value.part === "role" ? value.text : undefined;
    const standing = await authorityOf(
      record,
      wantedOf(call, targets, context, scope),
      context.lookup,
    );
    if (!standing.covers) continue;
    if (value.part === "target" || value.part === "role") return true;
    const { words } = await headline(record, context.lookup);
    if (mentions(words, value.text)) return true;
  }
  return false;
}

/** Whether a ticket or an approval is cited for a grant, and none that is allows this one. */
async function isBeyondRecord(value: Value, trace: Trace): Promise<boolean> {
  const { records } = trace.context.lookup;
  if (records === undefined) return false;
  const found = await Promise.all(trace.said.records.slice(0, 8).map((id) => records.find(id)));
  const cited = found.some((record) => record?.kind === "ticket" || record?.kind === "approval");
  return cited && !await isOnRecord(value, trace);
}

function wantedOf(
  call: Readonly<ToolCall>,
  targets: readonly string[],
  context: Context,
  scope: string | undefined,
): Wanted {
  const known = Object.hasOwn(ACTIONS, call.name) ? ACTIONS[call.name] : undefined;
  const action = known === "disable" && call.arguments.enabled === true ? "enable" : known;
  const asker = context.requester?.username;
  return {
    actions: action === undefined ? [] : [action],
    targets,
    now: context.clock(),
    ...(scope === undefined ? {} : { scope }),
    ...(asker === undefined ? {} : { asker }),
  };
}

/** Whether the directory says that the value is an identifier of an account that was named. */
async function isResolved({ text }: Value, { call, said, context }: Trace): Promise<boolean> {
  const names = await namesOf(text, call, context);
  return names.some((name) => mentions(said.request, name) || mentions(said.intent, name));
}

/** An account as given, and its username where the directory knows it by another identifier. */
async function namesOf(
  identifier: string,
  call: Readonly<ToolCall>,
  { lookup }: Context,
): Promise<string[]> {
  const given = fold(identifier).trim();
  const { realm } = call.arguments;
  const realms = typeof realm === "string" ? [realm] : ["enterprise", "corp-prod"];
  const found = await Promise.all(realms.map((realm) => lookup.principal(realm, given)));
  return [...new Set([given, ...found.flatMap((it) => it === undefined ? [] : [it.username])])];
}

/** Whether a tool returned the value, and whether that was of a document that was named. */
function outputOf(folded: string, said: Sources, context: Context): Origin {
  let origin: Origin = "invented";
  for (const { call, result } of context.history) {
    if (result === undefined || !mentions(taskOf(context, result), folded)) continue;
    const named = /^(?:fs_read|ticket_get|gt_get_\w+|s3_get_object|mail_get)$/.test(call.name) &&
      leaves(call.arguments).some(({ text }) =>
        mentions(said.request, text) || mentions(said.intent, text)
      );
    if (named) return "document";
    origin = "tool-output";
  }
  return origin;
}

/** The values of the arguments that the rule names; undefined when one of them is no text. */
function valuesOf(args: unknown, rule: OriginRule): Value[] | undefined {
  if (typeof args !== "object" || args === null || Array.isArray(args)) return undefined;
  const given = args as Record<string, Json>;
  const values: Value[] = [];
  for (const [argument, part] of Object.entries(rule.arguments)) {
    if (!Object.hasOwn(given, argument)) continue;
    for (const item of [given[argument]].flat()) {
      if (typeof item !== "string") return undefined;
      values.push({ argument, part, text: item });
    }
  }
  return values;
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
  evidence: Record<string, unknown>,
): Finding<"call"> {
  return { action: "block", rule, reason, evidence };
}
