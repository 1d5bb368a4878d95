import { betaCdf } from "./_distributions.ts";
import { seeded } from "./_random.ts";

/** Result of a test of two paired arms. */
export interface PairedTest {
  /** Two-sided p-value. */
  p: number;
  /** Number of pairs, or clusters, that differ: only they tell anything. */
  informative: number;
  /** The least p-value that this many can give: 2 / 2^informative, at most 1. */
  smallest: number;
  /** How p was found. */
  method: "exact" | "monte-carlo";
}

/**
 * Exact McNemar test on independent pairs: of the pairs that differ, either direction is equally
 * likely under the null, so p = min(1, 2 P(X ≤ min(b, c))) with X ~ Binomial(b + c, ½). Source:
 * McNemar, "Note on the sampling error of the difference between correlated proportions or
 * percentages", Psychometrika 12 (1947).
 *
 * @param onlyFirst Number of pairs with a success in the first arm alone.
 * @param onlySecond Number of pairs with a success in the second arm alone.
 * @throws {RangeError} when a count is not whole, or negative.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mcnemar } from "@argus-safety/argus/statistics";
 *
 * assert.equal(mcnemar(1, 9).p.toFixed(4), "0.0215");
 * ```
 */
export function mcnemar(onlyFirst: number, onlySecond: number): PairedTest {
  for (const count of [onlyFirst, onlySecond]) {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new RangeError(`Expected whole counts that are not negative, got ${count}`);
    }
  }
  const informative = onlyFirst + onlySecond;
  const tail = lowerTail(Math.min(onlyFirst, onlySecond), informative);
  return {
    p: Math.min(1, 2 * tail),
    informative,
    smallest: smallestP(informative),
    method: "exact",
  };
}

/** P(X ≤ k) with X ~ Binomial(n, ½). */
function lowerTail(k: number, n: number): number {
  // 2^−n underflows beyond; P(X ≤ k) = I_{1/2}(n − k, k + 1) (DLMF 8.17.5) does not.
  if (n > 1000) return betaCdf(0.5, n - k, k + 1);
  let term = 2 ** -n;
  let tail = term;
  for (let x = 1; x <= k; x++) {
    term *= (n - x + 1) / x;
    tail += term;
  }
  return tail;
}

/** Options for {@linkcode signFlip}. */
export interface SignFlipOptions {
  /**
   * Number of random sign patterns when there are too many to try all.
   * @default {100_000}
   */
  draws?: number;
  /**
   * Seed of the random sign patterns.
   * @default {1}
   */
  seed?: number;
}

/** Most clusters whose sign patterns are all tried one by one. */
const MAX_ENUMERATED = 20;
/** Largest total of whole sums whose distribution is found by convolution. */
const MAX_TOTAL = 100_000;

/**
 * Sign-flip permutation test on cluster sums of paired differences: under the null each cluster's
 * sum is as likely with either sign. p is the share of sign patterns whose total is at least as far
 * from zero as the observed one. Source: Fisher, "The Design of Experiments" (1935), section 21;
 * on clusters: Winkler et al., "Multi-level block permutation", NeuroImage 123 (2015).
 *
 * Exact for whole sums, such as differences of verdicts, whatever their number (the distribution of
 * the total is a convolution), and for up to 20 others; beyond that by seeded Monte Carlo, with the
 * observed pattern counted in: p = (1 + hits) / (1 + draws).
 *
 * @param sums One sum for each cluster.
 * @throws {RangeError} when a sum is not a finite number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { signFlip } from "@argus-safety/argus/statistics";
 *
 * assert.equal(signFlip([3, 2, 2, 1, 0]).p, 2 / 2 ** 4);
 * ```
 */
export function signFlip(sums: Iterable<number>, options: SignFlipOptions = {}): PairedTest {
  const { draws = 100_000, seed = 1 } = options;
  const sizes: number[] = [];
  let total = 0;
  for (const sum of sums) {
    if (!Number.isFinite(sum)) throw new RangeError(`Expected finite sums, got ${sum}`);
    total += sum;
    if (sum !== 0) sizes.push(Math.abs(sum));
  }
  if (!Number.isSafeInteger(draws) || draws < 1) {
    throw new RangeError(`Expected at least one draw, got ${draws}`);
  }
  const reach = sizes.reduce((sum, size) => sum + size, 0);
  const whole = sizes.every(Number.isSafeInteger) && reach <= MAX_TOTAL;
  const exact = whole || sizes.length <= MAX_ENUMERATED;
  const p = whole
    ? convolved(sizes, Math.abs(total))
    : exact
    ? enumerated(sizes, Math.abs(total))
    : sampled(sizes, Math.abs(total), { draws, seed });
  return {
    p,
    informative: sizes.length,
    smallest: smallestP(sizes.length),
    method: exact ? "exact" : "monte-carlo",
  };
}

/** Finds the distribution of Σ ±size by adding one cluster at a time. */
function convolved(sizes: readonly number[], observed: number): number {
  const reach = sizes.reduce((sum, size) => sum + size, 0);
  // probability[t] is that of the total t − reach.
  let probability = new Float64Array(2 * reach + 1);
  probability[reach] = 1;
  for (const size of sizes) {
    const next = new Float64Array(probability.length);
    for (let t = 0; t < probability.length; t++) {
      const mass = probability[t] ?? 0;
      if (mass === 0) continue;
      next[t - size] = (next[t - size] ?? 0) + mass / 2;
      next[t + size] = (next[t + size] ?? 0) + mass / 2;
    }
    probability = next;
  }
  let p = 0;
  for (let t = 0; t < probability.length; t++) {
    if (Math.abs(t - reach) >= observed) p += probability[t] ?? 0;
  }
  return Math.min(1, p);
}

function enumerated(sizes: readonly number[], observed: number): number {
  const patterns = 2 ** sizes.length;
  const least = tolerant(observed);
  let total = sizes.reduce((sum, size) => sum + size, 0);
  const signs = sizes.map(() => 1);
  let hits = Math.abs(total) >= least ? 1 : 0;
  // In Gray code order each pattern differs from the one before in one sign.
  for (let pattern = 1; pattern < patterns; pattern++) {
    const flipped = 31 - Math.clz32(pattern & -pattern);
    const sign = signs[flipped] ?? 1;
    total -= 2 * sign * (sizes[flipped] ?? 0);
    signs[flipped] = -sign;
    if (Math.abs(total) >= least) hits++;
  }
  return hits / patterns;
}

function sampled(
  sizes: readonly number[],
  observed: number,
  { draws, seed }: Required<SignFlipOptions>,
): number {
  const random = seeded(seed);
  const least = tolerant(observed);
  let hits = 0;
  for (let draw = 0; draw < draws; draw++) {
    let total = 0;
    for (const size of sizes) total += random() < 0.5 ? -size : size;
    if (Math.abs(total) >= least) hits++;
  }
  return (1 + hits) / (1 + draws);
}

/** Sums in another order differ in their last bits, which must not turn a tie into a miss. */
function tolerant(observed: number): number {
  return observed - 1e-9 * Math.max(1, observed);
}

/**
 * The least two-sided p-value that an exact paired test can give when so many pairs, or clusters,
 * differ: 2 / 2^informative, at most 1.
 *
 * @param informative Number of pairs, or clusters, that differ.
 */
export function smallestP(informative: number): number {
  return Math.min(1, 2 ** (1 - informative));
}

/** Options for {@linkcode underpowered}. */
export interface UnderpoweredOptions {
  /**
   * Significance level of the whole family of comparisons.
   * @default {0.05}
   */
  alpha?: number;
  /**
   * Number of comparisons in the family; Holm's first step divides by it.
   * @default {1}
   */
  comparisons?: number;
}

/**
 * Whether a test could not have come out significant whatever the data: its least p-value exceeds
 * alpha. Such a comparison is reported as underpowered, not as "no difference".
 *
 * @param test The test's result, or the number of informative pairs or clusters.
 */
export function underpowered(
  test: Pick<PairedTest, "smallest"> | number,
  options: UnderpoweredOptions = {},
): boolean {
  const { alpha = 0.05, comparisons = 1 } = options;
  const smallest = typeof test === "number" ? smallestP(test) : test.smallest;
  return smallest > alpha / comparisons;
}

/**
 * Holm's step-down adjustment of p-values for testing several hypotheses: in ascending order, the
 * i-th of m (from 0) becomes the greatest (m − j) p_j with j ≤ i, at most 1. Source: Holm, "A simple
 * sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
 *
 * @param pValues The p-values.
 * @returns The adjusted p-values in the same order.
 * @throws {RangeError} when a p-value does not lie in [0, 1].
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { holm } from "@argus-safety/argus/statistics";
 *
 * assert.deepEqual(holm([0.04, 0.01, 0.03]), [0.06, 0.03, 0.06]);
 * ```
 */
export function holm(pValues: readonly number[]): number[] {
  for (const p of pValues) {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`Expected p-values in [0, 1], got ${p}`);
  }
  const order = pValues.map((p, index) => ({ p, index })).sort((x, y) => x.p - y.p);
  const adjusted = new Array<number>(pValues.length);
  let greatest = 0;
  for (const [rank, { p, index }] of order.entries()) {
    greatest = Math.min(1, Math.max(greatest, (pValues.length - rank) * p));
    adjusted[index] = greatest;
  }
  return adjusted;
}
