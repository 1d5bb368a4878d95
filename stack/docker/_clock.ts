/** Waiting with an end. */

/** Waits, unless the signal ends it. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** The outcome of `work`, or an error that says `late` when it takes longer or the signal ends it. */
export async function within<T>(
  work: Promise<T>,
  { milliseconds, late, signal }: { milliseconds: number; late: string; signal?: AbortSignal },
): Promise<T> {
  const ended = new AbortController();
  const stop = (): void => ended.abort(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  try {
    const tooLate = pause(milliseconds, ended.signal).then((): never => {
      throw new DOMException(late, "TimeoutError");
    });
    return await Promise.race([work, tooLate]);
  } finally {
    signal?.removeEventListener("abort", stop);
    ended.abort();
    // Whichever lost the race may still fail, and nobody waits for it any more.
    work.catch(() => {});
  }
}
