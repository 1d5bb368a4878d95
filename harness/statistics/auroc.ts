/**
 * Area under the ROC curve: the chance that a positive scores higher than a negative, ties counted
 * half, from the ranks (Mann–Whitney U). Source: Hanley and McNeil, "The meaning and use of the
 * area under a receiver operating characteristic (ROC) curve", Radiology 143 (1982).
 *
 * @param positives Scores of the positives.
 * @param negatives Scores of the negatives.
 * @throws {RangeError} when either is empty or a score is not a number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { auroc } from "@argus-safety/argus/statistics";
 *
 * assert.equal(auroc([0.9, 0.8, 0.4], [0.5, 0.3]), 5 / 6);
 * ```
 */
export function auroc(positives: readonly number[], negatives: readonly number[]): number {
  if (positives.length === 0 || negatives.length === 0) {
    throw new RangeError("Expected at least one positive and one negative");
  }
  const scores = [
    ...positives.map((score) => ({ score, positive: true })),
    ...negatives.map((score) => ({ score, positive: false })),
  ];
  for (const { score } of scores) {
    if (Number.isNaN(score)) throw new RangeError("Expected scores to be numbers, got NaN");
  }
  scores.sort((x, y) => x.score < y.score ? -1 : x.score > y.score ? 1 : 0);
  let wins = 0;
  let negativesBelow = 0;
  for (let from = 0; from < scores.length;) {
    let to = from;
    let tiedPositives = 0;
    while (to < scores.length && scores[to]?.score === scores[from]?.score) {
      if (scores[to]?.positive) tiedPositives++;
      to++;
    }
    const tiedNegatives = to - from - tiedPositives;
    wins += tiedPositives * (negativesBelow + tiedNegatives / 2);
    negativesBelow += tiedNegatives;
    from = to;
  }
  return wins / (positives.length * negatives.length);
}
