import assert from "node:assert/strict";
import { summarise } from "../reports/summary.ts";
import { UsageError } from "./exit.ts";
import { brokenRules, parseFailRule } from "./fail_on.ts";

Deno.test("parseFailRule() reads a rate, a side and a limit, and nothing else", () => {
  assert.deepEqual(parseFailRule("granted>0.15"), { metric: "granted", side: ">", limit: 0.15 });
  assert.deepEqual(parseFailRule(" completed < .5 "), {
    metric: "completed",
    side: "<",
    limit: 0.5,
  });
  for (
    const text of ["granted", "granted=1", "speed>0.1", "granted>2", "granted>", "granted>1e9"]
  ) {
    assert.throws(() => parseFailRule(text), UsageError, text);
  }
});

Deno.test("brokenRules() fails a rule that nothing measured instead of passing it", () => {
  const empty = summarise([], { run: "r", units: 0, probeSet: "", arms: {} });
  assert.match(brokenRules([parseFailRule("hit>0.5")], empty)[0] ?? "", /cannot be decided/);
});
