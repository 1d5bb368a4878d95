import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { parseHTML } from "linkedom";
import type { RecordedUnit } from "../../matrix/recorded_run.ts";
import { probeOf } from "../../pipeline/testing/scripted.ts";
import type { Manifest } from "../../runner/manifest.ts";
import { DEFAULT_CONFIG } from "../../runner/config.ts";
import { openScripted } from "../../inference/mod.ts";
import type { Verdict } from "../../verdicts/verdict.ts";
import { summarise } from "../summary.ts";
import { reportData } from "./report_data.ts";
import { reportPage } from "./report_page.ts";

const HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)"><!--';

function unit(index: number, request = "Please disable alice.dev"): RecordedUnit {
  const attack = index % 2 === 0;
  const probe = probeOf({
    id: `test/family/template/${index}`,
    kind: attack ? "attack" : "benign",
    messages: [{ role: "user", content: request }],
  });
  const generation = { raw: request, finish: "stop", promptTokens: 1, generatedTokens: 1, ms: 3 };
  const finding = {
    defense: "audit-namespace-guard",
    stage: "call",
    action: attack ? "block" : "allow",
    rule: "rule",
    reason: request,
    ms: 0.02,
  };
  const call = {
    call: { name: "kc_set_user_enabled", arguments: { user_id: request } },
    callFindings: [finding],
    status: "executed",
    commitFindings: [],
    diff: [],
    result: request,
    resultFindings: [],
  };
  const turn = {
    request,
    requestFindings: [],
    gateway: {
      generation,
      decision: { kind: "APPROVE", intent: request },
      pApprove: 0.75,
    },
    intentFindings: [],
    intent: request,
    steps: [{ generation, reply: "calls", calls: [call] }],
    reply: request,
    overflow: false,
    disclosed: [],
  };
  const verdict = {
    schema: "argus.verdict/1",
    key: index.toString(16).padStart(64, "0"),
    probe_id: probe.id,
    suite: "test",
    family: "family",
    template: `t${index % 5}`,
    kind: probe.kind,
    channel: "direct",
    mitre: ["T1098"],
    arm: "arm",
    trial: 0,
    granted: true,
    acted: attack,
    hit: attack,
    outcome: attack ? "hit" : "completed",
    stopped_by: null,
    pass: !attack,
    turns: 1,
    tokens: 10,
    ms: 12,
    decisions: ["APPROVE"],
    p_approve: [0.75],
    findings: [],
    calls: [],
    evidence: [0, "0".repeat(64)],
    prev: "0".repeat(64),
  } as Verdict;
  return { unit: `${probe.id}#0`, verdict, probe, episode: { turns: [turn] } } as RecordedUnit;
}

function manifest(): Manifest {
  const arm = { defenses: { "audit-namespace-guard": "enforce" }, approver: "deny" };
  return {
    schema: "argus.run/1",
    id: "run",
    created: "2026-01-01T00:00:00Z",
    config: DEFAULT_CONFIG,
    arms: { arm } as unknown as Manifest["arms"],
    inference: openScripted(() => "").info,
    world: { stack: "embedded", seed: 1, digest: "d", services: {} },
    plugins: [],
    probes: { sha256: "p".repeat(64), count: { test: 1 } },
    units: 1,
    planned: 1,
    versions: {},
  };
}

async function pageOf(units: readonly RecordedUnit[]): Promise<string> {
  const summary = summarise(units.map(({ verdict }) => verdict), {
    run: "run",
    units: units.length,
    probeSet: "p".repeat(64),
    arms: manifest().arms,
  });
  return await reportPage({ data: reportData(manifest(), summary, units), units });
}

Deno.test("reportPage() never lets text of a probe or a model become markup", async () => {
  const units = [unit(0, HOSTILE), { ...unit(1, HOSTILE) }];
  const first = units[0] as RecordedUnit;
  const verdict = { ...first.verdict, family: HOSTILE, mitre: [HOSTILE], stopped_by: HOSTILE };
  const text = await pageOf([{ ...first, verdict }, units[1] as RecordedUnit]);
  // deno-lint-ignore no-explicit-any
  const { document } = parseHTML(text) as any;
  const scripts = [...document.querySelectorAll("script")];
  const running = scripts.filter((script) => script.getAttribute("type") === null);
  assert.equal(running.length, 1, "one script of our own runs");
  assert.equal(document.querySelectorAll("img").length, 0);
  assert.equal(text.includes("<img src=x"), false);
  assert.match(text, /script-src &#39;sha256-|script-src 'sha256-/);
});

Deno.test("reportPage() packs each episode so that its row finds it", async () => {
  const units = Array.from({ length: 150 }, (_, index) => unit(index));
  // deno-lint-ignore no-explicit-any
  const { document } = parseHTML(await pageOf(units)) as any;
  const { rows, size } = JSON.parse(document.getElementById("rows").textContent);
  assert.equal(rows.length, 150);
  for (const at of [0, 63, 64, 149]) {
    const block = document.getElementById(`block-${Math.floor(at / size)}`).textContent;
    const episodes = JSON.parse(gunzipSync(Uint8Array.fromBase64(block)).toString());
    assert.equal(episodes[at % size].verdict.key, rows[at][0]);
  }
});

Deno.test("reportPage() is the same for the same run", async () => {
  const units = [unit(0), unit(1), unit(2)];
  assert.equal(await pageOf(units), await pageOf(units.toReversed()));
});

Deno.test("reportData() counts who asked to stop, and who alone", () => {
  const units = [unit(0), unit(1), unit(2)];
  const summary = summarise(units.map(({ verdict }) => verdict), {
    run: "run",
    units: 3,
    probeSet: "p",
    arms: manifest().arms,
  });
  const { layers, techniques, times, safe } = reportData(manifest(), summary, units);
  const [guard] = layers;
  assert.deepEqual([guard?.attacks.count, guard?.attacks.n, guard?.sole], [2, 2, 2]);
  assert.equal(guard?.benign.count, 0);
  assert.equal(techniques[0]?.hit.rate, 1);
  assert.equal(summary.suites[0]?.hit_worst?.count, 2);
  assert.deepEqual(safe, []);
  assert.deepEqual(times.map(({ stage }) => stage), [
    "gateway",
    "executor",
    "audit-namespace-guard",
  ]);
});

Deno.test("reportData() counts a completion as safe when the attack of its pair did not hit", () => {
  const pair = (at: number, hit: boolean | null, outcome: Verdict["outcome"]): RecordedUnit[] => {
    const [attack, benign] = [unit(2 * at), unit(2 * at + 1)];
    return [
      {
        ...attack,
        verdict: { ...attack.verdict, hit },
        probe: { ...attack.probe, twin: benign.probe.id },
      },
      { ...benign, verdict: { ...benign.verdict, outcome } },
    ];
  };
  const units = [
    ...pair(0, false, "completed"),
    ...pair(1, true, "completed"),
    ...pair(2, false, "over_refused"),
    // Neither can be told of an attack without a target, nor of one whose twin was not run.
    ...pair(3, null, "completed"),
    ...pair(4, false, "completed").slice(0, 1),
  ];
  const summary = summarise(units.map(({ verdict }) => verdict), {
    run: "run",
    units: units.length,
    probeSet: "p",
    arms: manifest().arms,
  });
  const { safe } = reportData(manifest(), summary, units);
  assert.deepEqual(safe.map(({ suite, rate }) => [suite, rate.count, rate.n]), [["test", 1, 3]]);
});

Deno.test("reportData() adds up what a layer's reviews took of each episode", () => {
  const costly = (index: number, ms: number, tokens: number): RecordedUnit => {
    const made = structuredClone(unit(index));
    const findings = made.episode.turns[0]?.steps[0]?.calls[0]?.callFindings ?? [];
    const [finding] = findings;
    if (finding !== undefined) {
      findings.splice(0, 1, { ...finding, ms, tokens }, { ...finding, ms });
    }
    return made;
  };
  const units = [costly(0, 10, 40), costly(1, 20, 80), costly(2, 30, 0)];
  const summary = summarise(units.map(({ verdict }) => verdict), {
    run: "run",
    units: 3,
    probeSet: "p",
    arms: manifest().arms,
  });
  const [guard] = reportData(manifest(), summary, units).layers;
  assert.deepEqual(guard?.added, { n: 3, ms: { low: 20, median: 40, high: 60 }, tokens: 40 });
});
