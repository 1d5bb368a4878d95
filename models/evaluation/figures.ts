/** Figures with intervals from scored cases: pure functions on data. */
import { random } from "../corpus/random.ts";

/** A figure with its 95 % interval. */
export interface Figure {
  /** The estimate. */
  value: number;
  /** Lower bound. */
  low: number;
  /** Upper bound. */
  high: number;
  /** Number of cases. */
  n: number;
  /** Number of ideas, the independent units. */
  ideas: number;
}

/** One scored case: a number for the idea that it words. */
export interface Scored {
  /** The idea. */
  idea: string;
  /** The score: 0 or 1 for a rate. */
  score: number;
}

/** One case with a label, for a ranking. */
export interface Ranked extends Scored {
  /** Whether the score ought to be high. */
  positive: boolean;
}

/** The mean of scores. */
export function mean(cases: readonly Scored[]): number {
  return cases.reduce((sum, { score }) => sum + score, 0) / cases.length;
}

/** The probability that a positive case scores above a negative one; ties count half. */
export function auroc(cases: readonly Ranked[]): number {
  const sorted = cases.toSorted((a, b) => a.score - b.score);
  let rankSum = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (end < sorted.length && sorted[end]?.score === sorted[start]?.score) end++;
    const rank = (start + 1 + end) / 2;
    for (let at = start; at < end; at++) if (sorted[at]?.positive) rankSum += rank;
    start = end;
  }
  const positives = cases.filter(({ positive }) => positive).length;
  const negatives = cases.length - positives;
  return (rankSum - positives * (positives + 1) / 2) / (positives * negatives);
}

/**
 * A statistic with a percentile bootstrap interval that draws whole ideas, since cases of one idea are not
 * independent. At zero or all successes the bootstrap has no width; the bound is then the exact one for n = ideas.
 *
 * @param cases The scored cases.
 * @param statistic What is estimated; NaN draws (a label missing) are left out.
 */
export function figure<Case extends Scored>(
  cases: readonly Case[],
  statistic: (cases: readonly Case[]) => number,
): Figure {
  const groups = [...Map.groupBy(cases, ({ idea }) => idea).values()];
  const draws = random("bootstrap");
  const values: number[] = [];
  for (let round = 0; round < 1000; round++) {
    const drawn = Array.from({ length: groups.length }, () => draws.pick(groups)).flat();
    const value = statistic(drawn);
    if (!Number.isNaN(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  const at = (quantile: number): number =>
    values[Math.round(quantile * (values.length - 1))] ?? Number.NaN;
  const value = statistic(cases);
  const exact = 0.025 ** (1 / groups.length);
  return {
    value,
    low: value === 1 ? exact : at(0.025),
    high: value === 0 ? 1 - exact : at(0.975),
    n: cases.length,
    ideas: groups.length,
  };
}

/** A figure as a line of a table: `0.93 [0.88, 0.97] n=400 (41 ideas)`. */
export function show({ value, low, high, n, ideas }: Figure): string {
  const two = (number: number): string => number.toFixed(3);
  return `${two(value)} [${two(low)}, ${two(high)}] n=${n} (${ideas} ideas)`;
}
