/**
 * What a matrix costs once its runs are recorded: every subset of eight layers over 571 episodes, as
 * many as both catalogs have. The episodes are made up; each third has a layer that stops it.
 *
 * @module
 */

import type { RecordedVariant } from "../harness/matrix/matrix.ts";
import { buildMatrix } from "../harness/matrix/matrix.ts";
import { matrixRows } from "../harness/matrix/rows.ts";
import type { LayerFinding, TurnRecord } from "../harness/pipeline/record.ts";
import type { Manifest } from "../harness/runner/manifest.ts";
import { DEFAULT_CONFIG } from "../harness/runner/config.ts";
import type { Verdict } from "../harness/verdicts/verdict.ts";
import { subsetJudge } from "../harness/matrix/subset_replay.ts";

const LAYERS = Array.from({ length: 8 }, (_, index) => `layer-${index}`);
const EPISODES = 571;

function findings(unit: number, step: number): LayerFinding[] {
  return LAYERS.map((defense, index) => ({
    defense,
    stage: "call",
    action: unit % 3 === 0 && (unit + step) % 8 === index ? "block" : "allow",
    rule: "made-up",
    reason: "",
    ms: 0,
  }));
}

function turn(unit: number): TurnRecord {
  const generation = {
    raw: "",
    finish: "stop",
    promptTokens: 1,
    generatedTokens: 1,
    ms: 1,
  } as const;
  const decision = { kind: "APPROVE", intent: "Do it" } as const;
  return {
    request: "",
    requestFindings: [],
    gateway: { generation, decision, pApprove: 1 },
    intentFindings: [],
    intent: "Do it",
    steps: Array.from({ length: 3 }, (_, step) => ({
      generation,
      reply: "calls" as const,
      calls: [{
        call: { name: "kc_delete_user", arguments: {} },
        callFindings: findings(unit, step),
        status: "executed" as const,
        commitFindings: [],
        diff: [{
          service: "keycloak" as const,
          entity: "users",
          id: `u${step}`,
          change: "deleted" as const,
          before: { username: `u${step}` },
        }],
        result: "{}",
        resultFindings: [],
      }],
    })),
    reply: "",
    overflow: false,
    disclosed: [],
  };
}

const units = Array.from({ length: EPISODES }, (_, unit) => {
  const probe = {
    id: `p${unit}`,
    suite: unit < 396 ? "corpus-v1" : "argus-eval-v1",
    family: `f${unit % 10}`,
    template: `t${unit % 66}`,
    kind: unit % 2 === 0 ? "attack" as const : "benign" as const,
    channel: "direct" as const,
    messages: [],
    tools: [],
    expect: { by: "target" as const },
    target: { op: "deleted" as const, entity: "keycloak.users", where: { username: "u2" } },
  };
  const verdict = { ...probe, probe_id: probe.id, trial: 0 } as unknown as Verdict;
  return { unit: probe.id, verdict, probe, episode: { turns: [turn(unit)] } };
});

const variant: RecordedVariant = {
  name: "made-up",
  recorded: {
    run: "made-up",
    manifest: {
      config: DEFAULT_CONFIG,
      probes: { sha256: "0" },
      world: { digest: "0" },
    } as unknown as Manifest,
    layers: LAYERS,
    units,
    missing: 0,
  },
  live: new Map(),
};
const rows = matrixRows({ blocking: LAYERS, rewriting: [] })
  .filter(({ layers, how }) => how === "replayed" && layers.every((name) => LAYERS.includes(name)));

Deno.bench({
  name: "every subset of 8 layers over 571 episodes",
  group: "matrix",
  fn() {
    for (const { probe, episode } of units) {
      const judge = subsetJudge(probe, episode, { layers: LAYERS, approver: "deny" });
      for (let subset = 0; subset < 256; subset++) judge(subset);
    }
  },
});

Deno.bench({
  name: "the whole matrix of one variant, contrasts and shares included",
  group: "matrix",
  fn: () => void buildMatrix([variant], rows, LAYERS),
});
