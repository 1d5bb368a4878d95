/**
 * Counts the tests of a JUnit report as `deno test` writes it.
 *
 * @module
 */

/** How many tests passed, failed and were skipped. */
export interface Tally {
  /** Tests that passed. */
  passed: number;
  /** Tests that failed. */
  failed: number;
  /** Tests that are marked `ignore`. */
  skipped: number;
}

/**
 * Counts the tests in `report`. A step of a test is not a test: `deno test` lists it as a case of
 * its own, named `"<test> > <step>"`.
 *
 * @param report The XML text that `deno test --junit-path` wrote
 */
export function tallyOf(report: string): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const [, suite = ""] of report.matchAll(/<testsuite ([\s\S]*?)<\/testsuite>/g)) {
    const cases = [...suite.matchAll(/<testcase name="([^"]*)"[^>]*>([\s\S]*?)<\/testcase>/g)];
    const names = new Set(cases.map(([, name]) => name));
    for (const [, name = "", body = ""] of cases) {
      if (isStep(name, names)) continue;
      if (/^\s*<(failure|error)[ >/]/.test(body)) tally.failed++;
      else if (/^\s*<skipped[ >/]/.test(body)) tally.skipped++;
      else tally.passed++;
    }
  }
  return tally;
}

function isStep(name: string, names: Set<string | undefined>): boolean {
  const separator = " &gt; ";
  for (let at = name.indexOf(separator); at >= 0; at = name.indexOf(separator, at + 1)) {
    if (names.has(name.slice(0, at))) return true;
  }
  return false;
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
