import { betaQuantile } from "./_distributions.ts";
import type { Interval } from "./interval.ts";

/** Clopper and Pearson's interval for counts that need not be whole, such as effective ones. */
export function exactInterval(successes: number, trials: number, level: number): Interval {
  const half = (1 - level) / 2;
  const failures = trials - successes;
  return {
    low: successes <= 0 ? 0 : betaQuantile(half, successes, failures + 1),
    high: failures <= 0 ? 1 : betaQuantile(1 - half, successes + 1, failures),
  };
}

/** Checks a confidence level and fills in its default. */
export function checkLevel(level = 0.95): number {
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`Expected the level to lie between 0 and 1, got ${level}`);
  }
  return level;
}

/** Checks a number of successes among trials. */
export function checkCounts(successes: number, trials: number): void {
  if (!Number.isSafeInteger(trials) || trials < 0) {
    throw new RangeError(
      `Expected the number of trials to be whole and not negative, got ${trials}`,
    );
  }
  if (!Number.isSafeInteger(successes) || successes < 0 || successes > trials) {
    throw new RangeError(
      `Expected the number of successes to be whole and between 0 and ${trials}, got ${successes}`,
    );
  }
}
