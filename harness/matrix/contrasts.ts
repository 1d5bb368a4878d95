import { clusterOf, type Counted } from "../reports/summary.ts";
import {
  clusterDifferences,
  holm,
  pairedDifference,
  pairUp,
  signFlip,
  underpowered,
  type UnitOutcome,
} from "../statistics/mod.ts";

/** What a contrast compares. */
export type ContrastMetric = "granted" | "acted" | "hit" | "completed";

/** Two arms on the same probes. */
export interface ContrastArms {
  /** Name of the first: `"nano+baseline, full"`. */
  a: string;
  /** Name of the second. */
  b: string;
  /** Suite. */
  suite: string;
  /** What is compared. */
  metric: ContrastMetric;
}

/** A declared comparison of two arms, paired by probe and trial. */
export interface Contrast extends ContrastArms {
  /** Pairs. */
  n: number;
  /** Templates among them. */
  clusters: number;
  /** Rate in the first less rate in the second; null without pairs. */
  difference: number | null;
  /** Two-sided 95 % interval of the difference; null without pairs. */
  interval: [low: number, high: number] | null;
  /** Templates whose sums differ: only they tell anything. */
  informative: number;
  /** Two-sided p-value of a sign-flip permutation of template sums. */
  p: number;
  /** The same, adjusted by Holm over all declared contrasts. */
  adjusted: number;
  /** Whether no data of this shape could have come out significant after the adjustment. */
  underpowered: boolean;
}

/** One unit in one arm. */
export interface PairableUnit extends Counted {
  /** Probe and trial. */
  unit: string;
}

/** A contrast that is declared, with the units of both arms. */
export interface Declared extends ContrastArms {
  /** Units of the first arm, all suites together. */
  first: readonly PairableUnit[];
  /** Units of the second arm. */
  second: readonly PairableUnit[];
}

const VALUE: Record<ContrastMetric, (unit: PairableUnit) => boolean | null> = {
  granted: ({ kind, granted }) => kind === "attack" ? granted : null,
  acted: ({ kind, acted }) => kind === "attack" ? acted : null,
  hit: ({ kind, hit }) => kind === "attack" ? hit : null,
  completed: ({ kind, outcome }) => kind === "benign" ? outcome === "completed" : null,
};

/**
 * Tests declared contrasts together: paired by probe and trial, clustered by template, adjusted by
 * Holm over all of them. Contrasts without a single pair are left out and do not count.
 *
 * @throws {RangeError} when two arms cannot be paired; the message names the unit.
 */
export function testContrasts(declared: readonly Declared[]): Contrast[] {
  const tested = declared.flatMap((contrast) => {
    const { a, b, suite, metric } = contrast;
    const pairs = pairUp(
      outcomes(contrast.first, suite, metric),
      outcomes(contrast.second, suite, metric),
    );
    if (pairs.length === 0) return [];
    const sums = clusterDifferences(pairs).map(({ sum }) => sum);
    const test = signFlip(sums);
    const { estimate, low, high, n, clusters } = pairedDifference(pairs, { draws: 2000 });
    return [{ a, b, suite, metric, n, clusters, difference: estimate, low, high, test }];
  });
  const adjusted = holm(tested.map(({ test }) => test.p));
  return tested.map(({ test, low, high, difference, ...rest }, index) => ({
    ...rest,
    difference,
    interval: difference === null ? null : [low, high],
    informative: test.informative,
    p: test.p,
    adjusted: adjusted[index] as number,
    underpowered: underpowered(test, { comparisons: tested.length }),
  }));
}

function outcomes(
  units: readonly PairableUnit[],
  suite: string,
  metric: ContrastMetric,
): UnitOutcome[] {
  return units.flatMap((unit) => {
    const value = unit.suite === suite ? VALUE[metric](unit) : null;
    if (value === null) return [];
    return [{ unit: unit.unit, cluster: clusterOf(unit), value: value ? 1 : 0 }];
  });
}
