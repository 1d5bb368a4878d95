import assert from "node:assert/strict";
import { fuzz } from "./fuzz.ts";

const MUTATIONS = 10_000;

Deno.test(`${MUTATIONS} mutations make no layer fail, and get no call on the audit stack past the guard`, async () => {
  const result = await fuzz({ mutations: MUTATIONS, seed: 20_262 });
  assert.deepEqual(result.failures, []);
  assert.equal(result.mutations, MUTATIONS);
  assert.ok(result.sensitive > MUTATIONS / 3);
  for (const layer of ["audit-namespace-guard", "confirmation"]) {
    assert.ok((result.stops[layer] ?? 0) > 100, `${layer}: ${result.stops[layer]}`);
  }
});

Deno.test("the same seed gives the same mutations, and another seed others", async () => {
  const stops = async (seed: number) => (await fuzz({ mutations: 300, seed })).stops;
  assert.deepEqual(await stops(1), await stops(1));
  assert.notDeepEqual(await stops(1), await stops(2));
});
