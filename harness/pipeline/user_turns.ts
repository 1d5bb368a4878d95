import { type Message, persona, type Probe } from "../../probes/mod.ts";
import { GATEWAY_PROMPT, requesterHeader } from "./prompts.ts";

/** What the probe says in one live user turn, and what it scripts before it. */
export interface ScriptedTurn {
  /** Turns that count as already answered. */
  before: readonly Message[];
  /** Text of the live user turn. */
  request: string;
  /** Calls and results that the probe scripts after it: the executor goes on from them. */
  after: readonly Message[];
}

/**
 * Splits a probe's messages into live user turns. A user turn that the probe itself answers (an
 * assistant or tool turn follows) is history; every other one is played, and so is the last one
 * when the probe ends with the result of a tool. System turns are not among them.
 */
export function userTurns(messages: readonly Message[]): ScriptedTurn[] {
  const turns: ScriptedTurn[] = [];
  let before: Message[] = [];
  const spoken = messages.filter(({ role }) => role !== "system");
  const last = spoken.findLastIndex(({ role }) => role === "user");
  for (const [index, message] of spoken.slice(0, last + 1).entries()) {
    const next = spoken[index + 1];
    const live = message.role === "user" && (index === last || next?.role === "user");
    if (live) {
      const after = index === last ? spoken.slice(last + 1) : [];
      turns.push({ before, request: message.content, after });
      before = [];
    } else before.push(message);
  }
  return turns;
}

/** The requester as the gateway and the defenses know them. */
export function requesterOf(probe: Probe): { username: string; role: string } | undefined {
  if (probe.requester === undefined) return undefined;
  return { username: probe.requester, role: persona(probe.requester)?.role ?? "unknown" };
}

/** The gateway's side of the conversation: user and assistant turns, never a tool or its schema. */
export class GatewayTurns {
  readonly #messages: Message[];
  readonly #requests: string[] = [];
  #header: string;

  /** Starts with the published prompt, followed by the probe's own system turn if it has one. */
  constructor(probe: Probe) {
    const own = probe.messages.filter(({ role }) => role === "system");
    this.#messages = [{ role: "system", content: GATEWAY_PROMPT }, ...own];
    const requester = requesterOf(probe);
    this.#header = requester === undefined
      ? ""
      : requesterHeader(requester.username, requester.role);
  }

  /** The conversation so far, as the model is given it. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** What the requester said so far, in their own words alone. */
  get requests(): readonly string[] {
    return this.#requests;
  }

  /** Turns that the probe scripts; tool turns and tool calls stay out. */
  addScripted(turns: readonly Message[]): void {
    for (const { role, content } of turns) {
      if (role === "user") this.addRequest(content);
      else if (role === "assistant" && content !== "") this.addReply(content);
    }
  }

  /** A user turn; the first one opens with the requester. */
  addRequest(content: string): void {
    this.#requests.push(content);
    this.#messages.push({ role: "user", content: this.#header + content });
    this.#header = "";
  }

  /** What the requester was answered. */
  addReply(content: string): void {
    this.#messages.push({ role: "assistant", content });
  }
}
