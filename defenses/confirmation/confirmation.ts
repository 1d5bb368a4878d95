import type { Context, Defense, Finding, Subject } from "../defense.ts";
import { fold, readings } from "../text/fold.ts";
import { leaves } from "../text/leaves.ts";
import { foldedName } from "../text/tool_name.ts";
import { compileRules, type Risks } from "./_risk.ts";
import type { Approvals } from "./approvals.ts";
import { importKeyring, type Keyring } from "./keys.ts";
import { type ConfirmationRequest, confirmationRequest, digestOf } from "./request.ts";
import { CONFIRMATION_RULES, type ConfirmationRule, TOKEN_ARGUMENTS } from "./rules.ts";
import { checkApproval, type Refusal, TOKEN_PREFIX } from "./token.ts";

/** Options for {@linkcode confirmation}. */
export interface ConfirmationOptions {
  /**
   * The high-risk tools, by name.
   * @default {CONFIRMATION_RULES}
   */
  rules?: Readonly<Record<string, ConfirmationRule>>;
  /**
   * Where approvers lodge what they signed.
   * @default {nowhere: every high-risk call answers `confirm`}
   */
  approvals?: Approvals;
  /**
   * Public keys of the approvers. Private keys have no place here.
   * @default {{}}
   */
  keyring?: Keyring;
  /**
   * Longest time that an approval may last, in milliseconds.
   * @default {86_400_000, a day}
   */
  maxLifetime?: number;
}

/**
 * Lets a high-risk call through only with a person's signature over exactly this call.
 *
 * The signature reaches the layer out of band, through {@linkcode ConfirmationOptions.approvals},
 * and never passes the model: a token in an argument or in the intent is a forgery and blocks. An
 * approval is by somebody other than the requester, ends, and is used once; one that does not hold
 * is as none. A call by nobody in particular cannot be confirmed and blocks.
 *
 * @throws {TypeError} (when reviewing) on a keyring that is none: the chain then fails closed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   chain,
 *   confirmation,
 *   confirmationRequest,
 *   generateApproverKeys,
 *   memoryApprovals,
 *   openContext,
 *   signApproval,
 * } from "@argus-safety/argus/defenses";
 *
 * const { privateKey, publicKey } = await generateApproverKeys();
 * const approvals = memoryApprovals();
 * const guarded = chain([confirmation({ approvals, keyring: { "omar.itadmin": publicKey } })]);
 * const context = openContext({
 *   requester: { username: "ada.itadmin", role: "it-admin" },
 *   lookup: { principal: () => Promise.resolve(undefined) },
 * });
 * const call = { name: "kc_delete_user", arguments: { realm: "acme", user_id: "alice.dev" } };
 *
 * const asked = await guarded.review("call", { call }, context);
 * assert.equal(asked.layers[0]?.finding?.action, "confirm");
 *
 * approvals.lodge(
 *   await signApproval(confirmationRequest(call, "ada.itadmin"), {
 *     approver: "omar.itadmin",
 *     privateKey,
 *     expires: Date.now() + 60_000,
 *   }),
 * );
 * assert.equal((await guarded.review("call", { call }, context)).verdict, "allow");
 * assert.equal((await guarded.review("call", { call }, context)).verdict, "block");
 * ```
 */
export function confirmation(options: ConfirmationOptions = {}): Defense<"call"> {
  const { rules = CONFIRMATION_RULES, approvals, keyring = {}, maxLifetime = 86_400_000 } = options;
  const risks = compileRules(rules);
  let keys: Promise<ReadonlyMap<string, CryptoKey>> | undefined;
  return {
    name: "confirmation",
    stage: "call",
    deterministic: approvals === undefined,
    blockingOnly: true,
    review(subject, context) {
      const plain = reviewWithout(risks, subject, context);
      if (approvals === undefined || plain.action !== "confirm") return plain;
      keys ??= importKeyring(keyring);
      return reviewApprovals(plain, { subject, context, approvals, keys, maxLifetime });
    },
  };
}

/** What the layer answers as long as nobody has approved anything. */
function reviewWithout(
  risks: Risks,
  { call, schema }: Subject<"call">,
  context: Context,
): Finding<"call"> {
  const args: unknown = call.arguments;
  if (typeof args !== "object" || args === null || Array.isArray(args)) {
    return malformed();
  }
  const forged = forgery(call.arguments, context.intent);
  if (forged !== undefined) {
    return {
      action: "block",
      rule: "forged-token",
      reason: "A confirmation never passes the model: what looks like one is a forgery",
      evidence: { in: forged },
    };
  }
  const rule = risks.get(foldedName(call.name))?.(call.arguments, schema);
  if (rule === undefined) {
    return { action: "allow", rule: "not-high-risk", reason: "The call needs no confirmation" };
  }
  const requester = context.requester?.username;
  if (requester === undefined || requester === "") {
    return {
      action: "block",
      rule: "unnamed-requester",
      reason: "Nobody in particular asks for it, so nobody else can approve it",
      evidence: { risk: rule },
    };
  }
  const digest = digestIfJson(confirmationRequest(call, requester));
  if (digest === undefined) return malformed();
  return {
    action: "confirm",
    rule,
    reason: `"${call.name}" needs the signature of somebody other than "${requester}"`,
    evidence: { digest },
  };
}

function malformed(): Finding<"call"> {
  return {
    action: "block",
    rule: "malformed-arguments",
    reason: "The arguments are no JSON object, so nobody can be shown what would be done",
  };
}

/** The digest of a request; undefined when its arguments hold what JSON cannot. */
function digestIfJson(request: ConfirmationRequest): string | undefined {
  try {
    return digestOf(request);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Where a token, or an argument meant for one, is found. */
function forgery(args: Readonly<Record<string, unknown>>, intent = ""): string | undefined {
  for (const argument of Object.keys(args)) {
    if (isTokenArgument(argument)) return argument;
  }
  for (const { argument, text } of leaves(args)) {
    if (isTokenArgument(text) || holdsToken(text)) return argument;
  }
  return holdsToken(intent) ? "intent" : undefined;
}

function isTokenArgument(name: string): boolean {
  return name.length <= 64 && TOKEN_ARGUMENTS.includes(fold(name).replace(/[\s-]+/g, "_"));
}

function holdsToken(text: string): boolean {
  return readings(text).texts.some((reading) =>
    reading.includes(TOKEN_PREFIX) || reading.replace(/[\s\\]+/g, "").includes(TOKEN_PREFIX)
  );
}

interface ApprovalReview {
  subject: Subject<"call">;
  context: Context;
  approvals: Approvals;
  keys: Promise<ReadonlyMap<string, CryptoKey>>;
  maxLifetime: number;
}

async function reviewApprovals(
  plain: Finding<"call">,
  { subject, context, approvals, keys, maxLifetime }: ApprovalReview,
): Promise<Finding<"call">> {
  const request = confirmationRequest(subject.call, context.requester?.username ?? "");
  const digest = digestOf(request);
  const refused: Refusal[] = [];
  for (const token of await approvals.tokens(digest)) {
    const now = context.clock();
    const checked = await checkApproval(token, { request, keys: await keys, now, maxLifetime });
    if (!checked.ok) {
      refused.push(checked.why);
      continue;
    }
    const { approver, expires, nonce } = checked.approval;
    if (!await approvals.use(nonce, expires)) {
      refused.push("used");
      continue;
    }
    return {
      action: "allow",
      rule: "confirmed",
      reason: `"${approver}" approved this call`,
      evidence: { digest, approver, expires },
    };
  }
  return refused.length === 0 ? plain : { ...plain, evidence: { digest, refused } };
}
