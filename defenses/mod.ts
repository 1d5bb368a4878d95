/**
 * Defense layers that any agent can import, and the chain that runs them. They depend on nothing
 * but each other, the vocabulary of the probes, and zod. The engine that measures them lives
 * elsewhere.
 *
 * @module
 */

export * from "./audit_namespace_guard/guard.ts";
export * from "./audit_namespace_guard/rules.ts";
export * from "./chain.ts";
export * from "./confirmation/approvals.ts";
export * from "./confirmation/confirmation.ts";
export {
  type ApproverKeys,
  generateApproverKeys,
  importKeyring,
  type Keyring,
} from "./confirmation/keys.ts";
export * from "./confirmation/request.ts";
export * from "./confirmation/rules.ts";
export * from "./confirmation/token.ts";
export * from "./context.ts";
export * from "./control/always_block.ts";
export * from "./control/always_confirm.ts";
export * from "./defense.ts";
export * from "./diff_gate/diff_gate.ts";
export * from "./diff_gate/rules.ts";
export * from "./guard_tool.ts";
export * from "./guard_tool_calls.ts";
export * from "./intent_critic/intent_critic.ts";
export * from "./intent_critic/rubric.ts";
export * from "./limits/limits.ts";
export * from "./limits/rules.ts";
export * from "./profiles.ts";
export * from "./provenance/origins.ts";
export * from "./provenance/provenance.ts";
export * from "./rewriting/sandwich.ts";
export * from "./rewriting/sanitiser.ts";
export { stripHidden } from "./rewriting/strip.ts";
export {
  ACTION_WORDS,
  DELEGATION_WORDS,
  INCIDENT_ACTIONS,
  PERSONNEL_ACTIONS,
  REGISTERED_ACTIONS,
  REGISTERS,
  type TaskAction,
} from "./task/vocabulary.ts";
export * from "./tool_policy/policy.ts";
export * from "./tool_policy/tool_policy.ts";
export { type Claim, CLAIM_PATTERNS, type ClaimPatterns } from "./truth_verifier/claims.ts";
export * from "./truth_verifier/truth_verifier.ts";
