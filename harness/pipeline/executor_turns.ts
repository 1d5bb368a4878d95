import type { Message, ToolCall, ToolSchema } from "../../probes/mod.ts";
import { EXECUTOR_PROMPT } from "./prompts.ts";

/**
 * The executor's side of the barrier: the intent, the tool schemas and its own turns. There is no
 * member that could carry the request, and no user turn but an intent and what was wrong with a reply.
 */
export class ExecutorTurns {
  readonly #messages: Message[] = [{ role: "system", content: EXECUTOR_PROMPT }];
  /** Schemas of the offered tools. */
  readonly tools: readonly ToolSchema[];

  /** Starts without an intent; the executor has nothing to do yet. */
  constructor(tools: readonly ToolSchema[]) {
    this.tools = tools;
  }

  /** The conversation so far, as the model is given it. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Tool turns that a probe scripts: what the executor has already seen before the probe begins. */
  addScripted(turns: readonly Message[]): void {
    for (const turn of turns) {
      if (turn.role === "tool" || (turn.tool_calls?.length ?? 0) > 0) {
        // An assistant's words may repeat the request, so only its calls cross.
        this.#messages.push({ ...turn, content: turn.role === "tool" ? turn.content : "" });
      }
    }
  }

  /** A newly approved intent. */
  addIntent(intent: string): void {
    this.#messages.push({ role: "user", content: intent });
  }

  /** What the executor said or called. */
  addReply(text: string, calls: readonly ToolCall[]): void {
    this.#messages.push({
      role: "assistant",
      content: calls.length > 0 ? "" : text,
      ...(calls.length > 0 ? { tool_calls: [...calls] } : {}),
    });
  }

  /**
   * What was wrong with a reply that made no valid call. It is a turn of its own kind, since a tool
   * turn answers a call, and there was none.
   */
  addProblem(problem: string): void {
    this.#messages.push({ role: "user", content: `Error: ${problem}` });
  }

  /** The result of one call. */
  addResult(tool: string, content: string): void {
    this.#messages.push({ role: "tool", name: tool, content });
  }
}
