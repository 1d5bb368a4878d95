/** A defense did not answer in time. */
export class LateDefenseError extends Error {
  override readonly name = "LateDefenseError";
}

/** Options for {@linkcode withDeadline}. */
export interface DeadlineOptions {
  /** Longest time in milliseconds; `Infinity` for none. */
  timeoutMs: number;
  /** Cancels the work from outside. */
  signal: AbortSignal;
}

/**
 * Runs `work` with a signal that aborts at the deadline or when the outer signal does, and leaves
 * neither a timer nor a listener behind. The work may ignore its signal: its late answer, or its
 * late rejection, goes nowhere.
 *
 * @throws {LateDefenseError} when the deadline passes first.
 * @throws the outer signal's reason when that aborts first.
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => T | Promise<T>,
  { timeoutMs, signal }: DeadlineOptions,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const started = performance.now();
  const late = (): LateDefenseError => new LateDefenseError(`No answer within ${timeoutMs} ms`);
  const answer = work(controller.signal);
  if (!isThenable(answer)) {
    if (performance.now() - started > timeoutMs) throw late();
    return answer;
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  try {
    return await Promise.race([
      answer,
      new Promise<never>((_, reject) => {
        const stop = (reason: unknown): void => {
          controller.abort(reason);
          reject(reason);
        };
        onAbort = () => stop(signal.reason);
        signal.addEventListener("abort", onAbort, { once: true });
        if (Number.isFinite(timeoutMs)) timer = setTimeout(() => stop(late()), timeoutMs);
        if (signal.aborted) onAbort();
      }),
    ]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal.removeEventListener("abort", onAbort);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}
