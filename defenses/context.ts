import type { Context, HistoryEntry, Lookup } from "./defense.ts";

/** Options for {@linkcode openContext}. */
export interface OpenContextOptions {
  /**
   * Out-of-band lookups. Without a directory to ask, give one that throws: what a layer can't look
   * up then fails closed.
   */
  lookup: Lookup;
  /** Who asks; none means an unauthenticated caller. */
  requester?: Context["requester"];
  /** The approved intent. */
  intent?: string;
  /** Text of the request, if layers may read it. */
  request?: string;
  /**
   * Milliseconds since the epoch.
   * @default {Date.now}
   */
  clock?: () => number;
  /**
   * Cancels the conversation.
   * @default {a signal that never aborts}
   */
  signal?: AbortSignal;
}

/** A context whose history grows as calls are made. */
export interface OpenContext extends Context {
  /** Calls so far. */
  history: HistoryEntry[];
}

/** Opens the context of one conversation, with a state and a history of its own. */
export function openContext(options: OpenContextOptions): OpenContext {
  const { requester, intent, request } = options;
  return {
    ...(requester === undefined ? {} : { requester }),
    ...(intent === undefined ? {} : { intent }),
    ...(request === undefined ? {} : { request }),
    lookup: options.lookup,
    clock: options.clock ?? Date.now,
    signal: options.signal ?? new AbortController().signal,
    history: [],
    state: new Map(),
  };
}
