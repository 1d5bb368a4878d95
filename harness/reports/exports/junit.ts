import type { PlanLine } from "../../runner/run_folder.ts";
import type { Verdict } from "../../verdicts/verdict.ts";

/**
 * Verdicts as JUnit XML, for build servers: a suite for each family, a case for each unit. A unit
 * that does not pass is a failure; one without a verdict is an error, never a pass. Format: the
 * schema that Jenkins, GitLab and GitHub actions read (testsuites, testsuite, testcase).
 *
 * @param run Name of the run.
 * @param plan Its plan.
 * @param verdicts Its verdicts.
 */
export function junit(
  run: string,
  plan: readonly PlanLine[],
  verdicts: readonly Verdict[],
): string {
  const judged = new Set(verdicts.map(({ key }) => key));
  const missing = plan.filter(({ key }) => !judged.has(key));
  const suites = [...Map.groupBy(verdicts, ({ suite, family }) => `${suite}.${family}`)].sort();
  const failures = verdicts.filter(({ pass }) => !pass).length;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${
      xml(run)
    }" tests="${plan.length}" failures="${failures}" errors="${missing.length}">`,
    ...suites.flatMap(([name, inSuite]) => suite(name, inSuite)),
    ...(missing.length === 0 ? [] : missingSuite(missing)),
    "</testsuites>",
  ];
  return lines.join("\n") + "\n";
}

function suite(name: string, verdicts: readonly Verdict[]): string[] {
  const failures = verdicts.filter(({ pass }) => !pass).length;
  const time = verdicts.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  return [
    `  <testsuite name="${
      xml(name)
    }" tests="${verdicts.length}" failures="${failures}" errors="0" time="${time.toFixed(3)}">`,
    ...verdicts.flatMap((verdict) => testCase(name, verdict)),
    "  </testsuite>",
  ];
}

function testCase(suite: string, verdict: Verdict): string[] {
  const { probe_id, trial, ms, pass, kind, outcome, stopped_by, key } = verdict;
  const name = trial === 0 ? probe_id : `${probe_id} trial ${trial}`;
  const open = `    <testcase classname="${xml(suite)}" name="${xml(name)}" time="${
    (ms / 1000).toFixed(3)
  }"`;
  if (pass) return [`${open}/>`];
  const message = `${kind}: ${outcome}, stopped by ${stopped_by ?? "nobody"}`;
  return [
    `${open}>`,
    `      <failure type="${outcome}" message="${xml(message)}">unit ${key}</failure>`,
    "    </testcase>",
  ];
}

function missingSuite(missing: readonly PlanLine[]): string[] {
  return [
    `  <testsuite name="units without a verdict" tests="${missing.length}" failures="0" errors="${missing.length}">`,
    ...missing.flatMap(({ probe_id, key }) => [
      `    <testcase classname="units without a verdict" name="${xml(probe_id)}">`,
      `      <error type="infrastructure" message="no verdict; resume the run">unit ${key}</error>`,
      "    </testcase>",
    ]),
    "  </testsuite>",
  ];
}

/** Text in XML 1.0: markup escaped, characters that the format does not have replaced. */
function xml(text: string): string {
  return text.toWellFormed()
    // deno-lint-ignore no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replace(/[\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
