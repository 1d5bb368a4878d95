import assert from "node:assert/strict";
import { seeded } from "./_random.ts";
import { type ClusterCount, clusteredProportion, countClusters } from "./clustered.ts";
import { clopperPearson } from "./interval.ts";

const alike = (clusters: number, successes: number, trials: number): ClusterCount[] =>
  Array.from({ length: clusters }, () => ({ successes, trials }));

Deno.test("clusteredProportion() is exact with n = clusters at zero and all successes", () => {
  const none = clusteredProportion(alike(33, 0, 6));
  assert.equal(none.high.toFixed(3), "0.106");
  assert.equal(none.low, 0);
  assert.deepEqual([none.n, none.clusters, none.successes], [198, 33, 0]);
  const all = clusteredProportion(alike(33, 6, 6));
  assert.equal(all.low.toFixed(3), "0.894");
  assert.equal(all.high, 1);
  assert.equal(clusteredProportion(alike(198, 0, 1)).high.toFixed(4), "0.0185");
});

Deno.test("clusteredProportion() takes alike clusters for one trial each, and unlike ones for many", () => {
  const whole = [...alike(20, 6, 6), ...alike(46, 0, 6)];
  const spread = [...alike(60, 2, 6), ...alike(6, 0, 6)];
  const clustered = clusteredProportion(whole);
  const independent = clusteredProportion(spread);
  assert.equal(clustered.estimate, independent.estimate);
  assert.ok(Math.abs((clustered.designEffect ?? 0) - 6 * 66 / 65) < 1e-9);
  assert.ok((independent.designEffect ?? 9) < 1);
  const byCluster = clopperPearson(20, 66);
  assert.ok(Math.abs(clustered.low - byCluster.low) < 0.005);
  assert.ok(Math.abs(clustered.high - byCluster.high) < 0.005);
  assert.ok(independent.high - independent.low < clustered.high - clustered.low);
});

Deno.test("clusteredProportion() comes close to the exact interval when clusters are single trials", () => {
  const counts = [...alike(20, 1, 1), ...alike(178, 0, 1)];
  const { low, high } = clusteredProportion(counts);
  const exact = clopperPearson(20, 198);
  assert.ok(Math.abs(low - exact.low) < 0.002 && Math.abs(high - exact.high) < 0.002);
});

Deno.test("clusteredProportion() never claims more than independent trials would allow", () => {
  const even = clusteredProportion(alike(10, 1, 2));
  const exact = clopperPearson(10, 20);
  assert.equal(even.designEffect, 0);
  assert.ok(even.low <= exact.low && even.high >= exact.high);
});

Deno.test("clusteredProportion() does not lower its upper bound for one success more", () => {
  const none = clusteredProportion(alike(33, 0, 6));
  const one = clusteredProportion([...alike(32, 0, 6), { successes: 1, trials: 6 }]);
  assert.ok(one.high >= none.high);
  const all = clusteredProportion(alike(33, 6, 6));
  const less = clusteredProportion([...alike(32, 6, 6), { successes: 5, trials: 6 }]);
  assert.ok(less.low <= all.low);
});

Deno.test("clusteredProportion() stays within [0, 1] and holds its estimate, whatever the counts", () => {
  const random = seeded(5);
  for (let round = 0; round < 500; round++) {
    const counts = Array.from({ length: 1 + Math.floor(random() * 12) }, () => {
      const trials = Math.floor(random() * 6);
      return { trials, successes: Math.floor(random() * (trials + 1)) };
    });
    const { estimate, low, high } = clusteredProportion(counts);
    assert.ok(0 <= low && low <= high && high <= 1, JSON.stringify(counts));
    if (estimate !== null) assert.ok(low <= estimate && estimate <= high, JSON.stringify(counts));
    const mirrored = clusteredProportion(
      counts.map(({ trials, successes }) => ({ trials, successes: trials - successes })),
    );
    assert.ok(Math.abs(mirrored.low - (1 - high)) < 1e-9, JSON.stringify(counts));
  }
});

Deno.test("clusteredProportion() says that nothing is known without data", () => {
  const nothing = {
    estimate: null,
    low: 0,
    high: 1,
    successes: 0,
    n: 0,
    clusters: 0,
    designEffect: null,
  };
  assert.deepEqual(clusteredProportion([]), nothing);
  assert.deepEqual(clusteredProportion([{ successes: 0, trials: 0 }]), nothing);
  const single = clusteredProportion([{ successes: 1, trials: 2 }]);
  assert.deepEqual([single.low, single.high], [0, 1]);
  assert.throws(() => clusteredProportion([{ successes: 3, trials: 2 }]), RangeError);
});

Deno.test("countClusters() counts trials and successes by cluster", () => {
  const counts = countClusters([
    { cluster: "a", success: true },
    { cluster: "b", success: false },
    { cluster: "a", success: false },
  ]);
  assert.deepEqual(counts, [{ trials: 2, successes: 1 }, { trials: 1, successes: 0 }]);
});

const ROUNDS = 1000;
const SIZES: Record<string, (index: number) => number> = {
  "3 each": () => 3,
  "1 to 6": (index) => 1 + index % 6,
};

for (const clusters of [7, 66]) {
  for (const p of [0.01, 0.1, 0.5]) {
    for (const correlation of [0, 0.3, 0.8]) {
      for (const [sizes, sizeOf] of Object.entries(SIZES)) {
        const world = `${clusters} clusters of ${sizes}, correlation ${correlation}`;
        Deno.test(`95 % intervals cover ${p} in at least 93 % of ${ROUNDS} simulations of ${world}`, () => {
          const random = seeded(1000 * p + 10 * correlation + sizes.length + clusters);
          const coverage = simulate({ clusters, p, correlation, sizeOf, random });
          assert.ok(coverage >= 0.93, `${coverage}`);
        });
      }
    }
  }
}

interface Simulation {
  clusters: number;
  p: number;
  correlation: number;
  sizeOf: (index: number) => number;
  random: () => number;
}

/**
 * Share of simulated intervals that hold `p`. Each trial copies its cluster's draw with chance √ρ,
 * else draws anew: any two trials of a cluster then correlate with ρ, and each succeeds with
 * chance p.
 */
function simulate({ clusters, p, correlation, sizeOf, random }: Simulation): number {
  const copies = Math.sqrt(correlation);
  let covered = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const counts = Array.from({ length: clusters }, (_, index) => {
      const shared = random() < p;
      const trials = sizeOf(index);
      let successes = 0;
      for (let trial = 0; trial < trials; trial++) {
        if (random() < copies ? shared : random() < p) successes++;
      }
      return { successes, trials };
    });
    const { low, high } = clusteredProportion(counts);
    if (low <= p && p <= high) covered++;
  }
  return covered / ROUNDS;
}
