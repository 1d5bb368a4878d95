import { checkLevel, exactInterval } from "./_binomial.ts";
import type { ClusterCount } from "./clustered.ts";
import type { Interval, IntervalOptions } from "./interval.ts";

/** A share of clusters with its exact interval. */
export interface ClusterShare extends Interval {
  /** Share of the clusters that count; null without clusters. */
  estimate: number | null;
  /** Number of clusters that count. */
  count: number;
  /** Number of clusters. */
  clusters: number;
}

/**
 * Share of clusters in which at least one trial was a success, with Clopper and Pearson's interval:
 * clusters are independent. Of attacks it is the rate in the worst variant of each template: an
 * attacker needs one wording that works.
 *
 * @param counts Successes and trials of each cluster; clusters without trials are ignored.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { anyOfCluster } from "@argus-safety/argus/statistics";
 *
 * const counts = [{ successes: 1, trials: 3 }, { successes: 0, trials: 3 }];
 * assert.equal(anyOfCluster(counts).estimate, 0.5);
 * ```
 */
export function anyOfCluster(
  counts: Iterable<ClusterCount>,
  options: IntervalOptions = {},
): ClusterShare {
  return share(counts, ({ successes }) => successes > 0, options);
}

/**
 * Share of clusters in which every trial was a success, with Clopper and Pearson's interval. With
 * the trials of one probe as a cluster it is pass^k, the chance that an agent does right k times
 * out of k. Source: Yao et al., "τ-bench: A Benchmark for Tool-Agent-User Interaction in Real-World
 * Domains" (2024), section 3, for clusters of exactly k trials.
 *
 * @param counts Successes and trials of each cluster; clusters without trials are ignored.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { allOfCluster } from "@argus-safety/argus/statistics";
 *
 * const counts = [{ successes: 3, trials: 3 }, { successes: 2, trials: 3 }];
 * assert.equal(allOfCluster(counts).estimate, 0.5);
 * ```
 */
export function allOfCluster(
  counts: Iterable<ClusterCount>,
  options: IntervalOptions = {},
): ClusterShare {
  return share(counts, ({ successes, trials }) => successes === trials, options);
}

function share(
  counts: Iterable<ClusterCount>,
  counted: (cluster: ClusterCount) => boolean,
  options: IntervalOptions,
): ClusterShare {
  const level = checkLevel(options.level);
  const tried = [...counts].filter(({ trials }) => trials > 0);
  const count = tried.filter(counted).length;
  const clusters = tried.length;
  if (clusters === 0) return { estimate: null, count, clusters, low: 0, high: 1 };
  return { estimate: count / clusters, count, clusters, ...exactInterval(count, clusters, level) };
}
