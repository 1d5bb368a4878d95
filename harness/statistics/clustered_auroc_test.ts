import assert from "node:assert/strict";
import { clusteredAuroc, type ScoredObservation } from "./clustered_auroc.ts";
import { seeded } from "./_random.ts";
import { normalCdf, normalQuantile } from "./_distributions.ts";

function observed(cluster: string, positive: boolean, ...scores: number[]): ScoredObservation[] {
  return scores.map((score) => ({ cluster, positive, score }));
}

Deno.test("clusteredAuroc() is Delong's variance when every score is its own cluster", () => {
  const positives = [3, 5, 6, 8];
  const negatives = [1, 2, 4, 5, 7];
  const all = [
    ...positives.map((score, at) => observed(`p${at}`, true, score)),
    ...negatives.map((score, at) => observed(`n${at}`, false, score)),
  ].flat();
  const wins = (x: number, y: number) => x > y ? 1 : x === y ? 0.5 : 0;
  const mean = (of: readonly number[]) => of.reduce((a, b) => a + b, 0) / of.length;
  const area = mean(positives.flatMap((x) => negatives.map((y) => wins(x, y))));
  const above = positives.map((x) => mean(negatives.map((y) => wins(x, y))) - area);
  const below = negatives.map((y) => mean(positives.map((x) => wins(x, y))) - area);
  const square = (of: readonly number[]) => of.reduce((sum, x) => sum + x * x, 0) / of.length ** 2;
  const variance = 9 / 8 * (square(above) + square(below));
  const { estimate, low, high } = clusteredAuroc(all);
  assert.equal(estimate, area);
  const logit = (x: number) => Math.log(x / (1 - x));
  const half = (logit(high) - logit(low)) / 2;
  // The t quantile at 0.975 with 8 degrees of freedom.
  assert(Math.abs(half - 2.306004 * Math.sqrt(variance) / (area * (1 - area))) < 1e-4);
  assert(Math.abs((logit(high) + logit(low)) / 2 - logit(area)) < 1e-9);
});

Deno.test("clusteredAuroc() of a perfect order reaches as low as so many clusters allow", () => {
  const all = Array.from({ length: 10 }, (_, at) => [
    ...observed(`${at}`, true, 1, 1, 1),
    ...observed(`${at}`, false, 0, 0, 0),
  ]).flat();
  const { estimate, low, high, clusters } = clusteredAuroc(all);
  assert.deepEqual([estimate, high, clusters], [1, 1, 10]);
  assert.equal(low.toFixed(3), "0.692");
});

Deno.test("clusteredAuroc() knows nothing of one cluster, and has no estimate of one kind", () => {
  const { low, high } = clusteredAuroc([
    ...observed("a", true, 1, 3),
    ...observed("a", false, 2, 4),
  ]);
  assert.deepEqual([low, high], [0, 1]);
  assert.equal(clusteredAuroc(observed("a", true, 1)).estimate, null);
});

Deno.test("clusteredAuroc() covers the truth when clusters move both kinds", () => {
  const random = seeded(7);
  const normal = () => normalQuantile(Math.min(Math.max(random(), 1e-9), 1 - 1e-9));
  // A positive and a negative of different clusters differ by N(1, 2 (1 + 1)).
  const truth = normalCdf(1 / 2);
  let covered = 0;
  const runs = 300;
  for (let run = 0; run < runs; run++) {
    const all = Array.from({ length: 20 }, (_, at) => {
      const shift = normal();
      return [0, 1, 2].flatMap(() => [
        ...observed(`${at}`, true, 1 + shift + normal()),
        ...observed(`${at}`, false, shift + normal()),
      ]);
    }).flat();
    const { low, high } = clusteredAuroc(all);
    if (low <= truth && truth <= high) covered++;
  }
  // Within a cluster the two kinds share its shift, which moves the truth for one pair in twenty.
  assert(covered / runs > 0.9, `${covered} of ${runs}`);
});
