import assert from "node:assert/strict";
import { seeded } from "./_random.ts";
import { auroc } from "./auroc.ts";
import { pairedDifference } from "./paired_difference.ts";
import { holm, mcnemar, signFlip, smallestP, underpowered } from "./paired_tests.ts";
import { clusterDifferences, type Pair, pairUp, type UnitOutcome } from "./pairs.ts";

function near(actual: number, expected: number, relative = 1e-9): void {
  assert.ok(Math.abs(actual - expected) <= relative * expected, `${actual}, not ${expected}`);
}

Deno.test("mcnemar() gives the two-sided binomial probability of the pairs that differ", () => {
  near(mcnemar(1, 9).p, 0.021484375);
  near(mcnemar(0, 5).p, 0.0625);
  near(mcnemar(12, 3).p, 0.03515625);
  near(mcnemar(59, 4).p, 1.382125750654106e-13);
  near(mcnemar(480, 521).p, mcnemar(479, 521).p, 0.1);
  assert.equal(mcnemar(7, 7).p, 1);
  assert.equal(mcnemar(0, 0).p, 1);
  assert.equal(mcnemar(3, 12).p, mcnemar(12, 3).p);
  for (const count of [-1, 0.5, NaN]) assert.throws(() => mcnemar(count, 1), RangeError);
});

/** The share of sign patterns at least as extreme, pattern by pattern: the definition. */
function byDefinition(sums: readonly number[]): number {
  const observed = Math.abs(sums.reduce((total, sum) => total + sum, 0));
  let hits = 0;
  for (let pattern = 0; pattern < 2 ** sums.length; pattern++) {
    const total = sums.reduce((t, sum, index) => t + (pattern >> index & 1 ? sum : -sum), 0);
    if (Math.abs(total) >= observed - 1e-9) hits++;
  }
  return hits / 2 ** sums.length;
}

Deno.test("signFlip() equals its definition, for whole and other sums", () => {
  const random = seeded(3);
  for (let round = 0; round < 60; round++) {
    const whole = Array.from({ length: 1 + round % 10 }, () => Math.floor(random() * 9) - 4);
    near(signFlip(whole).p, byDefinition(whole));
    const other = whole.map((sum) => sum * 0.1);
    near(signFlip(other).p, byDefinition(other));
    assert.equal(signFlip(other).method, "exact");
  }
});

Deno.test("signFlip() on single pairs is the exact McNemar test", () => {
  for (const [b, c] of [[1, 9], [12, 3], [59, 4], [0, 5]] as const) {
    const sums = [...Array(b).fill(1), ...Array(c).fill(-1), ...Array(40).fill(0)];
    near(signFlip(sums).p, mcnemar(b, c).p);
    assert.equal(signFlip(sums).informative, b + c);
  }
});

Deno.test("signFlip() by Monte Carlo comes close to the exact value, repeats with its seed, and is never 0", () => {
  const sums = Array.from(
    { length: 30 },
    (_, index) => (index % 3 === 0 ? -1 : 1) * (1 + index % 4),
  );
  const exact = signFlip(sums);
  assert.equal(exact.method, "exact");
  const scaled = sums.map((sum) => sum * 0.1);
  const sampled = signFlip(scaled, { draws: 20_000, seed: 9 });
  assert.equal(sampled.method, "monte-carlo");
  assert.ok(Math.abs(sampled.p - exact.p) < 0.015, `${sampled.p} and ${exact.p}`);
  assert.deepEqual(signFlip(scaled, { draws: 20_000, seed: 9 }), sampled);
  assert.notEqual(signFlip(scaled, { draws: 20_000, seed: 10 }).p, sampled.p);
  const far = signFlip(Array(50).fill(0.5), { draws: 1000 });
  assert.equal(far.p, 1 / 1001);
});

Deno.test("signFlip() does not change when trials are duplicated or arms swapped", () => {
  const sums = [3, -1, 2, 2, 0, 1, -1, 4];
  assert.equal(signFlip(sums.map((sum) => 5 * sum)).p, signFlip(sums).p);
  assert.equal(signFlip(sums.map((sum) => -sum)).p, signFlip(sums).p);
});

Deno.test("signFlip() without differences gives 1, and refuses what is no number", () => {
  assert.equal(signFlip([]).p, 1);
  assert.equal(signFlip([0, 0]).p, 1);
  assert.throws(() => signFlip([NaN]), RangeError);
  assert.throws(() => signFlip([1], { draws: 0 }), RangeError);
});

function simulate(seed: number, effect: number): Pair[] {
  const random = seeded(seed);
  return Array.from({ length: 66 }, (_, cluster) => {
    const rate = random() < 0.5 ? 0.1 : 0.6;
    return Array.from({ length: 3 }, (_, unit): Pair => ({
      unit: `${cluster}/${unit}`,
      cluster: `${cluster}`,
      a: random() < rate ? 1 : 0,
      b: random() < rate * (1 - effect) ? 1 : 0,
    }));
  }).flat();
}

Deno.test("signFlip() keeps its type-I rate when both arms are the same, and sees a real effect", () => {
  const rejected = (effect: number, rounds: number): number => {
    let count = 0;
    for (let round = 0; round < rounds; round++) {
      const sums = clusterDifferences(simulate(round, effect)).map(({ sum }) => sum);
      if (signFlip(sums).p <= 0.05) count++;
    }
    return count / rounds;
  };
  const typeOne = rejected(0, 1500);
  assert.ok(typeOne <= 0.065 && typeOne >= 0.02, `${typeOne}`);
  assert.ok(rejected(0.6, 100) > 0.9);
});

Deno.test("smallestP() and underpowered() say what a test can't show", () => {
  assert.equal(smallestP(0), 1);
  assert.equal(smallestP(1), 1);
  assert.equal(smallestP(5), mcnemar(0, 5).p);
  assert.equal(smallestP(6), signFlip([1, 2, 3, 4, 5, 6]).p);
  assert.equal(underpowered(5), true);
  assert.equal(underpowered(6), false);
  assert.equal(underpowered(6, { comparisons: 2 }), true);
  assert.equal(underpowered(signFlip([4, 4, 4])), true);
  assert.equal(underpowered(mcnemar(3, 3)), false);
  assert.equal(underpowered(6, { alpha: 0.01 }), true);
});

Deno.test("holm() gives published adjustments in the given order", () => {
  assert.deepEqual(holm([]), []);
  assert.deepEqual(holm([0.2]), [0.2]);
  assert.deepEqual(holm([1, 0.9]), [1, 1]);
  // R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm")
  for (const [index, p] of holm([0.05, 0.01, 0.04, 0.02, 0.03]).entries()) {
    near(p, [0.09, 0.05, 0.09, 0.08, 0.09][index] ?? NaN);
  }
  for (const p of [-0.1, 1.1, NaN]) assert.throws(() => holm([p]), RangeError);
});

Deno.test("holm() never lowers a p-value nor changes the order", () => {
  const random = seeded(8);
  for (let round = 0; round < 100; round++) {
    const ps = Array.from({ length: 1 + round % 9 }, random);
    const adjusted = holm(ps);
    ps.forEach((p, i) => {
      assert.ok((adjusted[i] ?? 0) >= p && (adjusted[i] ?? 2) <= 1);
      ps.forEach((q, j) => assert.ok(p > q || (adjusted[i] ?? 0) <= (adjusted[j] ?? 0)));
    });
  }
});

const outcome = (unit: string, value: number, cluster = "t"): UnitOutcome => ({
  unit,
  cluster,
  value,
});

Deno.test("pairUp() pairs by unit whatever the order", () => {
  const pairs = pairUp([outcome("x", 1), outcome("y", 0)], [outcome("y", 1), outcome("x", 0)]);
  assert.deepEqual(pairs, [
    { unit: "x", cluster: "t", a: 1, b: 0 },
    { unit: "y", cluster: "t", a: 0, b: 1 },
  ]);
});

Deno.test("pairUp() names a unit that is missing, doubled, moved or has no outcome", () => {
  const x = [outcome("x", 1)];
  assert.throws(() => pairUp(x, []), /"x": the second arm lacks it/);
  assert.throws(() => pairUp([], x), /"x": the first arm lacks it/);
  assert.throws(() => pairUp([...x, ...x], x), /"x": it comes twice in the first arm/);
  assert.throws(() => pairUp(x, [outcome("x", 1, "u")]), /"x": its cluster is "t" in one arm/);
  assert.throws(() => pairUp([outcome("x", NaN)], x), /"x": its outcome in the first arm is NaN/);
});

Deno.test("pairedDifference() flips with its arms and repeats with its seed", () => {
  const pairs = simulate(4, 0.6);
  const there = pairedDifference(pairs);
  const back = pairedDifference(pairs.map((pair) => ({ ...pair, a: pair.b, b: pair.a })));
  assert.equal(back.estimate, -(there.estimate ?? 0));
  assert.ok(Math.abs(back.low + there.high) < 1e-9 && Math.abs(back.high + there.low) < 1e-9);
  assert.ok(
    there.low > 0 && there.low < (there.estimate ?? 0) && (there.estimate ?? 0) < there.high,
  );
  assert.deepEqual([there.n, there.clusters, there.method], [198, 66, "bootstrap"]);
  assert.deepEqual(pairedDifference(pairs), there);
});

Deno.test("pairedDifference() does not claim certainty when all clusters agree", () => {
  const same = (a: number, b: number): Pair[] =>
    Array.from({ length: 99 }, (_, unit) => ({ unit: `${unit}`, cluster: `${unit % 33}`, a, b }));
  const none = pairedDifference(same(1, 1));
  assert.equal(none.estimate, 0);
  assert.equal(none.high.toFixed(3), "0.106");
  assert.equal(none.low.toFixed(3), "-0.106");
  assert.equal(none.method, "exact");
  const all = pairedDifference(same(1, 0));
  assert.equal(all.low.toFixed(3), "0.788");
  assert.equal(all.high.toFixed(3), "1.000");
});

Deno.test("pairedDifference() says that nothing is known without pairs", () => {
  const { estimate, low, high } = pairedDifference([]);
  assert.deepEqual([estimate, low, high], [null, -1, 1]);
  const one: Pair = { unit: "x", cluster: "t", a: 2, b: 0 };
  assert.throws(() => pairedDifference([one]), /for "x"/);
  assert.throws(() => pairedDifference([], { draws: 1 }), RangeError);
});

Deno.test("pairedDifference() covers the true difference in at least 92 % of simulations", () => {
  const rounds = 400;
  // Half of the clusters at a rate of 0.1, half at 0.6, the second arm at 40 % of it.
  const truth = 0.35 * 0.6;
  let covered = 0;
  for (let round = 0; round < rounds; round++) {
    const { low, high } = pairedDifference(simulate(10_000 + round, 0.6), {
      draws: 500,
      seed: round,
    });
    if (low <= truth && truth <= high) covered++;
  }
  assert.ok(covered / rounds >= 0.92, `${covered / rounds}`);
});

Deno.test("auroc() is the share of pairs in the right order, ties half", () => {
  assert.equal(auroc([1], [0]), 1);
  assert.equal(auroc([0], [1]), 0);
  assert.equal(auroc([1, 1], [1, 1, 1]), 0.5);
  assert.equal(auroc([Infinity, 1], [-Infinity, 1]), 0.875);
  const random = seeded(2);
  const scores = (n: number): number[] => Array.from({ length: n }, () => Math.floor(random() * 6));
  for (let round = 0; round < 50; round++) {
    const [positives, negatives] = [scores(1 + round % 7), scores(1 + round % 5)];
    let wins = 0;
    for (const x of positives) for (const y of negatives) wins += x > y ? 1 : x === y ? 0.5 : 0;
    near(auroc(positives, negatives) + 1, wins / (positives.length * negatives.length) + 1);
    const flipped = auroc(positives.map((x) => -x), negatives.map((x) => -x));
    near(flipped + auroc(positives, negatives), 1);
  }
  assert.throws(() => auroc([], [1]), RangeError);
  assert.throws(() => auroc([NaN], [1]), RangeError);
});
