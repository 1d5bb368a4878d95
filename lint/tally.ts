/**
 * Counts the tests by the summary that `deno test` ends with.
 *
 * @module
 */

import { stripVTControlCharacters } from "node:util";

/** How many tests passed, failed and were skipped. */
export interface Tally {
  /** Tests that passed. */
  passed: number;
  /** Tests that failed. */
  failed: number;
  /** Tests that are marked `ignore`. */
  skipped: number;
}

const SUMMARY =
  /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(?: \(\d+ steps?\))?(?: \| (\d+) ignored)?/gm;

/**
 * The counts of the last summary in `output`; nothing where there is none, as after a type error. A step
 * of a test is not a test, and a file that fails as a whole counts as one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const tally = tallyOf("FAILED | 9 passed (3 steps) | 2 failed (1 step) | 1 ignored (2s)\n");
 * assert.deepEqual(tally, { passed: 9, failed: 2, skipped: 1 });
 * ```
 *
 * @param output What `deno test` printed, or the end of it
 */
export function tallyOf(output: string): Tally | undefined {
  const last = [...stripVTControlCharacters(output).matchAll(SUMMARY)].at(-1);
  if (last === undefined) return undefined;
  const [, passed, failed, skipped = 0] = last;
  return { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
}

/**
 * The line that a run of the checks ends with.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(tallyLine({ passed: 12, failed: 0, skipped: 1 }), "12 passed, 0 failed, 1 skipped");
 * ```
 *
 * @param tally The counts
 */
export function tallyLine(tally: Tally): string {
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : "";
  return `${tally.passed} passed, ${tally.failed} failed${skipped}`;
}
