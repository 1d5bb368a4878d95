import { checkLevel, exactInterval } from "./_binomial.ts";
import { normalCdf, studentQuantile } from "./_distributions.ts";
import { seeded } from "./_random.ts";
import type { Interval, IntervalOptions } from "./interval.ts";
import { type ClusterDifference, clusterDifferences, type Pair } from "./pairs.ts";

/** Options for {@linkcode pairedDifference}. */
export interface PairedDifferenceOptions extends IntervalOptions {
  /**
   * Number of bootstrap samples.
   * @default {10_000}
   */
  draws?: number;
  /**
   * Seed of the bootstrap.
   * @default {1}
   */
  seed?: number;
}

/** The mean difference a − b of paired outcomes. */
export interface PairedDifference extends Interval {
  /** Mean of a − b over pairs; null without pairs. */
  estimate: number | null;
  /** Number of pairs. */
  n: number;
  /** Number of clusters. */
  clusters: number;
  /** How the interval was found. */
  method: "bootstrap" | "exact";
}

/**
 * Mean difference a − b of paired outcomes in [0, 1], with a cluster bootstrap interval: clusters
 * are drawn with replacement, and the interval lies between percentiles of the ratio Σd/Σn,
 * expanded for small numbers of clusters: Φ(√(K/(K − 1)) t) with the t quantile of K − 1 degrees of
 * freedom in place of α/2. Sources: Davison and Hinkley, "Bootstrap Methods and their Application"
 * (1997), section 3.8; Hesterberg, "What teachers should know about the bootstrap", The American
 * Statistician 69 (2015), for the expansion.
 *
 * When all clusters have the same mean difference d, a bootstrap would give an interval of no width.
 * With u the exact upper bound on the share of clusters that differ from it when none of K did, the
 * interval is then d(1 − u) ± u.
 *
 * @param pairs The pairs; see {@linkcode pairUp}.
 * @throws {RangeError} when an outcome lies outside [0, 1].
 */
export function pairedDifference(
  pairs: readonly Pair[],
  options: PairedDifferenceOptions = {},
): PairedDifference {
  const { draws = 10_000, seed = 1 } = options;
  const level = checkLevel(options.level);
  if (!Number.isSafeInteger(draws) || draws < 100) {
    throw new RangeError(`Expected at least 100 draws, got ${draws}`);
  }
  for (const { unit, a, b } of pairs) {
    if (!(a >= 0 && a <= 1 && b >= 0 && b <= 1)) {
      throw new RangeError(`Expected outcomes in [0, 1], got ${a} and ${b} for "${unit}"`);
    }
  }
  const clusters = clusterDifferences(pairs);
  const shape = { n: pairs.length, clusters: clusters.length };
  if (pairs.length === 0) return { estimate: null, low: -1, high: 1, ...shape, method: "exact" };
  const estimate = ratio(clusters);
  const [first, ...rest] = clusters.map(({ sum, pairs }) => sum / pairs);
  if (rest.every((mean) => mean === first)) {
    const { high: share } = exactInterval(0, clusters.length, level);
    const centre = estimate * (1 - share);
    return { estimate, low: centre - share, high: centre + share, ...shape, method: "exact" };
  }
  const totals = bootstrap(clusters, { draws, seed });
  const k = clusters.length;
  const tail = normalCdf(Math.sqrt(k / (k - 1)) * studentQuantile((1 - level) / 2, k - 1));
  return {
    estimate,
    low: Math.min(estimate, percentile(totals, tail)),
    high: Math.max(estimate, percentile(totals, 1 - tail)),
    ...shape,
    method: "bootstrap",
  };
}

function ratio(clusters: readonly ClusterDifference[]): number {
  let sum = 0;
  let pairs = 0;
  for (const cluster of clusters) {
    sum += cluster.sum;
    pairs += cluster.pairs;
  }
  return sum / pairs;
}

function bootstrap(
  clusters: readonly ClusterDifference[],
  { draws, seed }: { draws: number; seed: number },
): Float64Array {
  const random = seeded(seed);
  const totals = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    const sample = clusters.map(() =>
      clusters[Math.floor(random() * clusters.length)] as ClusterDifference
    );
    totals[draw] = ratio(sample);
  }
  return totals.sort();
}

/** Linear interpolation between order statistics (Hyndman and Fan's type 7). */
function percentile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? NaN;
  const above = sorted[Math.ceil(at)] ?? NaN;
  return below + (at - Math.floor(at)) * (above - below);
}
