import { clusteredProportion, countClusters, type Observation } from "../statistics/mod.ts";
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

/** A share of verdicts with its interval, clustered by template. */
export function rateOf<T extends Counted>(
  verdicts: readonly T[],
  counts: (verdict: T) => boolean | null,
): Rate {
  const decided = verdicts.flatMap((verdict): Observation[] => {
    const success = counts(verdict);
    return success === null ? [] : [{ cluster: clusterOf(verdict), success }];
  });
  const { successes, n, clusters, estimate, low, high } = clusteredProportion(
    countClusters(decided),
  );
  const interval: Rate["interval"] = estimate === null ? null : [low, high];
  return { count: successes, n, clusters, rate: estimate, interval };
}

/** A rate as people read it: `12.5 % [3.2, 38.9]`. */
export function formatRate({ n, rate, interval }: Rate): string {
  if (rate === null || interval === null) return n === 0 ? "not decidable" : "-";
  const [low, high] = interval.map((bound) => (100 * bound).toFixed(1));
  return `${(100 * rate).toFixed(1)} % [${low}, ${high}]`;
}
