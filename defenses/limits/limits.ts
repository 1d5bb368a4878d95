import { type Json, type ToolCall, TOOLS } from "../../probes/mod.ts";
import type { Context, Defense, Finding } from "../defense.ts";
import { fold, readings } from "../text/fold.ts";
import { compileGlobs } from "../text/glob.ts";
import { leaves } from "../text/leaves.ts";
import { tokensIn } from "../text/names.ts";
import { fitsSchema } from "../text/shape.ts";
import { foldedName } from "../text/tool_name.ts";
import { variants } from "../text/variants.ts";
import { LIMIT_RULES, type LimitRules, type SequenceRule, type Step } from "./rules.ts";

/** What requesters did in other episodes: the accounts that they touched, and when. */
export type RequesterLedger = Map<string, { account: string; at: number }[]>;

/** Options for {@linkcode limits}. */
export interface LimitsOptions {
  /**
   * The limits.
   * @default {LIMIT_RULES}
   */
  rules?: LimitRules;
  /**
   * Where the accounts that a requester touches are kept from one episode to the next. An evaluation
   * leaves it out, since its episodes must not see each other.
   * @default {none: each episode counts by itself}
   */
  ledger?: RequesterLedger;
}

type Match = (text: string) => string | undefined;
interface CompiledStep {
  tool: Match;
  argument?: string;
  value: Match;
}
interface Compiled {
  rules: LimitRules;
  effectful: Match;
  canary: Match;
  sequences: readonly { rule: SequenceRule; first: CompiledStep; then: CompiledStep }[];
  ledger: RequesterLedger | undefined;
}

/** Most values of identity arguments that one call may hold. */
const MAX_VALUES = 64;

/**
 * Bounds what an episode and a requester may do: how many accounts and calls, which calls after
 * which, and that nobody touches a canary account.
 *
 * @throws (when reviewing) what `context.lookup` throws: the chain then fails closed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { chain, limits, openContext } from "@argus-safety/argus/defenses";
 *
 * const context = openContext({ lookup: { principal: () => Promise.resolve(undefined) } });
 * const call = {
 *   name: "kc_reset_password",
 *   arguments: { realm: "corp-prod", user_id: "prod.breakglass", value: "x" },
 * };
 * const review = await chain([limits()]).review("call", { call }, context);
 * assert.equal(review.layers[0]?.finding?.rule, "canary");
 * ```
 */
export function limits(options: LimitsOptions = {}): Defense<"call"> {
  const rules = options.rules ?? LIMIT_RULES;
  const compiled: Compiled = {
    rules,
    effectful: compileGlobs(rules.effectful),
    canary: compileGlobs(rules.canaries),
    sequences: rules.sequences.map((rule) => ({
      rule,
      first: compileStep(rule.first),
      then: compileStep(rule.then),
    })),
    ledger: options.ledger,
  };
  return {
    name: "limits",
    stage: "call",
    deterministic: true,
    blockingOnly: true,
    review: ({ call }, context) => review(call, context, compiled),
  };
}

async function review(
  call: Readonly<ToolCall>,
  context: Context,
  compiled: Compiled,
): Promise<Finding<"call">> {
  const { rules, sequences } = compiled;
  const values = identitiesOf(call, rules.identity);
  if (values === undefined) {
    return block("malformed-arguments", `The arguments do not fit "${clip(call.name)}"`);
  }
  const mine = await accountsOf(call, values, context);
  // Reading a canary account tells an intruder nothing yet; acting on it does.
  const counts = compiled.effectful(foldedName(call.name)) !== undefined;
  const searched = counts && !fitsRegistry(call)
    ? leaves(call.arguments).map(({ text }) => text)
    : values;
  const canary = mine.find((account) => compiled.canary(account) !== undefined) ??
    searched.flatMap((value) => readings(value).texts).flatMap(tokensIn)
      .find((token) => compiled.canary(token) !== undefined);
  if (canary !== undefined && counts) {
    return block("canary", "No task has a reason to touch this account", { account: clip(canary) });
  }
  const before = await Promise.all(
    context.history.map(async ({ call, result }) => ({
      call,
      result,
      accounts: await remembered(call, context, rules),
    })),
  );
  for (const { rule, first, then } of sequences) {
    if (!matches(call, then)) continue;
    const earlier = before.find((entry) =>
      matches(entry.call, first) &&
      (!rule.sameAccount || entry.accounts.some((account) => mine.includes(account))) &&
      (rule.carries !== true || carries(call, entry.result))
    );
    if (earlier !== undefined) {
      return {
        action: rule.action,
        rule: "sequence",
        reason: `This does not follow on "${earlier.call.name}": ${rule.name}`,
        evidence: { sequence: rule.name, first: earlier.call.name, then: call.name },
      };
    }
  }
  return counts ? radius(call, mine, { before, context, compiled }) : {
    action: "allow",
    rule: "no-effect",
    reason: "The call counts towards no limit",
  };
}

function radius(
  call: Readonly<ToolCall>,
  mine: readonly string[],
  { before, context, compiled }: {
    before: readonly { call: Readonly<ToolCall>; accounts: readonly string[] }[];
    context: Context;
    compiled: Compiled;
  },
): Finding<"call"> {
  const { rules, ledger } = compiled;
  const counted = before.filter((entry) =>
    compiled.effectful(foldedName(entry.call.name)) !== undefined
  );
  if (counted.length + 1 > rules.calls) {
    return block("too-many-calls", `An episode makes at most ${rules.calls} effectful calls`);
  }
  const touched = new Set([...counted.flatMap(({ accounts }) => accounts), ...mine]);
  if (touched.size > rules.accounts) {
    return block("blast-radius", `An episode is about at most ${rules.accounts} accounts`, {
      accounts: touched.size,
      call: call.name,
    });
  }
  const requester = context.requester?.username;
  if (ledger !== undefined && requester !== undefined) {
    const now = context.clock();
    const recent = (ledger.get(requester) ?? []).filter(({ at }) => now - at < rules.windowMs);
    const accounts = new Set([...recent.map(({ account }) => account), ...mine]);
    if (accounts.size > rules.accountsOfRequester) {
      return block(
        "requester-radius",
        `A requester touches at most ${rules.accountsOfRequester} accounts in the window`,
        { accounts: accounts.size },
      );
    }
    ledger.set(requester, [...recent, ...mine.map((account) => ({ account, at: now }))]);
  }
  return { action: "allow", rule: "within-limits", reason: "The call stays within the limits" };
}

/** Least length of a value that is recognised when it is passed on. */
const MIN_CARRIED = 8;

/** Whether a call passes on a value, a word of at least eight characters, of an earlier result. */
function carries(call: Readonly<ToolCall>, result: string | undefined): boolean {
  if (result === undefined) return false;
  const given = leaves(call.arguments).flatMap(({ text }) => readings(text).texts).join("\n");
  return wordsIn(result).some((word) => given.includes(word));
}

/** Values of a result in which a digit or an odd character shows that they are no plain word. */
function wordsIn(result: string): string[] {
  return fold(result).split(/[\s"'{}[\],:;]+/).filter((word) =>
    word.length >= MIN_CARRIED && /[^a-z/._-]/.test(word) && !/^\d{4}-\d{2}-\d{2}/.test(word)
  );
}

const CACHE = "limits/accounts";

/** Accounts of an earlier call, looked up once. */
async function remembered(
  call: Readonly<ToolCall>,
  context: Context,
  rules: LimitRules,
): Promise<readonly string[]> {
  let cache = context.state.get(CACHE) as WeakMap<object, readonly string[]> | undefined;
  if (cache === undefined) context.state.set(CACHE, cache = new WeakMap());
  let accounts = cache.get(call);
  if (accounts === undefined) {
    accounts = await accountsOf(call, identitiesOf(call, rules.identity) ?? [], context);
    cache.set(call, accounts);
  }
  return accounts;
}

/** The accounts of a call, each by one name however it is given. */
async function accountsOf(
  call: Readonly<ToolCall>,
  values: readonly string[],
  { lookup }: Context,
): Promise<string[]> {
  const args = call.arguments as Record<string, Json> | null;
  const realms = typeof args?.realm === "string" ? variants(args.realm) : ["enterprise"];
  const names = await Promise.all(values.map(async (value) => {
    const found = await Promise.all(
      realms.flatMap((realm) => variants(value).map((it) => lookup.principal(realm, it))),
    );
    const principal = found.find((it) => it !== undefined);
    return principal?.username.toLowerCase() ?? fold(value).trim();
  }));
  return [...new Set(names)];
}

/** Whether only the arguments that the registry says can name an account: no other spelling is read. */
function fitsRegistry({ name, arguments: args }: Readonly<ToolCall>): boolean {
  const known = TOOLS.get(name)?.schema.function.parameters;
  return known !== undefined && fitsSchema(args, known);
}

/** Values of the identity arguments; undefined when one is no text or there are too many. */
function identitiesOf(
  call: Readonly<ToolCall>,
  identity: readonly string[],
): string[] | undefined {
  const args: unknown = call.arguments;
  if (typeof args !== "object" || args === null) return undefined;
  const values = identity.flatMap((name) =>
    Object.hasOwn(args, name) ? [(args as Record<string, Json>)[name]].flat() : []
  );
  if (values.length > MAX_VALUES || !values.every((value) => typeof value === "string")) {
    return undefined;
  }
  return values as string[];
}

function compileStep({ tools, when }: Step): CompiledStep {
  return {
    tool: compileGlobs(tools),
    value: compileGlobs(when?.matches ?? []),
    ...(when === undefined ? {} : { argument: when.argument }),
  };
}

function matches(call: Readonly<ToolCall>, { tool, argument, value }: CompiledStep): boolean {
  if (tool(foldedName(call.name)) === undefined) return false;
  if (argument === undefined) return true;
  const args = call.arguments as Record<string, Json> | null;
  return [args?.[argument] ?? null].flat().some((item) =>
    value(fold(String(item)).trim()) !== undefined
  );
}

function clip(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

function block(
  rule: string,
  reason: string,
  evidence: Record<string, unknown> = {},
): Finding<"call"> {
  return { action: "block", rule, reason, evidence };
}
