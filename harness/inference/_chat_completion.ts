/**
 * The chat completion format of OpenAI-compatible servers: how requests are written, and what is
 * believed of an answer. What a server adds is ignored, what it needs not get right is checked.
 *
 * @module
 */

import { z } from "zod";
import type { Message } from "../../probes/mod.ts";
import type { GenerateRequest } from "./backend.ts";

const Logprob = z.object({ token: z.string(), logprob: z.number().max(1e-3) });
const TokenLogprobs = z.object({ token: z.string(), top_logprobs: z.array(Logprob) });
/** Log-probabilities of a reply's tokens. */
export const Logprobs = z.object({ content: z.array(TokenLogprobs).min(1) });
/** Log-probabilities of a reply's tokens. */
export type Logprobs = z.infer<typeof Logprobs>;

const Count = z.int().nonnegative().catch(0);

/** An answer of `/chat/completions`. */
export const ChatCompletion = z.object({
  choices: z.array(z.object({
    finish_reason: z.string().nullish(),
    message: z.object({
      content: z.string().nullish(),
      tool_calls: z.array(z.object({
        function: z.object({ name: z.string(), arguments: z.string() }),
      })).nullish(),
    }),
    logprobs: z.unknown().optional(),
  })).min(1),
  usage: z.object({ prompt_tokens: Count, completion_tokens: Count }).nullish().catch(null),
});
/** An answer of `/chat/completions`. */
export type ChatCompletion = z.infer<typeof ChatCompletion>;

/** A failure as servers describe it. */
export const ErrorBody = z.object({
  error: z.union([
    z.string().transform((message) => ({ message })),
    z.object({ message: z.string(), code: z.unknown().optional(), type: z.unknown().optional() }),
  ]),
});

/** Messages in OpenAI's shape: arguments as JSON text, calls and results joined by ids. */
export function wireMessages(messages: readonly Message[]): unknown[] {
  let calls = 0;
  let results = 0;
  const callId = (index: number): string => `call_${index}`;
  return messages.map((message) => ({
    role: message.role,
    content: message.content,
    ...(message.name === undefined ? {} : { name: message.name }),
    ...(message.role === "tool" ? { tool_call_id: callId(results++) } : {}),
    ...(message.tool_calls === undefined || message.tool_calls.length === 0 ? {} : {
      tool_calls: message.tool_calls.map((call) => ({
        id: callId(calls++),
        type: "function",
        function: { name: call.name, arguments: JSON.stringify(call.arguments) },
      })),
    }),
  }));
}

/** Probability that the next token begins one label and not the other, up to a common factor. */
function mass(top: readonly z.infer<typeof Logprob>[], label: string, other: string): number {
  return top.reduce((sum, { token, logprob }) => {
    const begins = token !== "" && label.startsWith(token) && !other.startsWith(token);
    return begins ? sum + Math.exp(logprob) : sum;
  }, 0);
}

/**
 * Reads the odds of two alternatives off the log-probabilities of a reply, where it makes its
 * choice.
 *
 * @param logprobs What the server gave.
 * @param choice The alternatives.
 * @returns The probability of the first, or null when the reply or the server does not tell.
 */
export function choiceFromLogprobs(
  logprobs: unknown,
  choice: NonNullable<GenerateRequest["choice"]>,
): number | null {
  const parsed = Logprobs.safeParse(logprobs);
  if (!parsed.success) return null;
  let before = "";
  let [first, second] = choice.labels;
  for (const { token, top_logprobs: top } of parsed.data.content) {
    if (before.trimStart() === choice.prefix) {
      const total = top.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
      if (total > 1.01) return null;
      if (token === "" || !first.startsWith(token) || !second.startsWith(token)) {
        const [a, b] = [mass(top, first, second), mass(top, second, first)];
        if (a === 0 && b === 0) return null;
        // A label that is not among the alternatives has at most the probability of the least of them.
        const least = Math.min(...top.map(({ logprob }) => Math.exp(logprob)));
        const [p, q] = [a > 0 ? a : Math.min(least, b), b > 0 ? b : Math.min(least, a)];
        return p / (p + q);
      }
      // Both labels begin with this token, so the choice is made after it.
      first = first.slice(token.length);
      second = second.slice(token.length);
      continue;
    }
    before += token;
    if (before.trimStart().length > choice.prefix.length) return null;
  }
  return null;
}
