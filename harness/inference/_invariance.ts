/**
 * Asks a fresh context whether a reply depends on what else is in the batch.
 *
 * @module
 */

import type { LlamaModel, Token } from "node-llama-cpp";
import type { Library } from "./_binding.ts";
import { Failure } from "./_protocol.ts";
import type { Job, JobResult, Scheduler } from "./_scheduler.ts";

/** Whole chunks and a rest, so that both shapes of batch are met. */
const EXTRA = 7;

/** What is tested. */
export interface SelfTestOptions {
  /** The context's scheduler. */
  scheduler: Scheduler;
  /** Tokens in a prefill step. */
  chunk: number;
  /** For biases. */
  library: Library;
}

function textTokens(model: LlamaModel, count: number): Token[] {
  const text = "the quick brown fox jumps over the lazy dog, again and again; ";
  const tokens: Token[] = [];
  while (tokens.length < count) tokens.push(...model.tokenize(text, false));
  return tokens.slice(0, count);
}

function same(a: JobResult, b: JobResult): boolean {
  return a.probability === b.probability && a.tokens.length === b.tokens.length &&
    a.tokens.every((token, i) => token === b.tokens[i]);
}

/**
 * Runs the same prompt alone and beside others, and compares tokens and probability bit by bit.
 *
 * @param model Model of the context.
 * @param options What is tested.
 * @returns Whether the replies are the same.
 * @throws {Failure} when the context cannot generate at all.
 */
export async function testInvariance(
  model: LlamaModel,
  options: SelfTestOptions,
): Promise<boolean> {
  const { scheduler, chunk, library: { TokenBias } } = options;
  const prompt = textTokens(model, chunk + EXTRA);
  const [first, second] = [prompt[0], prompt.find((token) => token !== prompt[0])];
  if (first === undefined || second === undefined) {
    throw new Failure("load", "The vocabulary gives no tokens for plain text");
  }
  const bias = new TokenBias(model.tokenizer).set(first, { logit: 50 }).set(second, { logit: 50 });
  const job: Job = {
    tokens: prompt,
    maxTokens: 3,
    options: { temperature: 0 },
    choice: { lead: prompt.slice(1, 3), pair: [first, second], bias },
  };
  const alone = await scheduler.run(job);
  const others = Array.from({ length: scheduler.lanes - 1 }, (_, i) => ({
    ...job,
    tokens: prompt.slice(i % 5 + 1, 10 + i % EXTRA * 2),
  }));
  // Chunks that are held would be reused, and the batch to compare with would not be met.
  scheduler.forget();
  const [beside] = await Promise.all([job, ...others].map((each) => scheduler.run(each)));
  return beside !== undefined && same(alone, beside);
}
