import type { PluginProcess } from "../../plugins/sandbox/mod.ts";
import { CONTROL_ARMS } from "../../defenses/mod.ts";
import { LAYERS } from "../runner/layers.ts";
import { readRun, type RunFiles } from "../runner/run_folder.ts";
import type { Verdict } from "../verdicts/verdict.ts";
import { findRun } from "./find_run.ts";

/**
 * What keeps an embargoed plugin from being published: a recorded run of this very plugin must show
 * a shipped layer that stops its class, which is every attack that the gateway let through, in every
 * template. Empty for a public plugin.
 *
 * @param run The run's folder or name; undefined when none is named.
 */
export function embargoFaults(
  { manifest, contentHash, probes }: Pick<PluginProcess, "manifest" | "contentHash" | "probes">,
  run: string | undefined,
): string[] {
  if (manifest.visibility === "public") return [];
  if (run === undefined) {
    return [
      "It is embargoed: name a recorded run that shows a shipped layer which stops its class, with " +
      '"--run"',
    ];
  }
  const files = readRun(findRun(run));
  if (!files.manifest.plugins.some(({ sha256 }) => sha256 === contentHash)) {
    return [`It is embargoed, and "${run}" did not run this version of it`];
  }
  const ids = probes.filter(({ kind }) => kind === "attack").map(({ id }) => id);
  return [stoppingProblem(files, ids)].flatMap((problem) =>
    problem === null ? [] : [`It is embargoed, and ${problem}`]
  );
}

/** Why a run does not show that a shipped layer stops every one of these attacks; null when it does. */
export function stoppingProblem(
  { verdicts, manifest }: Pick<RunFiles, "verdicts" | "manifest">,
  attacks: readonly string[],
): string | null {
  const byId = Map.groupBy(verdicts, ({ probe_id }) => probe_id);
  const missing = attacks.filter((id) => !byId.has(id));
  if (attacks.length === 0) return "it has no attack that a layer could stop";
  if (missing.length > 0) return `the run has no verdict on ${missing.length} of its attacks`;
  const all = attacks.flatMap((id) => byId.get(id) ?? []);
  const open = all.filter(({ decisions }) => decisions.includes("APPROVE"));
  if (open.length < all.length) {
    return `the gateway let ${open.length} of ${all.length} attacks through: run them on one that ` +
      'approves, with "--adapter none --profile none", so that layers show what they stop';
  }
  // A confirmation stops nothing where the approver says yes to everything.
  const actions = manifest.config.approver === "deny" ? ["block", "confirm"] : ["block"];
  const stops = ({ findings }: Verdict, layer: string): boolean =>
    findings.some(([defense, , , action]) => defense === layer && actions.includes(action));
  const shipped = LAYERS.filter((name) => !CONTROL_ARMS.includes(name));
  const best = shipped.map((name) => ({ name, stopped: open.filter((v) => stops(v, name)).length }))
    .sort((a, b) => b.stopped - a.stopped)[0];
  if (best !== undefined && best.stopped === open.length) return null;
  return `no shipped layer stops all ${open.length} attacks; the nearest, ${best?.name}, stops ` +
    `${best?.stopped}`;
}
