import { checkCounts, checkLevel, exactInterval } from "./_binomial.ts";
import { studentQuantile } from "./_distributions.ts";
import type { Interval, IntervalOptions } from "./interval.ts";

/** Successes among the trials of one cluster. */
export interface ClusterCount {
  /** Number of successes. */
  successes: number;
  /** Number of trials. */
  trials: number;
}

/** One trial and the cluster that it belongs to. */
export interface Observation {
  /** Name of the cluster. */
  cluster: string;
  /** Whether it was a success. */
  success: boolean;
}

/** A proportion of clustered trials with its interval. */
export interface ClusteredProportion extends Interval {
  /** Successes over trials; null without trials. */
  estimate: number | null;
  /** Number of successes. */
  successes: number;
  /** Number of trials. */
  n: number;
  /** Number of clusters that have trials. */
  clusters: number;
  /**
   * How many times the variance exceeds that of independent trials, by estimate; null where the
   * data do not tell: with less than two clusters, and at zero or all successes.
   */
  designEffect: number | null;
}

/**
 * Counts successes and trials of each cluster, in order of appearance.
 *
 * @param observations The trials.
 */
export function countClusters(observations: Iterable<Observation>): ClusterCount[] {
  const counts = new Map<string, ClusterCount>();
  for (const { cluster, success } of observations) {
    const count = counts.get(cluster) ?? { successes: 0, trials: 0 };
    count.trials++;
    if (success) count.successes++;
    counts.set(cluster, count);
  }
  return [...counts.values()];
}

/**
 * Interval of a proportion whose trials come in clusters: probes that vary one template tend to
 * succeed or fail together, so they tell less than as many independent ones.
 *
 * The variance of p = Σx/Σm is the ratio estimator's over clusters, K/(K − 1) Σ(x − pm)² / (Σm)²
 * (Cochran, "Sampling Techniques", 1977, section 9A). It gives an effective number of trials,
 * n* = p(1 − p)/V, no greater than Σm, scaled by the squared ratio of t quantiles with Σm − 1 and
 * K − 1 degrees of freedom; the interval is Clopper and Pearson's on pn* of n* (Korn and Graubard,
 * "Confidence intervals for proportions with small expected number of positive counts estimated
 * from survey data", Survey Methodology 24, 1998).
 *
 * At zero or all successes the data say nothing of how alike clusters are, and the interval is the
 * exact one with n = K, as if each cluster were one trial. No other interval reaches less far to
 * that side: a single success can't make the upper bound smaller.
 *
 * @param counts Successes and trials of each cluster; clusters without trials are ignored.
 * @throws {RangeError} when counts are not whole, or successes exceed trials.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { clusteredProportion } from "@argus-safety/argus/statistics";
 *
 * const none = Array.from({ length: 33 }, () => ({ successes: 0, trials: 6 }));
 * assert.equal(clusteredProportion(none).high.toFixed(3), "0.106");
 * ```
 */
export function clusteredProportion(
  counts: Iterable<ClusterCount>,
  options: IntervalOptions = {},
): ClusteredProportion {
  const level = checkLevel(options.level);
  const clusters = [...counts].filter(({ successes, trials }) => {
    checkCounts(successes, trials);
    return trials > 0;
  });
  const n = sum(clusters, ({ trials }) => trials);
  const successes = sum(clusters, (count) => count.successes);
  const k = clusters.length;
  const summary = { successes, n, clusters: k };
  if (n === 0) return { estimate: null, low: 0, high: 1, ...summary, designEffect: null };
  const estimate = successes / n;
  const { high: ceiling } = exactInterval(0, k, level);
  const { low: floor } = exactInterval(k, k, level);
  if (successes === 0) {
    return { estimate, low: 0, high: ceiling, ...summary, designEffect: null };
  }
  if (successes === n) return { estimate, low: floor, high: 1, ...summary, designEffect: null };
  if (k < 2) return { estimate, low: 0, high: 1, ...summary, designEffect: null };
  const residuals = sum(clusters, (count) => (count.successes - estimate * count.trials) ** 2);
  const variance = k / (k - 1) * residuals / (n * n);
  const designEffect = variance * n / (estimate * (1 - estimate));
  const half = (1 - level) / 2;
  const freedom = (studentQuantile(half, n - 1) / studentQuantile(half, k - 1)) ** 2;
  const effective = n / Math.max(1, designEffect) * freedom;
  const { low, high } = exactInterval(estimate * effective, effective, level);
  return {
    estimate,
    low: Math.min(low, floor),
    high: Math.max(high, ceiling),
    ...summary,
    designEffect,
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
