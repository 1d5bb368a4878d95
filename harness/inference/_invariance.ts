/**
 * Asks a fresh context whether a reply depends on what else is in the batch.
 *
 * @module
 */

import type { LlamaModel, Token } from "node-llama-cpp";
import { Failure } from "./_protocol.ts";
import type { Job, JobResult, Scheduler } from "./_scheduler.ts";

/** Tokens after the whole chunk, so that a prompt's last and shorter part is met too. */
const EXTRA = 7;
/** Probabilities that are compared; a difference in any logit shows in all. */
const COMPARED = 64;

/** What is tested. */
export interface InvarianceOptions {
  /** The context's scheduler. */
  scheduler: Scheduler;
  /** Tokens in a prefill step. */
  chunk: number;
}

function textTokens(model: LlamaModel, count: number): Token[] {
  const text = "the quick brown fox jumps over the lazy dog, again and again; ";
  const tokens: Token[] = [];
  while (tokens.length < count) {
    const more = model.tokenize(text, false);
    if (more.length === 0) throw new Failure("load", "The vocabulary gives no tokens for text");
    tokens.push(...more);
  }
  return tokens.slice(0, count);
}

function trialJobs(model: LlamaModel, { scheduler, chunk }: InvarianceOptions): Job[] {
  const text = textTokens(model, 2 * chunk);
  return Array.from({ length: scheduler.lanes }, (_, i): Job => ({
    tokens: text.slice(i, i + (i % 4 === 0 ? chunk : 0) + EXTRA + i % 5),
    maxTokens: 1,
    options: { temperature: 0 },
    measure: { lead: text.slice(0, 1), count: COMPARED },
  }));
}

/** Generates a token, so that a context that cannot fails at the start. */
export async function tryOut(model: LlamaModel, options: InvarianceOptions): Promise<void> {
  const [job] = trialJobs(model, options);
  if (job !== undefined) await options.scheduler.run(job);
}

function same(a: JobResult, b: JobResult | undefined): boolean {
  if (b === undefined) return false;
  const [left, right] = [a.probabilities ?? new Map(), b.probabilities ?? new Map()];
  return a.tokens.length === b.tokens.length && left.size === right.size &&
    a.tokens.every((token, i) => token === b.tokens[i]) &&
    [...left].every(([token, probability]) => right.get(token) === probability);
}

/**
 * Runs prompts each alone, then together in two orders, and compares tokens and probabilities bit by
 * bit. In each tick some are at a whole chunk, some at a shorter part, some at single tokens; where
 * in a batch a sequence stands matters as much as how many there are.
 *
 * @param model Model of the context.
 * @param options What is tested.
 * @returns Whether the replies are the same.
 * @throws {Failure} when the context cannot generate at all.
 */
export async function testInvariance(
  model: LlamaModel,
  options: InvarianceOptions,
): Promise<boolean> {
  const { scheduler } = options;
  const jobs = trialJobs(model, options);
  const alone: JobResult[] = [];
  for (const job of jobs) alone.push(await scheduler.run(job));
  for (const order of [jobs, jobs.toReversed()]) {
    // Chunks that are held would be reused, and the batch to compare with would not be met.
    scheduler.forget();
    const together = await Promise.all(order.map((job) => scheduler.run(job)));
    const expected = order === jobs ? alone : alone.toReversed();
    if (!expected.every((result, i) => same(result, together[i]))) return false;
  }
  return true;
}
