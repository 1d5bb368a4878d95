/**
 * Aggregates the verdicts of the newest run, or of the run that `ARGUS_RUN` names: the table goes
 * to stderr, and what is timed is the aggregation. `deno bench` has no unit for a rate, so that the
 * rates are in the table and not among the timings.
 *
 * @module
 */

import { join } from "node:path";
import { findRun, runNames } from "../harness/cli/find_run.ts";
import { summaryOf } from "../harness/cli/runs.ts";
import { environment } from "../harness/environment.ts";
import { summaryTable } from "../harness/reports/table.ts";
import { readRun } from "../harness/runner/run_folder.ts";
import { readChain } from "../harness/verdicts/verdict_log.ts";
import { hashOf } from "../harness/verdicts/canonical.ts";

const wanted = environment("ARGUS_RUN");
if (wanted === undefined && runNames().length === 0) {
  console.error('No run to aggregate; "deno task eval" makes one');
} else {
  const run = readRun(findRun(wanted ?? "latest"));
  console.error(`\n${run.path}: ${run.verdicts.length} verdicts\n`);
  console.error(summaryTable(summaryOf(run)) + "\n");
  const text = Deno.readTextFileSync(join(run.path, "verdicts.jsonl"));
  const genesis = hashOf(run.manifest);
  const group = `${run.verdicts.length} verdicts`;
  Deno.bench({
    name: "read and check the chain",
    group,
    fn: () => void readChain(text, "", genesis),
  });
  Deno.bench({ name: "aggregate", group, fn: () => void summaryOf(run) });
}
