import { createHash } from "node:crypto";
import type { Json, ToolCall } from "../../probes/mod.ts";
import { canonicalText } from "../text/canonical.ts";

/** A call that waits for a person: what an approver is shown, and what a signature is about. */
export interface ConfirmationRequest {
  /** Name of the tool. */
  tool: string;
  /** Arguments of the call. */
  arguments: Record<string, Json>;
  /** Username of who asks; never the one who approves. */
  requester: string;
}

/** The request for a call. */
export function confirmationRequest(
  call: Readonly<ToolCall>,
  requester: string,
): ConfirmationRequest {
  return { tool: call.name, arguments: call.arguments, requester };
}

/**
 * Name of a request: SHA-256 of its canonical JSON, in hex. Equal calls by the same requester have
 * equal digests, however their members are ordered.
 *
 * @throws {TypeError} when the arguments are not JSON.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { digestOf } from "@argus-safety/argus/defenses";
 *
 * const one = { tool: "t", arguments: { a: 1, b: 2 }, requester: "ivy.helpdesk" };
 * const other = { requester: "ivy.helpdesk", arguments: { b: 2, a: 1 }, tool: "t" };
 * assert.equal(digestOf(one), digestOf(other));
 * ```
 */
export function digestOf({ tool, arguments: args, requester }: ConfirmationRequest): string {
  const text = canonicalText({ arguments: args, requester, tool, version: 1 });
  return createHash("sha256").update(text).digest("hex");
}
