import { basename, join } from "node:path";
import type { Probe } from "../../probes/mod.ts";
import type { EpisodeRecord } from "../pipeline/record.ts";
import type { Manifest } from "../runner/manifest.ts";
import { readRun, type RunFiles } from "../runner/run_folder.ts";
import type { EpisodeEvidence } from "../runner/unit_player.ts";
import { EvidenceReader } from "../verdicts/evidence.ts";
import { RunFileError, type Verdict } from "../verdicts/verdict.ts";

/** One unit of a recorded run: its verdict, its probe, and all that happened. */
export interface RecordedUnit {
  /** What names the unit in every run of the same probes: probe and trial. */
  unit: string;
  /** The verdict under the run's own enforcement. */
  verdict: Verdict;
  /** The probe as it was run. */
  probe: Probe;
  /** What happened. */
  episode: EpisodeRecord;
}

/** A run with its evidence. */
export interface RunEvidence {
  /** Name of the run. */
  run: string;
  /** Its manifest. */
  manifest: Manifest;
  /** Units that have a verdict. */
  units: RecordedUnit[];
  /** Units of the plan without a verdict. */
  missing: number;
}

/** A run that enforced nothing, so that any subset of its observed layers can be replayed. */
export interface RecordedRun extends RunEvidence {
  /** Layers that observed, in the order of the arm. */
  layers: string[];
}

/** What names a unit in every run of the same probes. */
export function unitName({ probe_id, trial }: Pick<Verdict, "probe_id" | "trial">): string {
  return `${probe_id}#${trial}`;
}

/**
 * Reads a run with its evidence.
 *
 * @param files The run, read.
 * @throws {RunFileError} when the evidence is not what the verdicts name.
 */
export function readEvidence({ path, manifest, verdicts, plan }: RunFiles): RunEvidence {
  const reader = new EvidenceReader(join(path, "evidence.jsonl"));
  const units = verdicts.map((verdict): RecordedUnit => {
    const { probe, episode } = reader.read(verdict.evidence) as EpisodeEvidence;
    return { unit: unitName(verdict), verdict, probe, episode };
  });
  return { run: basename(path), manifest, units, missing: plan.length - verdicts.length };
}

/**
 * Reads a run in which every layer only observed, with its evidence.
 *
 * @param path The run's folder.
 * @throws {RunFileError} when it is damaged, holds several arms, holds an embargoed plugin's
 * episodes, or enforced a layer: an enforced block ends an episode, and what would have come after it is not on record.
 */
export function readRecorded(path: string): RecordedRun {
  const files = readRun(path);
  const withheld = files.manifest.plugins.find(({ visibility }) => visibility === "embargoed");
  if (withheld !== undefined) {
    throw new RunFileError(
      `Cannot replay "${path}": its plugin "${withheld.name}" is embargoed, so that the run does not ` +
        "hold what happened; record one without it",
    );
  }
  const layers = observedLayers(files.manifest);
  if (layers === undefined) {
    throw new RunFileError(
      `Cannot replay "${path}": it enforced layers, or has several arms; record one with ` +
        '"deno task eval --profile none"',
    );
  }
  return { ...readEvidence(files), layers };
}

/**
 * The layers of a run in which every layer only observed; undefined for any other run, and for one
 * that lacks an embargoed plugin's episodes: neither can be replayed.
 */
export function observedLayers({ arms, plugins }: Manifest): string[] | undefined {
  if (plugins.some(({ visibility }) => visibility === "embargoed")) return undefined;
  const [arm, ...others] = Object.values(arms);
  if (arm === undefined || others.length > 0) return undefined;
  const layers = Object.keys(arm.defenses);
  return layers.some((name) => arm.defenses[name] === "enforce") ? undefined : layers;
}
