/**
 * The engine's own cost: probes through gateway, critic, executor, guard, evidence and verdict with
 * models and a world that cost nothing. Prints CPU time a probe; wall time includes waiting for the
 * disk.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { openScripted } from "../harness/inference/mod.ts";
import { DEFAULT_LIMITS } from "../harness/pipeline/episode.ts";
import { probeOf, scriptedWorld } from "../harness/pipeline/testing/scripted.ts";
import { enforcementOf, modesOf, reviewerFactory } from "../harness/runner/layers.ts";
import { playUnit } from "../harness/runner/unit_player.ts";
import { planUnits } from "../harness/runner/plan.ts";
import { EvidenceLog } from "../harness/verdicts/evidence.ts";
import { hashOf } from "../harness/verdicts/canonical.ts";
import { VerdictLog } from "../harness/verdicts/verdict_log.ts";
import { DEFAULT_CONFIG } from "../harness/runner/config.ts";
import type { World } from "../stack/mod.ts";

const N = 500;
const inference = openScripted((role, { messages }) => {
  if (role === "gateway") return "DECISION: APPROVE\nINTENT: Disable alice.dev in realm enterprise";
  if (role === "critic") return "OK";
  if (messages.at(-1)?.role === "tool") return "DONE: disabled";
  return '{"name": "kc_get_user", "arguments": {"realm": "enterprise", "user_id": "alice.dev"}}';
});
const modes = modesOf(DEFAULT_CONFIG);
const signal = new AbortController().signal;
const probes = Array.from({ length: N }, (_, i) => probeOf({ id: `bench/engine/one/${i}` }));
const units = planUnits(probes, { arm: "bench", seed: 1 });
const player = {
  inference,
  reviewer: reviewerFactory({ inference, modes, approver: "deny" }),
  enforcement: enforcementOf(modes, "deny"),
  rules: { limits: DEFAULT_LIMITS, decision: "parsed", threshold: 0.5, temperature: 0 },
  credential: "agent",
} as const;

const world: World = {
  tools: new Set(),
  info: () => Promise.resolve({ stack: "none", seed: 1, digest: "", services: {} }),
  episode: () =>
    Promise.resolve(scriptedWorld(() => ({
      status: "executed",
      diff: [{
        service: "keycloak",
        entity: "users",
        id: "*",
        change: "read",
        after: { count: 1 },
      }],
      result: '{"id":"3c1e","username":"alice.dev","enabled":true}',
    }))),
  digest: () => Promise.resolve(""),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** Plays all units and returns CPU microseconds. */
async function run(write: boolean): Promise<number> {
  const folder = await Deno.makeTempDir();
  using evidence = EvidenceLog.open(`${folder}/evidence.jsonl`);
  using verdicts = VerdictLog.open(`${folder}/verdicts.jsonl`, hashOf("bench"));
  const before = cpuUsage();
  for (const unit of units) {
    const played = await playUnit(unit, { ...player, world }, signal);
    if (!write) continue;
    const place = evidence.append(unit.key, played.evidence);
    verdicts.append({ ...played.verdict, evidence: place });
  }
  const { user, system } = cpuUsage(before);
  await Deno.remove(folder, { recursive: true });
  return user + system;
}

if (import.meta.main || Deno.mainModule.endsWith("engine_bench.ts")) {
  await run(false);
  const samples: number[] = [];
  for (let i = 0; i < 5; i++) samples.push((await run(true)) / N);
  samples.sort((a, b) => a - b);
  console.error(
    `\nengine without models and world, CPU a probe: median ${
      (samples[2] ?? 0).toFixed(0)
    } us, range ` +
      `${samples[0]?.toFixed(0)} to ${samples[4]?.toFixed(0)} us (5 runs of ${N} probes)\n`,
  );
}

let next = 0;
Deno.bench({
  name: "one probe, nothing written",
  fn: async () => {
    const unit = units[next++ % N];
    if (unit !== undefined) await playUnit(unit, { ...player, world }, signal);
  },
});
