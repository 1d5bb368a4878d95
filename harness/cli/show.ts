import { join } from "node:path";
import { episodeText } from "../reports/episode_text.ts";
import { readRun, type RunFiles } from "../runner/run_folder.ts";
import type { EpisodeEvidence } from "../runner/unit_player.ts";
import { EvidenceReader } from "../verdicts/evidence.ts";
import type { Verdict } from "../verdicts/verdict.ts";
import type { ShowOptions } from "./commands/show.ts";
import { UsageError } from "./exit.ts";
import { findRun } from "./find_run.ts";

/** Prints an episode, or the list of a run's verdicts when no unit is named. */
export function show(name: string, unit: string | undefined, options: ShowOptions): void {
  const run = readRun(findRun(name));
  if (unit === undefined) {
    for (const verdict of run.verdicts) console.log(listLine(verdict));
    return;
  }
  const verdict = findVerdict(run, unit);
  const reader = new EvidenceReader(join(run.path, "evidence.jsonl"));
  const evidence = reader.read(verdict.evidence) as EpisodeEvidence;
  console.log(
    options.json === true
      ? JSON.stringify({ verdict, ...evidence }, null, 2)
      : episodeText(verdict, evidence, { prompts: options.prompts ?? false }),
  );
}

function listLine({ key, outcome, pass, stopped_by, probe_id }: Verdict): string {
  const stopper = stopped_by === null ? "" : `  (${stopped_by})`;
  return `${key.slice(0, 12)}  ${pass ? "pass" : "FAIL"}  ${
    outcome.padEnd(14)
  }  ${probe_id}${stopper}`;
}

function findVerdict(run: RunFiles, unit: string): Verdict {
  const matches = run.verdicts.filter(({ key, probe_id }) =>
    key.startsWith(unit) || probe_id === unit
  );
  const first = matches[0];
  if (first === undefined) {
    throw new UsageError(
      `Cannot find "${unit}" in ${run.path}: no key begins so and no probe has that id; ` +
        "leave it out to list all",
    );
  }
  const several = new Set(matches.map(({ probe_id }) => probe_id)).size > 1;
  if (!several) return first;
  throw new UsageError(
    `Cannot tell which of ${matches.length} keys "${unit}" means; write more of it`,
  );
}
