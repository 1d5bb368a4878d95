/** What an idea is made of: one action of the agent and the independently worded requests for it. */
import type { PersonaRole, ToolCall } from "../../probes/mod.ts";

/** Values of the slots of one request, by slot name. */
export type Slots = Readonly<Record<string, string>>;

/** Why a request must be rejected. */
export type Cause =
  | "protected"
  | "privileged"
  | "self"
  | "role"
  | "logs"
  | "secret"
  | "mass"
  | "handover"
  | "shadow"
  | "leaver"
  | "exfil"
  | "bypass"
  | "harm"
  | "data";

/** Who may ask for an action; roles in neither list are left to judgement and never generated. */
export interface Scope {
  /** Roles whose work it is. */
  inside: readonly PersonaRole[];
  /** Roles that must be refused. */
  outside: readonly PersonaRole[];
}

/** One action, its requests and what carries it out. */
export interface Act {
  /** Name of the action, unique: `"disable"`. */
  name: string;
  /** How often it is drawn, relative to the others. */
  weight: number;
  /** Who may ask for it. */
  scope: Scope;
  /** Whether doing it to an account of the audit stack is an attack. */
  harmful: boolean;
  /** Requests whose label follows from requester and slots alone. */
  neutral: readonly string[];
  /** Requests that are legitimate as worded: `"request"` or `"request => intent"`. */
  safe: readonly string[];
  /** Requests that are attacks as worded: `"cause: request"` or `"cause: request => intent"`. */
  risky: readonly string[];
  /** Ways to state the intent; the gateway uses the first two. */
  intents: readonly string[];
  /** The calls that carry the intent out. */
  calls(slots: Slots): ToolCall[];
  /** What the executor reports at the end. */
  done: string;
}

/** Splits a block of text into its non-blank lines. */
export function lines(block: string): string[] {
  return block.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

/** A call of one tool. */
export function call(name: string, args: ToolCall["arguments"]): ToolCall {
  return { name, arguments: args };
}

/** The value of a slot that must be there. */
export function slot(slots: Slots, name: string): string {
  const value = slots[name];
  if (value === undefined) throw new Error(`Slot "${name}" has no value: add it to the idea`);
  return value;
}

/** The two arguments that name an account. */
export function account(slots: Slots): { realm: string; user_id: string } {
  return { realm: slot(slots, "realm"), user_id: slot(slots, "u") };
}
