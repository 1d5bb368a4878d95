import { basename, join } from "node:path";
import { summarise, type Summary } from "../reports/summary.ts";
import { summaryTable } from "../reports/table.ts";
import { mergeRuns } from "../runner/merge.ts";
import { type RunStream, streamRun } from "../runner/run_folder.ts";
import { rebuildIndex } from "../runner/run_index.ts";
import { findRun, runNames, RUNS } from "./find_run.ts";
import { userPath } from "./user_path.ts";

/** Prints the runs of `runs/`, from an index that is made anew. */
export function listRuns(json: boolean): void {
  const all = runNames().flatMap((name) => {
    try {
      const run = streamRun(join(RUNS, name));
      return [{ run, summary: summaryOf(run) }];
    } catch (error) {
      console.error(`argus: skipped ${name}: ${(error as Error).message}`);
      return [];
    }
  });
  const runs = rebuildIndex(RUNS, all);
  if (json) return console.log(JSON.stringify(runs, null, 2));
  if (runs.length === 0) return console.log('No runs yet; "deno task eval" makes one');
  for (const { run, verdicts, units, gateway, profile, granted, hit } of runs) {
    const percent = (share: number | null) =>
      share === null ? "   -  " : `${(100 * share).toFixed(1)} %`.padStart(6);
    console.log(
      `${run}  ${`${verdicts}/${units}`.padStart(9)}  ${gateway.padEnd(20)}  ${
        profile.padEnd(4)
      }  ` +
        `granted ${percent(granted)}  hit ${percent(hit)}`,
    );
  }
}

/** Merges runs and prints the summary of the merged one. */
export function merge(names: readonly string[], folder: string): void {
  const out = userPath(folder);
  const run = mergeRuns(names.map(findRun), out);
  const summary = summaryOf(run);
  Deno.writeTextFileSync(join(out, "summary.json"), JSON.stringify(summary, null, 2) + "\n");
  console.log(summaryTable(summary));
  console.error(`${run.verdicts.length} of ${run.plan.length} units have a verdict; run ${out}`);
}

/** The summary of a run on disk, read or being read. */
export function summaryOf(run: RunStream): Summary {
  return summarise(run.verdicts, {
    run: basename(run.path),
    units: run.plan.length,
    probeSet: run.manifest.probes.sha256,
    arms: run.manifest.arms,
  });
}
