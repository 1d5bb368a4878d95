/**
 * Exact Shapley shares of players in a cooperative game: what each adds on average over all orders
 * in which they could join, φ_i = Σ_{S ∌ i} |S|! (n − |S| − 1)! / n! · (v(S ∪ {i}) − v(S)). The
 * shares add up to v(all) − v(none). Source: Shapley, "A value for n-person games", Contributions to
 * the Theory of Games II (1953).
 *
 * @param players Number of players, from 0 to 20; bit i of a subset says whether player i is in it.
 * @param value Value of a subset; called once for each of the 2^players subsets.
 * @returns One share for each player.
 * @throws {RangeError} when the number of players is out of range, or a value is not finite.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shapley } from "@argus-safety/argus/statistics";
 *
 * // Two layers that stop the same attack share the credit.
 * assert.deepEqual(shapley(2, (subset) => subset === 0 ? 0 : 1), [0.5, 0.5]);
 * ```
 */
export function shapley(players: number, value: (subset: number) => number): number[] {
  if (!Number.isInteger(players) || players < 0 || players > 20) {
    throw new RangeError(`Expected from 0 to 20 players, got ${players}`);
  }
  const values = Array.from({ length: 2 ** players }, (_, subset) => {
    const worth = value(subset);
    if (!Number.isFinite(worth)) {
      throw new RangeError(`Expected a finite value of subset ${subset}, got ${worth}`);
    }
    return worth;
  });
  const weights = joiningWeights(players);
  return Array.from({ length: players }, (_, player) => {
    const bit = 1 << player;
    let share = 0;
    for (const [subset, worth] of values.entries()) {
      if ((subset & bit) !== 0) continue;
      const weight = weights[bitCount(subset)] as number;
      share += weight * ((values[subset | bit] as number) - worth);
    }
    return share;
  });
}

/** By size s of a subset, s! (n − s − 1)! / n! = 1 / (n · C(n − 1, s)). */
function joiningWeights(players: number): number[] {
  const weights: number[] = [];
  let choose = 1;
  for (let size = 0; size < players; size++) {
    weights.push(1 / (players * choose));
    choose = choose * (players - 1 - size) / (size + 1);
  }
  return weights;
}

function bitCount(subset: number): number {
  let count = 0;
  for (let rest = subset; rest !== 0; rest &= rest - 1) count++;
  return count;
}
