/**
 * Runs jobs on the sequences of one context in lock step: in each tick every busy sequence queues
 * one step, so that all of them are decoded in one batch. Taking tokens back is a step of its own,
 * for it takes time, and would make a sequence miss the batch. Prompts are prefilled in chunks whose
 * boundaries depend on the prompt alone, and only whole chunks are reused, so that a reply does
 * not depend on what the sequence held before.
 *
 * @module
 */

import type {
  ControlledEvaluateInputItem,
  LlamaContext,
  LlamaContextSequence,
  SequenceEvaluateOptions,
  Token,
  TokenBias,
} from "node-llama-cpp";

/** A look at what the model expects next, at a fixed place after the prompt. */
export interface Measure {
  /** Tokens between the prompt and the place; none for the place right after the prompt. */
  lead: readonly Token[];
  /** Number of the likeliest tokens whose probabilities are returned. */
  count: number;
  /** Added to the logits first. */
  bias?: TokenBias;
}

/** One request, as tokens. */
export interface Job {
  /** The prompt. */
  tokens: readonly Token[];
  /** Most tokens to generate; 0 to only measure. */
  maxTokens: number;
  /** How to sample. */
  options: SequenceEvaluateOptions;
  /** Measured after the generation, which it does not touch. */
  measure?: Measure | undefined;
  /** Whether the reply is complete. */
  done?: ((reply: readonly Token[]) => boolean) | undefined;
  /** Called when the job gets a sequence. */
  started?: (() => void) | undefined;
  /** Cancels the job at its next step. */
  signal?: AbortSignal | undefined;
}

/** What a job gave. */
export interface JobResult {
  /** Generated tokens. */
  tokens: Token[];
  /** Why the generation ended. */
  finish: "stop" | "length";
  /** What was measured: probabilities that sum to 1 over the tokens returned. */
  probabilities?: ReadonlyMap<Token, number>;
}

interface Lane {
  sequence: LlamaContextSequence;
  /** Tokens that were prefilled in whole chunks, and are thus reusable. */
  chunks: readonly Token[];
  steps?: AsyncGenerator<void, JobResult>;
  waiting?: Waiting;
}

interface Waiting {
  job: Job;
  resolve: (result: JobResult) => void;
  reject: (error: unknown) => void;
}

/** How a {@linkcode Scheduler} works. */
export interface SchedulerOptions {
  /** Tokens in a prefill step. */
  chunk: number;
}

/** Number of leading tokens that two lists share. */
function commonLength(a: readonly Token[], b: readonly Token[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

/** The lock-step scheduler of one context. */
export class Scheduler {
  /** Most jobs at a time; 1 keeps batches the same whatever else is asked. */
  limit: number;
  readonly #chunk: number;
  readonly #lanes: Lane[] = [];
  readonly #queue: Waiting[] = [];
  #running = false;

  /**
   * @param context Its sequences are all taken.
   * @param options How to work.
   */
  constructor(context: LlamaContext, options: SchedulerOptions) {
    this.#chunk = options.chunk;
    const contextShift = {
      strategy: (): never => {
        throw new Error("The context is full; lengths must be checked before");
      },
    };
    while (context.sequencesLeft > 0) {
      this.#lanes.push({ sequence: context.getSequence({ contextShift }), chunks: [] });
    }
    this.limit = this.#lanes.length;
  }

  /** Number of sequences. */
  get lanes(): number {
    return this.#lanes.length;
  }

  /** Makes the next jobs prefill their whole prompt. */
  forget(): void {
    for (const lane of this.#lanes) lane.chunks = [];
  }

  /** Runs one job. */
  run(job: Job): Promise<JobResult> {
    const { promise, resolve, reject } = Promise.withResolvers<JobResult>();
    this.#queue.push({ job, resolve, reject });
    void this.#loop();
    return promise;
  }

  async #loop(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    // Requests that arrive together shall start together, whatever their order on the pipe.
    await Promise.resolve();
    for (;;) {
      this.#assign();
      const busy = this.#lanes.filter((lane) => lane.steps !== undefined);
      if (busy.length === 0) break;
      await Promise.all(busy.map((lane) => this.#step(lane)));
    }
    this.#running = false;
  }

  #assign(): void {
    let free = this.limit - this.#lanes.filter((lane) => lane.steps !== undefined).length;
    while (free > 0) {
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      if (waiting.job.signal?.aborted) {
        waiting.reject(waiting.job.signal.reason);
        continue;
      }
      const lane = this.#nearest(waiting.job.tokens);
      if (lane === undefined) {
        this.#queue.unshift(waiting);
        return;
      }
      lane.waiting = waiting;
      lane.steps = this.#steps(lane, waiting.job);
      waiting.job.started?.();
      free--;
    }
  }

  /** The free lane that holds most of a prompt; among equals the one that holds least else. */
  #nearest(tokens: readonly Token[]): Lane | undefined {
    let best: Lane | undefined;
    let most = -1;
    for (const lane of this.#lanes) {
      if (lane.steps !== undefined) continue;
      const common = commonLength(lane.chunks, tokens);
      if (common > most || (common === most && lane.chunks.length < (best?.chunks.length ?? 0))) {
        [best, most] = [lane, common];
      }
    }
    return best;
  }

  async #step(lane: Lane): Promise<void> {
    const { steps, waiting } = lane;
    if (steps === undefined || waiting === undefined) return;
    try {
      waiting.job.signal?.throwIfAborted();
      const { done, value } = await steps.next();
      if (!done) return;
      waiting.resolve(value);
    } catch (error) {
      await steps.return({ tokens: [], finish: "stop" }).catch(() => {});
      lane.chunks = [];
      waiting.reject(error);
    }
    delete lane.steps;
    delete lane.waiting;
  }

  async *#steps(lane: Lane, job: Job): AsyncGenerator<void, JobResult> {
    const { sequence } = lane;
    const chunk = this.#chunk;
    const boundary = Math.floor((job.tokens.length - 1) / chunk) * chunk;
    const common = Math.min(commonLength(lane.chunks, job.tokens), boundary);
    let at = Math.floor(common / chunk) * chunk;
    lane.chunks = lane.chunks.slice(0, at);
    await rewind(sequence, at);
    yield;
    for (; at < boundary; at += chunk) {
      await sequence.evaluateWithoutGeneratingNewTokens(job.tokens.slice(at, at + chunk));
      lane.chunks = job.tokens.slice(0, at + chunk);
      yield;
    }
    const rest = job.tokens.slice(boundary);
    const result = yield* job.maxTokens > 0
      ? generate(sequence, rest, job)
      : prefill(sequence, rest);
    if (job.measure === undefined) return result;
    const { lead } = job.measure;
    const borrowed = lead.length === 0 ? job.tokens.slice(-1) : [];
    yield;
    await rewind(sequence, job.tokens.length - borrowed.length);
    yield;
    const measure = { ...job.measure, lead: [...borrowed, ...lead] };
    return { ...result, probabilities: await look(sequence, measure) };
  }
}

async function rewind(sequence: LlamaContextSequence, length: number): Promise<void> {
  const end = sequence.nextTokenIndex;
  if (end > length) await sequence.eraseContextTokenRanges([{ start: length, end }]);
  if (sequence.nextTokenIndex !== length) {
    throw new Error(`The sequence holds ${sequence.nextTokenIndex} tokens instead of ${length}`);
  }
}

async function* prefill(
  sequence: LlamaContextSequence,
  rest: Token[],
): AsyncGenerator<void, JobResult> {
  await sequence.evaluateWithoutGeneratingNewTokens(rest);
  yield;
  return { tokens: [], finish: "stop" };
}

async function* generate(
  sequence: LlamaContextSequence,
  rest: Token[],
  job: Job,
): AsyncGenerator<void, JobResult> {
  const tokens: Token[] = [];
  const iterator = sequence.evaluate(rest, job.options);
  try {
    for (;;) {
      const { done, value } = await iterator.next();
      if (done) return { tokens, finish: "stop" };
      tokens.push(value);
      if (job.done?.(tokens) === true) return { tokens, finish: "stop" };
      if (tokens.length >= job.maxTokens) return { tokens, finish: "length" };
      yield;
    }
  } finally {
    await iterator.return();
  }
}

/** Softmax at temperature 1 over the likeliest tokens after `lead`. */
async function look(
  sequence: LlamaContextSequence,
  measure: Measure,
): Promise<ReadonlyMap<Token, number>> {
  const options = {
    temperature: 1,
    topK: measure.count,
    topP: 1,
    minP: 0,
    ...(measure.bias === undefined ? {} : { tokenBias: measure.bias }),
  };
  const last = measure.lead.at(-1);
  if (last === undefined) throw new Error("A measure needs a token before it");
  const input: ControlledEvaluateInputItem[] = [
    ...measure.lead.slice(0, -1),
    [last, { generateNext: { probabilities: true, options } }],
  ];
  const found = (await sequence.controlledEvaluate(input)).at(-1)?.next.probabilities;
  if (found === undefined) throw new Error("The model gave no probabilities");
  return found;
}
