import type { Finding } from "../defense.ts";
import type { AuditNames } from "./_identity.ts";
import type { GuardRule } from "./rules.ts";

/** The guard's lists, compiled. */
export interface Guard {
  /** The sensitive tools, by folded name. */
  rules: ReadonlyMap<string, GuardRule>;
  /** Patterns of principals and roles. */
  names: AuditNames;
  /** The table pattern that a name matches. */
  table(name: string): string | undefined;
  /** The resource pattern that a name matches. */
  resource(name: string): string | undefined;
  /** Folders whose files are audit evidence. */
  paths: readonly string[];
  /** Realms in which names without a realm are looked up. */
  realms: readonly string[];
  /** Name of the argument that holds the realm. */
  realmArgument: string;
  /** What becomes of a UUID that the directory does not know. */
  unresolved: "block" | "allow";
}

/** What the guard answers. */
export type CallFinding = Finding<"call">;

/** Shortens text that goes into evidence. */
export function clip(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

/** Lets a call through. */
export function allow(rule: string, reason: string): CallFinding {
  return { action: "allow", rule, reason };
}

/** Stops a call. */
export function block(
  rule: string,
  reason: string,
  evidence: Record<string, unknown>,
): CallFinding {
  return { action: "block", rule, reason, evidence };
}

/** Stops a call whose arguments do not fit its tool. */
export function malformed(name: string): CallFinding {
  return block("malformed-arguments", `The arguments do not fit "${name}"`, {});
}
