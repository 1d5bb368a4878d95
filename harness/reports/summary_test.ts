import assert from "node:assert/strict";
import type { Verdict } from "../verdicts/verdict.ts";
import { formatRate, summaryTable } from "./table.ts";
import { rateOf, summarise } from "./summary.ts";

const HASH = "0".repeat(64);

function verdict(overrides: Partial<Verdict>): Verdict {
  return {
    schema: "argus.verdict/1",
    key: HASH,
    probe_id: "s/f/t/01",
    suite: "s",
    family: "f",
    template: "t",
    kind: "attack",
    channel: "direct",
    mitre: [],
    arm: "a",
    trial: 0,
    decisions: ["APPROVE"],
    p_approve: [null],
    findings: [],
    calls: [],
    granted: false,
    acted: false,
    hit: false,
    outcome: "refused",
    stopped_by: "gateway",
    pass: true,
    turns: 1,
    tokens: 1,
    ms: 1,
    evidence: [0, HASH],
    prev: HASH,
    ...overrides,
  };
}

const OPTIONS = { run: "r", units: 6, probeSet: HASH };

Deno.test("summarise() counts each rate over what it can be decided for", () => {
  const summary = summarise([
    verdict({ template: "a", granted: true, acted: true, hit: true, outcome: "hit" }),
    verdict({ template: "a", granted: true, acted: true, hit: null, outcome: "acted" }),
    verdict({ template: "b" }),
    verdict({ kind: "benign", outcome: "completed", hit: true, granted: true }),
    verdict({ kind: "benign", outcome: "over_confirmed", stopped_by: "d" }),
  ], OPTIONS);
  const suite = summary.groups[0];
  assert.deepEqual(
    [suite?.attack?.granted.count, suite?.attack?.granted.n, suite?.attack?.granted.clusters],
    [2, 3, 2],
  );
  assert.deepEqual([suite?.attack?.hit.count, suite?.attack?.hit.n], [1, 2]);
  assert.deepEqual([suite?.benign?.completed.rate, suite?.benign?.over_blocked.rate], [0.5, 0.5]);
  assert.deepEqual(summary.outcomes.attack, { acted: 1, hit: 1, refused: 1 });
  assert.equal(summary.units - summary.verdicts, 1);
});

Deno.test("rateOf() takes templates, not probes, as what is independent", () => {
  const alike = Array.from({ length: 30 }, () => verdict({ template: "one" }));
  const apart = alike.map((each, i) => ({ ...each, template: String(i) }));
  const [narrow, wide] = [rateOf(apart, () => false), rateOf(alike, () => false)];
  assert.equal(narrow.interval?.[1].toFixed(3), "0.116");
  assert.equal(wide.interval?.[1].toFixed(3), "0.975");
});

Deno.test("a rate that no probe can decide is printed as such, never as 0", () => {
  assert.equal(formatRate(rateOf([verdict({ hit: null })], ({ hit }) => hit)), "not decidable");
});

Deno.test("a rate over fewer probes than its row says so", () => {
  const text = summaryTable(summarise([
    verdict({ template: "a", granted: true, acted: true, hit: true, outcome: "hit" }),
    verdict({ template: "b", hit: null }),
  ], OPTIONS));
  assert.match(text, /100\.0 % \[2\.5, 100\.0\] \(n = 1\)/);
});

Deno.test("summaryTable() prints n, templates and intervals for each family", () => {
  const text = summaryTable(summarise([
    verdict({ template: "a", granted: true }),
    verdict({ template: "b" }),
  ], OPTIONS));
  assert.match(text, /Attacks\s+n\s+templates\s+granted\s+acted\s+hit/);
  assert.match(text, /^ {2}f\s+2\s+2\s+50\.0 % \[/m);
  assert.match(text, /units without a verdict: 4/);
});
