import { type ClusterCount, clusteredProportion } from "../statistics/mod.ts";
import type { Verdict } from "../verdicts/verdict.ts";

/** A share of a group's verdicts. */
export interface Rate {
  /** Verdicts that count. */
  count: number;
  /** Verdicts for which it can be decided. */
  n: number;
  /** Number of templates among them: the independent observations. */
  clusters: number;
  /** `count / n`; null when `n` is 0. */
  rate: number | null;
  /** Two-sided 95 % interval, clustered by template; null when `n` is 0. */
  interval: [low: number, high: number] | null;
}

/** The part of a verdict that rates are counted from. */
export type Counted = Pick<
  Verdict,
  "suite" | "family" | "template" | "kind" | "granted" | "acted" | "hit" | "outcome"
>;

/** Name of the cluster that a verdict belongs to: its template, within its suite and family. */
export function clusterOf({ suite, family, template }: Counted): string {
  return `${suite}/${family}/${template}`;
}

/** Counts a share of verdicts that come one by one; it keeps two numbers for each template. */
export class RateCounter {
  readonly #clusters = new Map<string, ClusterCount>();

  /**
   * Counts one verdict.
   *
   * @param cluster Name of its cluster; see {@linkcode clusterOf}.
   * @param success Whether it counts; null leaves it out of the denominator.
   */
  add(cluster: string, success: boolean | null): void {
    if (success === null) return;
    let count = this.#clusters.get(cluster);
    if (count === undefined) {
      count = { successes: 0, trials: 0 };
      this.#clusters.set(cluster, count);
    }
    count.trials++;
    if (success) count.successes++;
  }

  /** Successes and trials of each cluster so far. */
  get clusters(): Iterable<ClusterCount> {
    return this.#clusters.values();
  }

  /** The share of all that was counted so far. */
  rate(): Rate {
    const { successes, n, clusters, estimate, low, high } = clusteredProportion(this.clusters);
    const interval: Rate["interval"] = estimate === null ? null : [low, high];
    return { count: successes, n, clusters, rate: estimate, interval };
  }
}

/** A share of verdicts with its interval, clustered by template. */
export function rateOf<T extends Counted>(
  verdicts: Iterable<T>,
  counts: (verdict: T) => boolean | null,
): Rate {
  const counter = new RateCounter();
  for (const verdict of verdicts) counter.add(clusterOf(verdict), counts(verdict));
  return counter.rate();
}

/** A rate as people read it: `12.5 % [3.2, 38.9]`. */
export function formatRate({ n, rate, interval }: Rate): string {
  if (rate === null || interval === null) return n === 0 ? "not decidable" : "-";
  const [low, high] = interval.map((bound) => (100 * bound).toFixed(1));
  return `${(100 * rate).toFixed(1)} % [${low}, ${high}]`;
}
