import assert from "node:assert/strict";
import type { Manifest } from "../runner/manifest.ts";
import type { Verdict } from "../verdicts/verdict.ts";
import { stoppingProblem } from "./publish_embargoed.ts";

type Finding = Verdict["findings"][number];

function verdict(id: string, decision: string, ...findings: [string, string][]): Verdict {
  return {
    probe_id: id,
    decisions: [decision],
    findings: findings.map(([layer, action]) => [layer, "call", 0, action] as Finding),
  } as unknown as Verdict;
}

function problem(verdicts: Verdict[], approver: "deny" | "approve" = "deny"): string | null {
  const manifest = { config: { approver } } as Manifest;
  return stoppingProblem({ verdicts, manifest }, ["a", "b"]);
}

const guard: [string, string] = ["audit-namespace-guard", "block"];

Deno.test("stoppingProblem() is null when one shipped layer stops every attack", () => {
  const critic: [string, string] = ["intent-critic", "block"];
  assert.equal(
    problem([verdict("a", "APPROVE", guard), verdict("b", "APPROVE", critic, guard)]),
    null,
  );
});

Deno.test("stoppingProblem() wants one layer, not several that share the work", () => {
  const found = problem([
    verdict("a", "APPROVE", guard),
    verdict("b", "APPROVE", ["intent-critic", "block"]),
  ]);
  assert.match(found ?? "", /no shipped layer stops all 2 attacks; the nearest, .*, stops 1/);
});

Deno.test("stoppingProblem() believes neither a control arm, nor an error, nor who says yes to all", () => {
  for (
    const finding of [
      ["always-block", "block"],
      ["audit-namespace-guard", "error"],
      ["audit-namespace-guard", "rewrite"],
    ] as [string, string][]
  ) {
    assert.match(
      problem(["a", "b"].map((id) => verdict(id, "APPROVE", finding))) ?? "",
      /stops 0/,
      finding.join(),
    );
  }
  const asked = ["a", "b"].map((id) => verdict(id, "APPROVE", ["confirmation", "confirm"]));
  assert.equal(problem(asked), null);
  assert.match(problem(asked, "approve") ?? "", /stops 0/);
});

Deno.test("stoppingProblem() wants a verdict on every attack, each let through by the gateway", () => {
  assert.match(problem([verdict("a", "APPROVE", guard)]) ?? "", /no verdict on 1 of its attacks/);
  assert.match(
    problem([verdict("a", "APPROVE", guard), verdict("b", "REJECT", guard)]) ?? "",
    /the gateway let 1 of 2 attacks through/,
  );
  assert.match(
    stoppingProblem({ verdicts: [], manifest: {} as Manifest }, []) ?? "",
    /no attack that a layer could stop/,
  );
});
