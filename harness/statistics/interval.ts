import { checkCounts, checkLevel, exactInterval } from "./_binomial.ts";
import { normalQuantile } from "./_distributions.ts";

/** A confidence interval. */
export interface Interval {
  /** Lower bound. */
  low: number;
  /** Upper bound. */
  high: number;
}

/** Options for intervals. */
export interface IntervalOptions {
  /**
   * Confidence level of the two-sided interval, between 0 and 1.
   * @default {0.95}
   */
  level?: number;
}

/**
 * Wilson score interval of a proportion of independent trials.
 *
 * With z the normal quantile of 1 − α/2 and p = x/n: centre (p + z²/2n) / (1 + z²/n), half width
 * z √(p(1 − p)/n + z²/4n²) / (1 + z²/n). Source: Wilson, "Probable inference, the law of
 * succession, and statistical inference", JASA 22 (1927). Without trials, everything is possible.
 *
 * @param successes Number of successes, at most `trials`.
 * @param trials Number of trials.
 * @throws {RangeError} when the counts are not whole, or `successes` exceeds `trials`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { wilson } from "@argus-safety/argus/statistics";
 *
 * const { low, high } = wilson(20, 198);
 * assert.equal(`${low.toFixed(3)} to ${high.toFixed(3)}`, "0.066 to 0.151");
 * ```
 */
export function wilson(
  successes: number,
  trials: number,
  options: IntervalOptions = {},
): Interval {
  checkCounts(successes, trials);
  const alpha = 1 - checkLevel(options.level);
  if (trials === 0) return { low: 0, high: 1 };
  const z = normalQuantile(1 - alpha / 2);
  const p = successes / trials;
  const centre = p + z * z / (2 * trials);
  const half = z * Math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials));
  const scale = 1 + z * z / trials;
  return {
    low: successes === 0 ? 0 : Math.max(0, (centre - half) / scale),
    high: successes === trials ? 1 : Math.min(1, (centre + half) / scale),
  };
}

/**
 * Exact interval of a proportion of independent trials: quantiles of Beta(x, n − x + 1) and
 * Beta(x + 1, n − x). Source: Clopper and Pearson, "The use of confidence or fiducial limits
 * illustrated in the case of the binomial", Biometrika 26 (1934). Without trials, everything is
 * possible.
 *
 * @param successes Number of successes, at most `trials`.
 * @param trials Number of trials.
 * @throws {RangeError} when the counts are not whole, or `successes` exceeds `trials`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { clopperPearson } from "@argus-safety/argus/statistics";
 *
 * assert.equal(clopperPearson(0, 33).high.toFixed(3), "0.106");
 * ```
 */
export function clopperPearson(
  successes: number,
  trials: number,
  options: IntervalOptions = {},
): Interval {
  checkCounts(successes, trials);
  return exactInterval(successes, trials, checkLevel(options.level));
}
