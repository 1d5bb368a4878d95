/**
 * The models of the model process: what they are loaded from, which role has which context, and how
 * a request becomes a job.
 *
 * @module
 */

import type { LlamaModel, Token } from "node-llama-cpp";
import type { ModelRole } from "./backend.ts";
import {
  detectBindings,
  type Library,
  LIBRARY_VERSION,
  loadBinding,
  sampleInTurn,
} from "./_binding.ts";
import { renderPrompt } from "./_prompt.ts";
import {
  type Binding,
  type ContextPlan,
  Failure,
  type Generate,
  type Generated,
  type Open,
  type Opened,
  type PromptFormat,
  type Score,
} from "./_protocol.ts";
import { type Job, type JobResult, Scheduler } from "./_scheduler.ts";
import { testInvariance, tryOut } from "./_invariance.ts";
import { closesJson, odds, type TokenChoice, tokenizeChoice, tokenizePrompt } from "./_tokens.ts";

/** Tokens in a prefill step: a cancelled request is seen between two of them. */
const CHUNK = 64;

/** What a role is served by. */
interface Station {
  model: LlamaModel;
  format: PromptFormat;
  contextSize: number;
  batchable: boolean;
  scheduler: Scheduler;
}

/** What the engine tells while it works. */
export interface EngineEvents {
  /** A build is about to be loaded. */
  trying: (gpu: Binding["gpu"]) => void;
  /** A part, in [0, 1], of a model has been read. */
  loading: (part: number) => void;
  /** A line for the log. */
  log: (line: string) => void;
}

/** Signals of one request. */
export interface RequestEvents {
  /** The request got a sequence. */
  started: () => void;
  /** Cancels it. */
  signal: AbortSignal;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

async function checkMemory(open: Open, library: Library): Promise<void> {
  if (library.llama.gpu !== false) return;
  const weights = open.models.reduce((sum, model) => sum + model.bytes, 0);
  const cache = open.contexts.reduce((sum, context) => sum + context.cacheBytes, 0);
  // What can be evicted, such as the page cache, counts as free.
  const { total, wired } = await library.llama.getRamState();
  const free = total - wired;
  if (weights + cache <= free) return;
  const paths = open.models.map(({ path }) => `"${path}"`).join(", ");
  throw new Failure(
    "load",
    `Cannot load ${paths}: it takes ${gigabytes(weights + cache)} (weights ${
      gigabytes(weights)
    }, cache ${gigabytes(cache)}) and ${gigabytes(free)} of memory is free; ` +
      "choose a smaller model, context or number of lanes",
  );
}

/** The loaded models. */
export class Engine {
  readonly #stations = new Map<ModelRole, Station>();
  readonly #library: Library;
  readonly #open: Open;

  private constructor(library: Library, open: Open) {
    this.#library = library;
    this.#open = open;
  }

  /** Loads everything that is asked for. */
  static async open(open: Open, events: EngineEvents): Promise<Engine> {
    const found = open.detect ? await detectBindings(open.bindings, open.library) : open.bindings;
    const binding = found[0];
    if (binding === undefined) {
      throw new Failure("device", "No build of llama.cpp fits this machine");
    }
    events.trying(binding.gpu);
    const library = await loadBinding(binding, {
      library: open.library,
      threads: open.threads,
      log: (level, message) => events.log(`${level}: ${message}`),
    });
    await checkMemory(open, library);
    const engine = new Engine(library, open);
    const models = new Map<number, LlamaModel>();
    for (const plan of open.contexts) {
      const source = open.models[plan.model];
      if (source === undefined) throw new Failure("failed", "A context names an unknown model");
      const model = models.get(plan.model) ?? await engine.#loadModel(source.path, events.loading);
      models.set(plan.model, model);
      const station = await engine.#openContext(plan, { model, format: source.format });
      for (const role of plan.roles) engine.#stations.set(role, station);
    }
    return engine;
  }

  async #loadModel(path: string, onLoadProgress: (part: number) => void): Promise<LlamaModel> {
    let model: LlamaModel;
    try {
      model = await this.#library.llama.loadModel({ modelPath: path, onLoadProgress });
    } catch (cause) {
      throw new Failure("load", `Cannot load "${path}": ${(cause as Error).message}`);
    }
    if (!model.fileInsights.isRecurrent) return model;
    throw new Failure(
      "load",
      `Cannot use "${path}": a recurrent model cannot take tokens back; choose a transformer`,
    );
  }

  async #openContext(
    plan: ContextPlan,
    source: { model: LlamaModel; format: PromptFormat },
  ): Promise<Station> {
    const { adapter, contextSize, kvType } = plan;
    const { lanes, threads } = this.#open;
    try {
      const context = await source.model.createContext({
        sequences: lanes,
        contextSize,
        batchSize: Math.min(CHUNK * lanes, 2048),
        threads,
        flashAttention: "auto",
        // Rewinding past a sliding window is exact only when the cache keeps what left it.
        swaFullCache: true,
        experimentalKvCacheKeyType: kvType,
        experimentalKvCacheValueType: kvType,
        ...(adapter === undefined
          ? {}
          : { lora: { adapters: [{ filePath: adapter.path, scale: adapter.scale }] } }),
      });
      sampleInTurn(context);
      const scheduler = new Scheduler(context, { chunk: CHUNK });
      return { ...source, contextSize, batchable: plan.batchable, scheduler };
    } catch (cause) {
      const what = adapter === undefined ? "open a context" : `load the adapter "${adapter.path}"`;
      throw new Failure("load", `Cannot ${what}: ${(cause as Error).message}`);
    }
  }

  /** Tests the contexts and says what was opened. */
  async report(): Promise<Omit<Opened, "type" | "id">> {
    const stations = new Set(this.#stations.values());
    for (const { scheduler, model, batchable } of stations) {
      const options = { scheduler, chunk: CHUNK };
      if (batchable && await testInvariance(model, options)) continue;
      if (!batchable) await tryOut(model, options);
      // The same batches whatever else is asked: replies are slower, and can be had again.
      scheduler.limit = 1;
    }
    const limits = [...stations].map(({ scheduler }) => scheduler.limit);
    return {
      device: this.#library.llama.gpu === false ? "cpu" : this.#library.llama.gpu,
      threads: this.#open.threads,
      batch: Math.max(...limits),
      batchInvariant: limits.every((limit) => limit === this.#open.lanes),
      versions: { "node-llama-cpp": LIBRARY_VERSION, "llama.cpp": this.#library.release },
    };
  }

  /** Generates a reply, or only measures its choice. */
  async answer(
    request: Generate | Score,
    events: RequestEvents,
  ): Promise<Omit<Generated, "type" | "id">> {
    const station = this.#stations.get(request.role);
    if (station === undefined) {
      throw new Failure("failed", `Cannot ask the ${request.role}: no model was opened for it`);
    }
    const { model, format } = station;
    const segments = renderPrompt(request, format);
    const tokens = tokenizePrompt(model, segments, format.barred);
    const choice = request.choice === undefined
      ? undefined
      : tokenizeChoice(model, request.choice, this.#library.TokenBias);
    const job = { ...jobOf(request, { model, tokens }), measure: choice?.measure };
    const reply = Math.max(job.maxTokens, (job.measure?.lead.length ?? 0) + 1);
    if (tokens.length + reply > station.contextSize) {
      throw new Failure(
        "prompt-too-long",
        `Cannot fit the prompt of ${tokens.length} tokens and a reply of ${reply} into the ` +
          `${request.role}'s context of ${station.contextSize} tokens; shorten the conversation ` +
          "or open a greater context",
      );
    }
    const result = await station.scheduler.run({ ...job, ...events });
    return {
      text: model.detokenize(result.tokens, false),
      finish: result.finish,
      ...choiceProbability(choice, result),
      promptTokens: tokens.length,
      generatedTokens: result.tokens.length,
      prompt: segments.map(({ text }) => text).join(""),
    };
  }
}

function choiceProbability(
  choice: TokenChoice | undefined,
  result: JobResult,
): { choiceProbability?: number } {
  if (choice === undefined || result.probabilities === undefined) return {};
  return { choiceProbability: odds(choice, result.probabilities) };
}

function jobOf(request: Generate | Score, source: { model: LlamaModel; tokens: Token[] }): Job {
  const { model, tokens } = source;
  if (request.type === "score") return { tokens, maxTokens: 0, options: {} };
  const { temperature, seed, maxTokens } = request;
  if (temperature > 0 && seed === undefined) {
    throw new Failure("failed", "Cannot sample without a seed; give one, or temperature 0");
  }
  const options = temperature === 0
    ? { temperature }
    : { temperature, topK: 0, topP: 1, minP: 0, ...(seed === undefined ? {} : { seed }) };
  const done = request.callOrText
    ? (reply: readonly Token[]) => closesJson(model.detokenize([...reply], false))
    : undefined;
  return { tokens, maxTokens, options, done };
}
