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
export * from "./context.ts";
export * from "./control/always_block.ts";
export * from "./defense.ts";
export * from "./guard_tool.ts";
export * from "./intent_critic/intent_critic.ts";
export * from "./intent_critic/rubric.ts";
export * from "./profiles.ts";
