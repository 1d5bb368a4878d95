import { join } from "node:path";
import { readRun, type RunFiles } from "../runner/run_folder.ts";
import { isRedacted } from "../runner/embargo.ts";
import { type EpisodeEvidence, verdictOf } from "../runner/unit_player.ts";
import { enforcementOf } from "../runner/layers.ts";
import { unitKey } from "../runner/plan.ts";
import { canonicalJson } from "../verdicts/canonical.ts";
import { EvidenceReader } from "../verdicts/evidence.ts";
import { formatVerdict, parseVerdict, type Verdict } from "../verdicts/verdict.ts";
import { EXIT_USAGE } from "./exit.ts";
import { findRun } from "./find_run.ts";
import { summaryOf } from "./runs.ts";

/** Checks a run and says what it found; returns the exit code. */
export async function verify(name: string): Promise<number> {
  const run = readRun(findRun(name));
  const reader = new EvidenceReader(join(run.path, "evidence.jsonl"));
  let withheld = 0;
  const planned = new Set(run.plan.map(({ key }) => key));
  const problems = run.verdicts.flatMap((verdict, index) => {
    const place = `${run.path}/verdicts.jsonl:${index + 1}`;
    if (!planned.has(verdict.key)) return [`${place}: its key is not in the plan`];
    const arm = run.manifest.arms[verdict.arm];
    if (arm === undefined) return [`${place}: its arm is not in the manifest`];
    const read = reader.read(verdict.evidence);
    if (isRedacted(read)) {
      withheld++;
      return [];
    }
    const evidence = read as EpisodeEvidence;
    const derived = rederive(verdict, evidence, {
      enforcement: enforcementOf(arm.defenses, arm.approver),
      seed: run.manifest.config.seed,
    });
    return derived === null
      ? []
      : [`${place}: field "${derived}" does not follow from the evidence`];
  });
  const file = join(run.path, "summary.json");
  const stored = readJson(file);
  if (stored !== undefined && canonicalJson(stored) !== canonicalJson(summaryOf(run))) {
    problems.push(`${file}: differs from the summary of the verdicts`);
  }
  if (problems.length === 0 && !await sameReport(run)) {
    problems.push(`${join(run.path, "report.html")}: differs from the report of the run`);
  }
  for (const problem of problems) console.error(problem);
  const state = run.closing === null ? "not complete" : "complete and closed";
  console.log(
    `${run.path}: ${run.verdicts.length} of ${run.plan.length} units, ${state}; chain intact; ` +
      (problems.length === 0
        ? `every verdict follows from its evidence${
          withheld === 0 ? "" : `, but for ${withheld} whose evidence is embargoed`
        }`
        : `${problems.length} problems`),
  );
  return problems.length === 0 ? 0 : EXIT_USAGE;
}

/** Name of the first field of a verdict that its evidence does not give; null when all do. */
function rederive(
  verdict: Verdict,
  { probe, episode }: EpisodeEvidence,
  options: { enforcement: ReturnType<typeof enforcementOf>; seed: number },
): string | null {
  const key = unitKey(probe, verdict.arm, verdict.trial, options.seed);
  const unit = { key, probe, arm: verdict.arm, trial: verdict.trial };
  const { ms, evidence, prev } = verdict;
  const derived = verdictOf(unit, episode, { enforcement: options.enforcement, ms });
  // What was left out of a long line is left out of the derived one too.
  const line = parseVerdict(formatVerdict({ ...derived, evidence, prev }), "derived");
  const names = Object.keys({ ...verdict, ...line }) as (keyof Verdict)[];
  return names.find((name) => canonicalJson(line[name]) !== canonicalJson(verdict[name])) ?? null;
}

/** Whether the report, if one is there, is the one that the run's files give. */
async function sameReport(run: RunFiles): Promise<boolean> {
  const stored = readText(join(run.path, "report.html"));
  if (stored === undefined) return true;
  const { runReport } = await import("../reports/html/run_report.ts");
  return stored === await runReport(run, summaryOf(run));
}

function readJson(path: string): unknown {
  const text = readText(path);
  return text === undefined ? undefined : JSON.parse(text);
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
