/**
 * The `llama` back end: models in GGUF files, computed on this machine by llama.cpp in a process of
 * its own. It does not own the model process's inside, which starts at `model_process.ts`.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type {
  GenerateRequest,
  Generation,
  Inference,
  InferenceInfo,
  ModelInfo,
  ModelRole,
} from "./backend.ts";
import { InferenceError, ModelLoadError } from "./backend.ts";
import { findLibrary, type InstalledLibrary } from "./_library.ts";
import type { ModelProcess } from "./_model_process_client.ts";
import { RestartingProcess } from "./_restarts.ts";
import { startProcess } from "./_start.ts";
import type { ContextPlan, Generate, Open } from "./_protocol.ts";
import type { GgufHeader } from "./gguf.ts";
import { cacheBytes, type CacheType, defaultCacheType } from "./memory_plan.ts";
import {
  barredTexts,
  checkAdapter,
  checkModel,
  isQuantised,
  type ModelFacts,
} from "./model_check.ts";
import type { Json } from "../../probes/mod.ts";

/** One model on disk. */
export interface LocalModel {
  /** Path of the GGUF file. */
  path: string;
  /**
   * Name for the manifest.
   * @default {the name in the file}
   */
  name?: string;
  /** LoRA adapter in GGUF. */
  adapter?: {
    /** Path of the GGUF file. */
    path: string;
    /**
     * Strength.
     * @default {1}
     */
    scale?: number;
    /**
     * Name for the manifest.
     * @default {the file name without ".gguf"}
     */
    name?: string;
  };
}

/** Options of {@linkcode openLlama}. */
export interface LlamaOptions {
  /** The models by role; roles that name the same file share its weights. */
  models: Partial<Record<ModelRole, LocalModel>>;
  /**
   * Tokens that prompt and reply may take together.
   * @default {the model's own, at most 2048}
   */
  contextSize?: number;
  /**
   * Sequences in a context: requests that are computed together.
   * @default {8}
   */
  lanes?: number;
  /**
   * Threads of one decode.
   * @default {one less than there are cores}
   */
  threads?: number;
  /**
   * Device; `"auto"` takes the best that is found, a named one is required.
   * @default {"auto"}
   */
  gpu?: "auto" | false | "metal" | "cuda" | "vulkan";
  /**
   * Longest time for one reply, in milliseconds.
   * @default {120000}
   */
  deadlineMs?: number;
  /**
   * Type of the KV cache.
   * @default {"Q8_0" where the model's head size allows it, else "F16"}
   */
  kvType?: "F16" | "Q8_0" | "F32";
  /**
   * How often a process that died is started again.
   * @default {3}
   */
  maxRestarts?: number;
  /**
   * Further variables for the chat template.
   * @default {{ enable_thinking: false, date_string: "26 Jul 2024" }}
   */
  templateVariables?: Record<string, Json>;
}

/** What opening needs, resolved. */
interface Plan {
  open: Omit<Open, "id" | "bindings">;
  /** Hashes the files; large ones take longer to hash than to open. */
  describe: () => Promise<Partial<Record<ModelRole, ModelInfo>>>;
  kvType: string;
  files: string[];
}

const VARIABLES = { enable_thinking: false, date_string: "26 Jul 2024" };

async function sha256(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) {
    using file = await Deno.open(path);
    for await (const bytes of file.readable) hash.update(bytes);
  }
  return hash.digest("hex");
}

const baseName = (path: string): string =>
  (path.split(/[/\\]/).at(-1) ?? path).replace(/(\.lora)?\.gguf$/, "");

function kvTypeFor(
  facts: readonly ModelFacts[],
  wanted: LlamaOptions["kvType"],
): CacheType {
  const odd = facts.find(({ headSize }) => defaultCacheType(headSize) !== "Q8_0");
  if (wanted === "Q8_0" && odd !== undefined) {
    throw new ModelLoadError(
      `Cannot use a Q8_0 cache with "${odd.header.path}": its heads have ${odd.headSize} values, ` +
        'not a multiple of 32; choose "F16"',
    );
  }
  return wanted ?? (odd === undefined ? "Q8_0" : "F16");
}

function adapterName({ name, path, scale = 1 }: NonNullable<LocalModel["adapter"]>): string {
  return `${name ?? baseName(path)}${scale === 1 ? "" : `@${scale}`}`;
}

async function describe(
  wanted: readonly Wanted[],
  variables: string | undefined,
): Promise<Partial<Record<ModelRole, ModelInfo>>> {
  const hashes = new Map<string, Promise<string>>();
  const hash = (path: string, files: readonly string[]): Promise<string> => {
    const known = hashes.get(path) ?? sha256(files);
    hashes.set(path, known);
    return known;
  };
  const entries = wanted.map(async ([role, { path, name, adapter }, facts]) => {
    const [sha, adapterSha] = await Promise.all([
      hash(path, facts.files),
      adapter === undefined ? null : hash(adapter.path, [adapter.path]),
    ]);
    const info: ModelInfo = {
      model: name ?? facts.name,
      sha256: sha,
      adapter: adapter === undefined ? null : adapterName(adapter),
      adapterSha256: adapterSha,
      templateSha256: createHash("sha256").update(facts.template + (variables ?? "")).digest("hex"),
    };
    return [role, info] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** A role with its model and what the headers of model and adapter say. */
type Wanted = readonly [
  role: ModelRole,
  model: LocalModel,
  facts: ModelFacts,
  adapter: GgufHeader | undefined,
];

/** One context for each pair of base and adapter, whatever the number of roles. */
function layOut(
  wanted: readonly Wanted[],
  facts: readonly ModelFacts[],
  options: { kvType: CacheType; lanes: number; contextSize: number | undefined },
): ContextPlan[] {
  const { kvType, lanes } = options;
  const contexts = new Map<string, ContextPlan>();
  for (const [role, { adapter }, fact, header] of wanted) {
    const model = facts.indexOf(fact);
    const used = adapter && { path: adapter.path, scale: adapter.scale ?? 1 };
    const key = JSON.stringify([model, used]);
    const contextSize = options.contextSize ?? Math.min(fact.contextLength, 2048);
    const shared = contexts.get(key);
    if (shared !== undefined) shared.roles.push(role);
    else {
      contexts.set(key, {
        roles: [role],
        model,
        ...(used === undefined ? {} : { adapter: used }),
        contextSize,
        kvType,
        batchable: kvType === "Q8_0" && isQuantised(fact.tensors) &&
          (header === undefined || isQuantised(header.tensors)),
        cacheBytes: cacheBytes(fact.cacheWidth, { type: kvType, contextSize, lanes }),
      });
    }
  }
  return [...contexts.values()];
}

/** Checks the files and plans models and contexts. */
async function plan(options: LlamaOptions, library: InstalledLibrary): Promise<Plan> {
  const { models, lanes = 8, contextSize, templateVariables } = options;
  const named = Object.entries(models) as [ModelRole, LocalModel][];
  if (named.length === 0) throw new ModelLoadError("Cannot open no models; name at least one");
  const byPath = new Map<string, ModelFacts>();
  const wanted: Wanted[] = [];
  for (const [role, model] of named) {
    const fact = byPath.get(model.path) ?? await checkModel(model.path);
    byPath.set(model.path, fact);
    const adapter = model.adapter && await checkAdapter(model.adapter.path, fact);
    wanted.push([role, model, fact, adapter]);
  }
  const facts = [...byPath.values()];
  const kvType = kvTypeFor(facts, options.kvType);
  const variables = templateVariables && JSON.stringify(templateVariables);
  return {
    kvType,
    describe: () => describe(wanted, variables),
    files: [
      ...facts.flatMap(({ files }) => files),
      ...named.flatMap(([, { adapter }]) => adapter?.path ?? []),
    ],
    open: {
      type: "open",
      library: library.url,
      detect: (options.gpu ?? "auto") === "auto",
      threads: threadsFor(options.threads),
      lanes,
      models: facts.map((fact) => ({
        path: fact.header.path,
        bytes: fact.bytes,
        format: {
          template: fact.template,
          bosToken: fact.bosToken,
          eosToken: fact.eosToken,
          barred: barredTexts(fact),
          variables: templateVariables ?? VARIABLES,
        },
      })),
      contexts: layOut(wanted, facts, { kvType, lanes, contextSize }),
    },
  };
}

/** Threads that spin on a core which somebody else needs make a token a thousand times slower. */
function threadsFor(wanted: number | undefined): number {
  const most = Math.max(1, navigator.hardwareConcurrency - 1);
  return Math.min(wanted ?? most, most);
}

/** A request as the model process reads it. */
function command(role: ModelRole, request: GenerateRequest): Omit<Generate, "id"> {
  const { messages, tools, maxTokens, temperature = 0, seed, choice, callOrText = false } = request;
  return {
    type: "generate",
    role,
    messages: [...messages],
    ...(tools === undefined ? {} : { tools: [...tools] }),
    maxTokens,
    temperature,
    ...(seed === undefined ? {} : { seed }),
    ...(choice === undefined
      ? {}
      : { choice: { prefix: choice.prefix, labels: [...choice.labels] } }),
    callOrText,
  };
}

class Llama implements Inference {
  readonly info: InferenceInfo;
  readonly #processes: RestartingProcess;

  constructor(info: InferenceInfo, processes: RestartingProcess) {
    this.info = info;
    this.#processes = processes;
  }

  async generate(role: ModelRole, request: GenerateRequest): Promise<Generation> {
    const begun = performance.now();
    request.signal?.throwIfAborted();
    const process = await this.#processes.alive();
    const answer = await process.answer(command(role, request), request.signal);
    const { type: _type, id: _id, choiceProbability, ...generation } = answer;
    return {
      ...generation,
      ...(choiceProbability === undefined ? {} : { choiceProbability }),
      ms: performance.now() - begun,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#processes.close();
  }
}

/**
 * Opens models on this machine: checks the files, starts the model process and tests it.
 *
 * @param options Which models, and how to run them.
 * @throws {ModelLoadError} when a model or adapter cannot be loaded; it names the file.
 * @throws {InferenceError} when the model process fails.
 * @example
 * ```ts ignore
 * import { openLlama } from "./mod.ts";
 * await using inference = await openLlama({ models: { gateway: { path: "base.gguf" } } });
 * ```
 */
export async function openLlama(options: LlamaOptions): Promise<Inference> {
  const installed = findLibrary();
  const { gpu = "auto", deadlineMs = 120_000, maxRestarts = 3 } = options;
  const bindings = gpu === "auto"
    ? installed.bindings
    : installed.bindings.filter((binding) => binding.gpu === gpu);
  if (bindings.length === 0) {
    throw new ModelLoadError(
      `Cannot use ${gpu || "cpu"}: no build of llama.cpp for it is installed`,
    );
  }
  const library = { ...installed, bindings };
  const planned = await plan(options, library);
  const [started, described] = await Promise.allSettled([
    startProcess(planned, { library, deadlineMs }),
    planned.describe(),
  ]);
  if (started.status === "rejected") throw started.reason;
  const { process, opened } = started.value;
  if (described.status === "rejected") {
    await process.close();
    throw described.reason;
  }
  const info: InferenceInfo = {
    backend: "llama",
    device: opened.device,
    versions: opened.versions,
    threads: opened.threads,
    batch: opened.batch,
    kvType: planned.kvType,
    batchInvariant: opened.batchInvariant,
    models: described.value,
  };
  const start = async (): Promise<ModelProcess> => {
    const again = await startProcess(planned, { library, deadlineMs });
    if (
      again.opened.device === opened.device &&
      again.opened.batchInvariant === opened.batchInvariant
    ) return again.process;
    await again.process.kill();
    throw new InferenceError(`The model process came back on "${again.opened.device}"`);
  };
  return new Llama(info, new RestartingProcess(process, { start, limit: maxRestarts }));
}
