import assert from "node:assert/strict";
import { allOfCluster, anyOfCluster } from "./worst_variant.ts";

const counts = [
  { successes: 3, trials: 3 },
  { successes: 1, trials: 3 },
  { successes: 0, trials: 2 },
  { successes: 0, trials: 0 },
];

Deno.test("anyOfCluster() counts clusters with a success, and leaves out those without trials", () => {
  const { estimate, count, clusters } = anyOfCluster(counts);
  assert.deepEqual({ estimate, count, clusters }, { estimate: 2 / 3, count: 2, clusters: 3 });
});

Deno.test("allOfCluster() counts clusters in which every trial succeeded", () => {
  const { count, clusters } = allOfCluster(counts);
  assert.deepEqual({ count, clusters }, { count: 1, clusters: 3 });
});

Deno.test("anyOfCluster() gives the exact interval with n = clusters", () => {
  const none = Array.from({ length: 33 }, () => ({ successes: 0, trials: 6 }));
  assert.equal((100 * anyOfCluster(none).high).toFixed(1), "10.6");
});

Deno.test("anyOfCluster() says nothing without clusters", () => {
  assert.deepEqual(anyOfCluster([]), { estimate: null, count: 0, clusters: 0, low: 0, high: 1 });
});
