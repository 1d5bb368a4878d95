import type { ToolCall, ToolSchema } from "../probes/mod.ts";
import { inTurn } from "./_in_turn.ts";
import { plainCopy } from "./_plain_copy.ts";
import { textOf } from "./_text_of.ts";
import type { Chain, Review } from "./chain.ts";
import type { OpenContext } from "./context.ts";
import type { HistoryEntry } from "./defense.ts";

/** A tool as an agent calls it: one object of arguments in, a promise out. */
export type AsyncTool<A, R> = (args: A) => Promise<R>;

/** Options for {@linkcode guardTool}. */
export interface GuardToolOptions {
  /** The tool's name, as the rules of the layers know it. */
  name: string;
  /** The layers; those of the stage "call" review each call. */
  chain: Chain;
  /** The conversation; tools of one conversation share it. */
  context: OpenContext;
  /** The tool's schema, for layers that check arguments against it. */
  schema?: ToolSchema;
}

/** A call was stopped before it was made. */
export class StoppedCallError extends Error {
  /** Always `"StoppedCallError"`. */
  override readonly name = "StoppedCallError";

  /** Creates the error for a call and its review. */
  constructor(
    /** The call that was not made. */
    readonly call: Readonly<ToolCall>,
    /** What the layers said; `review.verdict` tells a block from a failed layer. */
    readonly review: Review<"call">,
  ) {
    const layer = review.layers.find(({ defense }) => defense === review.stoppedBy);
    const why = layer?.finding?.reason ?? layer?.error ?? "No reason given";
    super(`Call of "${call.name}" stopped by "${review.stoppedBy}": ${why}`);
  }
}

/**
 * Puts the call stage of a chain in front of a tool. The arguments are copied and frozen before
 * they are reviewed, and that copy is what the tool gets, so nothing can change in between. Calls of
 * one conversation that are made side by side are reviewed one after the other, each with those
 * before it in the history, also when a tool fails afterwards. Layers of other stages are the
 * caller's to run, with `chain.review`.
 *
 * @param tool The tool.
 * @param options The chain and what its layers need to know.
 * @returns A function that the agent calls instead. It throws {@linkcode StoppedCallError} when the
 * call is stopped, and a `TypeError` or a `DataCloneError` when the arguments are not JSON.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { auditNamespaceGuard, chain, guardTool, openContext } from "@argus-safety/argus/defenses";
 *
 * const accounts = [{ realm: "acme", user_id: "1", username: "alice.dev", roles: ["developer"] }];
 * const context = openContext({
 *   lookup: {
 *     principal: (realm, id) =>
 *       Promise.resolve(accounts.find((it) => it.realm === realm && it.username === id)),
 *   },
 * });
 * const remove = guardTool(
 *   ({ user_id }: { realm: string; user_id: string }) => Promise.resolve(`deleted ${user_id}`),
 *   { name: "kc_delete_user", chain: chain([auditNamespaceGuard()]), context },
 * );
 *
 * assert.equal(await remove({ realm: "acme", user_id: "alice.dev" }), "deleted alice.dev");
 * await assert.rejects(remove({ realm: "acme", user_id: "Henry%2ECompliance" }), {
 *   name: "StoppedCallError",
 * });
 * ```
 */
export function guardTool<A extends object, R>(
  tool: AsyncTool<A, R>,
  { name, chain, context, schema }: GuardToolOptions,
): AsyncTool<A, R> {
  return async (args) => {
    const call: ToolCall = { name, arguments: plainCopy(args) };
    const entry = await inTurn(context, async () => {
      const review = await chain.review(
        "call",
        schema === undefined ? { call } : { call, schema },
        context,
      );
      if (review.verdict !== "allow") throw new StoppedCallError(call, review);
      const reviewed = review.subject.call;
      if (reviewed.name !== name) {
        throw new TypeError(`Cannot call "${reviewed.name}": this function calls "${name}"`);
      }
      const entry: HistoryEntry = { call: reviewed };
      context.history.push(entry);
      return entry;
    });
    const result = await tool(entry.call.arguments as A);
    entry.result = textOf(result);
    return result;
  };
}
