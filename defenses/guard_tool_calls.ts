import type { Json, ToolCall, ToolSchema } from "../probes/mod.ts";
import { inTurn } from "./_in_turn.ts";
import { textOf } from "./_text_of.ts";
import type { Chain, Review } from "./chain.ts";
import type { OpenContext } from "./context.ts";
import type { HistoryEntry } from "./defense.ts";

/** A tool call as an OpenAI-compatible chat endpoint returns it. */
export interface OpenAiToolCall {
  /** Id that the answer refers to. */
  id: string;
  /** Always `"function"`. */
  type?: "function";
  /** What is called. */
  function: {
    /** Name of the tool. */
    name: string;
    /** Arguments as JSON text, as the model wrote it. */
    arguments: string;
  };
}

/** The answer to one tool call, as the next request to the endpoint takes it. */
export interface OpenAiToolMessage {
  /** Always `"tool"`. */
  role: "tool";
  /** Id of the call. */
  tool_call_id: string;
  /** The result, or what is wrong with the call. */
  content: string;
}

/** What came of the tool calls of one model reply. */
export interface GuardedToolCalls {
  /** An answer to each call, in order. */
  messages: OpenAiToolMessage[];
  /**
   * Why a call, or its result, was stopped; undefined when none was. The calls after it were not
   * made: end the conversation, or go on with the messages, which say so.
   */
  stopped?: Review<"call"> | Review<"result">;
}

/** Carries out one tool: a name and its arguments in, a result out. */
export type ToolExecutor = (
  name: string,
  args: Readonly<Record<string, Json>>,
) => Promise<unknown>;

/** Options for {@linkcode guardToolCalls}. */
export interface GuardToolCallsOptions {
  /** The layers; those of the stages "call" and "result" review each call. */
  chain: Chain;
  /** The conversation. */
  context: OpenContext;
  /**
   * The tools that the model was offered, as the endpoint was told. When given, a call of any other
   * is refused.
   * @default {any name goes to the executor}
   */
  tools?: readonly ToolSchema[];
}

/**
 * Puts a chain in front of the tool executor of a loop over an OpenAI-compatible endpoint. The
 * arguments are parsed once, and what the layers reviewed is what the executor gets: the model's
 * text goes no further, so nothing can read it in another way.
 *
 * @param execute Carries out a tool; what it rejects with is passed on.
 * @param options The chain and what its layers need to know.
 * @returns A function from the `tool_calls` of one reply to the messages that answer them.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   auditNamespaceGuard,
 *   chain,
 *   guardToolCalls,
 *   openContext,
 * } from "@argus-safety/argus/defenses";
 *
 * const run = guardToolCalls((name) => Promise.resolve({ done: name }), {
 *   chain: chain([auditNamespaceGuard()]),
 *   context: openContext({ lookup: { principal: () => Promise.resolve(undefined) } }),
 * });
 * const call = (user_id: string) => ({
 *   id: "call_1",
 *   function: { name: "kc_delete_user", arguments: JSON.stringify({ realm: "acme", user_id }) },
 * });
 *
 * const { messages } = await run([call("alice.dev")]);
 * assert.equal(messages[0]?.content, '{"done":"kc_delete_user"}');
 * const { stopped } = await run([call("henry.compliance")]);
 * assert.equal(stopped?.stoppedBy, "audit-namespace-guard");
 * ```
 */
export function guardToolCalls(
  execute: ToolExecutor,
  options: GuardToolCallsOptions,
): (calls: readonly OpenAiToolCall[]) => Promise<GuardedToolCalls> {
  return async (calls) => {
    const answered: GuardedToolCalls = { messages: [] };
    for (const { id, function: { name, arguments: text } } of calls) {
      const content = answered.stopped === undefined
        ? await answer(execute, { name, text }, { ...options, answered })
        : problem("Not called, since an earlier call was stopped");
      answered.messages.push({ role: "tool", tool_call_id: id, content });
    }
    return answered;
  };
}

async function answer(
  execute: ToolExecutor,
  { name, text }: { name: string; text: string },
  { chain, context, tools, answered }: GuardToolCallsOptions & { answered: GuardedToolCalls },
): Promise<string> {
  const schema = tools?.find((tool) => tool.function.name === name);
  if (tools !== undefined && schema === undefined) return problem(`There is no tool "${name}"`);
  const args = parseArguments(text);
  if (args === undefined) return problem("The arguments are not a JSON object");
  const call: ToolCall = { name, arguments: args };
  const subject = schema === undefined ? { call } : { call, schema };
  const entry: HistoryEntry = { call };
  const before = await inTurn(context, async () => {
    const review = await chain.review("call", subject, context);
    entry.call = review.subject.call;
    if (review.verdict === "allow") context.history.push(entry);
    return review;
  });
  if (before.verdict !== "allow") return stop(answered, before);
  const reviewed = before.subject.call;
  const content = textOf(await execute(reviewed.name, reviewed.arguments));
  const after = await chain.review("result", { call: reviewed, content }, context);
  entry.result = after.subject.content;
  return after.verdict === "allow" ? after.subject.content : stop(answered, after);
}

function parseArguments(text: string): Record<string, Json> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value as Record<string, Json> : undefined;
  } catch {
    return undefined;
  }
}

/** The model learns that it was stopped and by what, never how the layer decides. */
function stop(answered: GuardedToolCalls, review: Review<"call"> | Review<"result">): string {
  answered.stopped = review;
  return problem(`Stopped by "${review.stoppedBy}"`);
}

function problem(error: string): string {
  return JSON.stringify({ error });
}
