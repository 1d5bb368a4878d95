/**
 * What models take of memory, computed from their headers before anything is loaded. It does not own
 * what a device reports as free.
 *
 * @module
 */

import type { ModelFacts } from "./model_check.ts";

/** Bytes of a value in the KV cache by its type. */
const CACHE_BYTES = { F32: 4, F16: 2, Q8_0: 34 / 32 } as const;

/** Type of a KV cache. */
export type CacheType = keyof typeof CACHE_BYTES;

/** Type of the cache unless another is asked for: Q8_0 packs 32 values of a head together. */
export function defaultCacheType(headSize: number): CacheType {
  return headSize % 32 === 0 ? "Q8_0" : "F16";
}

/** Size of one context's KV cache in bytes. */
export function cacheBytes(
  cacheWidth: number,
  options: { type: CacheType; contextSize: number; lanes: number },
): number {
  return cacheWidth * CACHE_BYTES[options.type] * options.contextSize * options.lanes;
}

/** Options of {@linkcode planMemory}. */
export interface MemoryPlanOptions {
  /** Sequences in a context. */
  lanes: number;
  /** Tokens that prompt and reply may take together. @default {the model's own, at most 2048} */
  contextSize?: number;
}

/** What one model takes. */
export interface ModelMemory {
  /** Name of the model. */
  name: string;
  /** Size of its weights in bytes. */
  weights: number;
  /** Number of contexts on the same weights. */
  contexts: number;
  /** Tokens in a sequence. */
  contextSize: number;
  /** Type of the caches. */
  cacheType: CacheType;
  /** Size of the caches of all its contexts in bytes. */
  cache: number;
}

/**
 * Computes what models take of memory.
 *
 * @param models What the headers say, once for each context: a gateway with an adapter and an
 * executor on the same base are two contexts of one model.
 * @param options Lanes and context size.
 */
export function planMemory(
  models: readonly ModelFacts[],
  options: MemoryPlanOptions,
): ModelMemory[] {
  // As `openLlama` has it: one model whose heads do not allow Q8_0 decides for all.
  const types = models.map(({ headSize }) => defaultCacheType(headSize));
  const type = types.find((type) => type !== "Q8_0") ?? "Q8_0";
  const plans = new Map<string, ModelMemory>();
  for (const { header, name, bytes, contextLength, cacheWidth } of models) {
    const contextSize = options.contextSize ?? Math.min(contextLength, 2048);
    const cache = cacheBytes(cacheWidth, { type, contextSize, lanes: options.lanes });
    const known = plans.get(header.path);
    if (known === undefined) {
      plans.set(header.path, {
        name,
        weights: bytes,
        contexts: 1,
        contextSize,
        cacheType: type,
        cache,
      });
    } else {
      known.contexts++;
      known.cache += cache;
    }
  }
  return [...plans.values()];
}
