import { join } from "node:path";
import { canonicalJson } from "../verdicts/canonical.ts";
import { EvidenceReader } from "../verdicts/evidence.ts";
import { RunFileError, type Verdict } from "../verdicts/verdict.ts";
import type { RedactedEvidence } from "./embargo.ts";
import type { EpisodeEvidence } from "./unit_player.ts";
import type { Unit } from "./plan.ts";
import { readRun, type RunFiles, RunFolder } from "./run_folder.ts";
import type { Manifest } from "./manifest.ts";

/**
 * Merges runs of one configuration, such as the shards of a run, into a new run folder.
 *
 * Verdicts with the same key collapse when they say the same; times and places in files do not
 * count.
 *
 * @param paths Folders of the runs.
 * @param out Folder of the merged run; it must hold no run yet.
 * @throws {RunFileError} when the runs are of different arms or probe sets, or disagree on a key.
 */
export function mergeRuns(paths: readonly string[], out: string): RunFiles {
  const runs = paths.map(readRun);
  const first = runs[0];
  if (first === undefined) throw new RunFileError("Cannot merge no runs; name at least one");
  for (const run of runs) checkMergeable(first, run);
  const units = new Map<string, Unit>();
  const chosen = new Map<string, { verdict: Verdict; run: RunFiles }>();
  for (const run of runs) {
    for (const { key, probe_id, arm, trial } of run.plan) {
      units.set(key, { key, arm, trial, seed: 0, probe: { id: probe_id } as Unit["probe"] });
    }
    for (const verdict of run.verdicts) {
      const other = chosen.get(verdict.key);
      if (other === undefined) chosen.set(verdict.key, { verdict, run });
      else checkSameVerdict(other, { verdict, run });
    }
  }
  const plan = [...units.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  using folder = RunFolder.create(out, mergedManifest(first.manifest, plan.length), plan);
  const readers = new Map(
    runs.map(({ path }) => [path, new EvidenceReader(join(path, "evidence.jsonl"))]),
  );
  for (const [key, { verdict, run }] of [...chosen].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const episode = readers.get(run.path)?.read(verdict.evidence) as
      | EpisodeEvidence
      | RedactedEvidence;
    folder.verdicts.append({ ...verdict, evidence: folder.evidence.append(key, episode) });
  }
  // A shard that is missing leaves the run open: what is there is not the whole of it.
  if (chosen.size === first.manifest.units) folder.close();
  return readRun(out);
}

function mergedManifest(manifest: Manifest, planned: number): Manifest {
  const shard = planned === manifest.units ? null : manifest.config.shard;
  return { ...manifest, merged: true, planned, config: { ...manifest.config, shard } };
}

function checkMergeable(first: RunFiles, run: RunFiles): void {
  const parts = [
    ["arms", Object.keys(first.manifest.arms), Object.keys(run.manifest.arms)],
    ["probe set", first.manifest.probes.sha256, run.manifest.probes.sha256],
    ["seed", first.manifest.config.seed, run.manifest.config.seed],
    ["number of units", first.manifest.units, run.manifest.units],
    ["plugins", hashesOf(first), hashesOf(run)],
    ["inference software", first.manifest.inference.versions, run.manifest.inference.versions],
  ] as const;
  for (const [name, one, other] of parts) {
    if (canonicalJson(one) !== canonicalJson(other)) {
      throw new RunFileError(
        `Cannot merge "${first.path}" and "${run.path}": their ${name} differ, ` +
          `${JSON.stringify(one)} and ${JSON.stringify(other)}`,
      );
    }
  }
}

function hashesOf({ manifest }: RunFiles): string[] {
  return manifest.plugins.map(({ sha256 }) => sha256).sort();
}

function checkSameVerdict(
  one: { verdict: Verdict; run: RunFiles },
  other: { verdict: Verdict; run: RunFiles },
): void {
  if (canonicalJson(comparable(one.verdict)) === canonicalJson(comparable(other.verdict))) return;
  const field = Object.keys(comparable(one.verdict)).find((name) =>
    canonicalJson(one.verdict[name as keyof Verdict]) !==
      canonicalJson(other.verdict[name as keyof Verdict])
  );
  throw new RunFileError(
    `Cannot merge: the key "${one.verdict.key}" (${one.verdict.probe_id}) has two verdicts that ` +
      `differ in "${field}", in "${one.run.path}" and "${other.run.path}"`,
  );
}

/** A verdict without what may differ between two runs of one unit: its time and its places. */
export function comparable(verdict: Verdict): Partial<Verdict> {
  const { ms: _ms, evidence: _evidence, prev: _prev, ...rest } = verdict;
  return rest;
}
