import assert from "node:assert/strict";
import { shapley } from "./shapley.ts";

Deno.test("shapley() gives the shares of the glove game", () => {
  // Player 0 owns a left glove, 1 and 2 a right one each; a pair is worth 1 (Shapley, 1953).
  const pair = (subset: number) => (subset & 1) !== 0 && (subset & 6) !== 0 ? 1 : 0;
  assert.deepEqual(shapley(3, pair).map((share) => share.toFixed(9)), [
    (2 / 3).toFixed(9),
    (1 / 6).toFixed(9),
    (1 / 6).toFixed(9),
  ]);
});

Deno.test("shapley() gives the shares of a weighted vote", () => {
  // Quota 51 with weights 50, 49, 1: the power index is 2/3, 1/6, 1/6 (Shapley and Shubik, 1954).
  const weights = [50, 49, 1];
  const wins = (subset: number) =>
    weights.reduce((sum, weight, i) => sum + (subset & (1 << i) ? weight : 0), 0) >= 51 ? 1 : 0;
  const expected = [2 / 3, 1 / 6, 1 / 6];
  for (const [index, share] of shapley(3, wins).entries()) {
    assert.ok(Math.abs(share - (expected[index] ?? NaN)) < 1e-12);
  }
});

Deno.test("shapley() gives shares that add up to the whole, with nothing to a dummy player", () => {
  const random = [0, 3, 1, 7, 2, 2, 9, 4];
  // Player 3 changes nothing.
  const shares = shapley(4, (subset) => random[subset & 7] ?? NaN);
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 4) < 1e-12);
  assert.equal(shares[3], 0);
});

Deno.test("shapley() of additive values is each player's own value", () => {
  const own = [0.25, -1, 2];
  const sum = (subset: number) =>
    own.reduce((total, each, i) => total + (subset & (1 << i) ? each : 0), 0);
  for (const [index, share] of shapley(3, sum).entries()) {
    assert.ok(Math.abs(share - (own[index] ?? NaN)) < 1e-12);
  }
});

Deno.test("shapley() refuses what is no game", () => {
  assert.throws(() => shapley(21, () => 0), /Expected from 0 to 20 players, got 21/);
  assert.throws(() => shapley(1, () => NaN), /Expected a finite value of subset 0, got NaN/);
  assert.deepEqual(shapley(0, () => 1), []);
});
