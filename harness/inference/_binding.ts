/**
 * Loads llama.cpp through node-llama-cpp, in the model process. It goes round `getLlama`: that
 * forks a Deno process with every permission to try a build out, and imports the command line too
 * (1.3 s against 0.2 s). Here the model process itself is what may die of a build, and the harness
 * starts another without it. This relies on internals, so the version is checked.
 *
 * @module
 */

import { createRequire } from "node:module";
import type { Llama, LlamaContext, LlamaLogLevel, TokenBias } from "node-llama-cpp";
import type { Binding } from "./_protocol.ts";
import { Failure } from "./_protocol.ts";

/** The version whose internals this file knows. */
export const LIBRARY_VERSION = "3.21.1";

/** What is used of node-llama-cpp. */
export interface Library {
  /** The loaded backend. */
  llama: Llama;
  /** Constructor of token biases. */
  TokenBias: typeof TokenBias;
  /** Release of llama.cpp. */
  release: string;
}

interface LlamaInternals {
  Llama: { _create(options: Record<string, unknown>): Promise<Llama> };
}

interface Metadata {
  buildOptions: { llamaCpp: { release: string } };
}

/** How to load. */
export interface LoadOptions {
  /** URL of the library's entry module. */
  library: string;
  /** Most threads of one decode. */
  threads: number;
  /** Gets the library's log. */
  log: (level: LlamaLogLevel, message: string) => void;
}

/** Orders the builds as the devices that are found suggest. */
export async function detectBindings(
  bindings: readonly Binding[],
  library: string,
): Promise<Binding[]> {
  const url = new URL("./bindings/utils/getBestComputeLayersAvailable.js", library).href;
  const { getBestComputeLayersAvailable } = await import(url) as {
    getBestComputeLayersAvailable: () => Promise<Binding["gpu"][]>;
  };
  const found = await getBestComputeLayersAvailable();
  return found.flatMap((gpu) => bindings.filter((binding) => binding.gpu === gpu));
}

/** Loads one build; the process may die of it. */
export async function loadBinding(binding: Binding, options: LoadOptions): Promise<Library> {
  const entry = new URL("../package.json", options.library);
  const { version } = JSON.parse(await Deno.readTextFile(entry)) as { version: string };
  if (version !== LIBRARY_VERSION) {
    throw new Failure(
      "load",
      `Cannot use node-llama-cpp ${version}: install version ${LIBRARY_VERSION}`,
    );
  }
  const internal = (path: string): Promise<unknown> => import(new URL(path, options.library).href);
  const [{ Llama }, { TokenBias: Bias }] = await Promise.all([
    internal("./bindings/Llama.js") as Promise<LlamaInternals>,
    internal("./evaluator/TokenBias.js") as Promise<{ TokenBias: typeof TokenBias }>,
  ]);
  const folder = binding.addon.slice(0, -"/llama-addon.node".length);
  let metadata: Metadata;
  let llama: Llama;
  try {
    metadata = JSON.parse(await Deno.readTextFile(`${folder}/_nlcBuildMetadata.json`));
    llama = await Llama._create({
      bindings: createRequire(options.library)(binding.addon),
      bindingPath: binding.addon,
      extBackendsPath: binding.backends,
      buildType: "prebuilt",
      buildMetadata: metadata,
      logLevel: "warn",
      logger: options.log,
      maxThreads: options.threads,
      vramPadding: (total: number) => Math.floor(Math.min(total * 0.08, 1.6 * 1024 ** 3)),
      ramPadding: (total: number) => Math.floor(Math.min(total * 0.25, 1024 ** 3)),
      debug: false,
      numa: false,
      tempDir: false,
    });
  } catch (cause) {
    throw new Failure("device", `Cannot load "${binding.addon}": ${(cause as Error).message}`);
  }
  if (llama.gpu !== binding.gpu) {
    throw new Failure("device", `Cannot use ${binding.gpu || "cpu"}: no such device was found`);
  }
  return { llama, TokenBias: Bias, release: metadata.buildOptions.llamaCpp.release };
}

interface ContextInternals {
  _ctx?: { sampleToken?: (...args: unknown[]) => Promise<unknown> };
}

/**
 * Makes a context sample one sequence after another. node-llama-cpp samples the sequences of a
 * batch on several threads at once, and the first look at the logits of an uneven batch puts
 * their rows in order (`output_reorder` in llama-context.cpp), without a lock: now and then a
 * sequence got the logits of another.
 *
 * @throws {Failure} when the internals are not as this version has them.
 */
export function sampleInTurn(context: LlamaContext): void {
  const native = (context as unknown as ContextInternals)._ctx;
  const sample = native?.sampleToken?.bind(native);
  if (native === undefined || sample === undefined) {
    throw new Failure("load", "Cannot make sampling safe: node-llama-cpp is not as it was");
  }
  let turn: Promise<unknown> = Promise.resolve();
  native.sampleToken = (...args: unknown[]): Promise<unknown> => {
    const sampled = turn.then(() => sample(...args));
    turn = sampled.catch(() => {});
    return sampled;
  };
}
