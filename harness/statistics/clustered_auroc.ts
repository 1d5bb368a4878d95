import { auroc } from "./auroc.ts";
import { checkLevel, exactInterval } from "./_binomial.ts";
import { studentQuantile } from "./_distributions.ts";
import type { Interval, IntervalOptions } from "./interval.ts";

/** A score of one probe, and the cluster that it belongs to. */
export interface ScoredObservation {
  /** Name of the cluster. */
  cluster: string;
  /** Whether it is a positive. */
  positive: boolean;
  /** Its score. */
  score: number;
}

/** An area under the ROC curve with its interval. */
export interface ClusteredAuroc extends Interval {
  /** The area; null when positives or negatives are missing. */
  estimate: number | null;
  /** Number of positives. */
  positives: number;
  /** Number of negatives. */
  negatives: number;
  /** Number of clusters. */
  clusters: number;
}

/**
 * Area under the ROC curve of clustered scores, with an interval. Positives and negatives of one
 * cluster may depend on each other, as an attack and its twin do.
 *
 * Variance: Obuchowski, "Nonparametric analysis of clustered ROC curve data", Biometrics 53 (1997):
 * the structural components of Delong summed over clusters, with the covariance of a cluster's
 * positives and negatives. The interval is symmetric in log-odds, with the t quantile of K − 1
 * degrees of freedom. Where the data show no variance (a perfect order, one cluster) it is the
 * exact one of K trials, K the number of clusters, around the whole that is possible.
 *
 * @param observations The scores.
 * @throws {RangeError} when a score is not a number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { clusteredAuroc } from "@argus-safety/argus/statistics";
 *
 * const blind = Array.from({ length: 20 }, (_, cluster) => [
 *   { cluster: `${cluster}`, positive: true, score: cluster },
 *   { cluster: `${cluster}`, positive: false, score: cluster },
 * ]).flat();
 * const { estimate, low, high } = clusteredAuroc(blind);
 * assert(estimate === 0.5 && low < 0.5 && high > 0.5);
 * ```
 */
export function clusteredAuroc(
  observations: readonly ScoredObservation[],
  options: IntervalOptions = {},
): ClusteredAuroc {
  const level = checkLevel(options.level);
  const [positive, negative] = [true, false].map((kind) =>
    observations.filter((each) => each.positive === kind)
  ) as [ScoredObservation[], ScoredObservation[]];
  const clusters = [...Map.groupBy(observations, ({ cluster }) => cluster).values()];
  const [m, n, k] = [positive.length, negative.length, clusters.length];
  const counts = { positives: m, negatives: n, clusters: k };
  if (m === 0 || n === 0) return { estimate: null, low: 0, high: 1, ...counts };
  const positives = positive.map(({ score }) => score);
  const negatives = negative.map(({ score }) => score);
  const area = auroc(positives, negatives);
  const sums = clusters.map((members) => {
    let [above, below] = [0, 0];
    for (const { positive, score } of members) {
      if (positive) above += auroc([score], negatives) - area;
      else below += auroc(positives, [score]) - area;
    }
    return above / m + below / n;
  });
  const variance = k < 2 ? 0 : k / (k - 1) * sums.reduce((total, each) => total + each ** 2, 0);
  if (variance < 1e-12) {
    const { low } = exactInterval(k, k, level);
    return {
      estimate: area,
      low: k < 2 ? 0 : area * low,
      high: k < 2 ? 1 : 1 - (1 - area) * low,
      ...counts,
    };
  }
  const logit = Math.log(area / (1 - area));
  const half = -studentQuantile((1 - level) / 2, k - 1) * Math.sqrt(variance) / (area * (1 - area));
  const back = (x: number): number => 1 / (1 + Math.exp(-x));
  return { estimate: area, low: back(logit - half), high: back(logit + half), ...counts };
}
