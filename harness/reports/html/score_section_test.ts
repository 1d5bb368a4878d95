import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { REPLY_ERRORS } from "../../replies/reply_errors.ts";
import type { SuiteScore } from "../suite_score.ts";
import { scoreSection } from "./score_section.ts";

const SCORE: SuiteScore = {
  suite: "foreign:<b>",
  met: 1,
  of: 6,
  undecided: 5,
  categories: [{
    family: "E1_tool_use",
    measure: "passed",
    score: { count: 45, n: 50, clusters: 47, rate: 0.9, interval: [0.78, 0.97] },
    threshold: 0.8,
    probes: [50, 50],
    status: "met",
    underpowered: true,
    redirected: null,
  }],
  reply_errors: REPLY_ERRORS,
};

Deno.test("scoreSection() shows each category with its threshold, and the suite's verdict", async () => {
  const text = `<!doctype html><html><body>${await scoreSection([SCORE])}</body></html>`;
  // deno-lint-ignore no-explicit-any
  const { document } = parseHTML(text) as any;
  const found = [...document.querySelectorAll("tbody td")] as { textContent: string }[];
  const cells = found.map(({ textContent }) => textContent);
  assert.deepEqual(cells, [
    "E1_tool_use",
    "50",
    "47",
    "90.0 % [78.0, 97.0]",
    "80 %",
    "met, underpowered",
  ]);
  assert.match(document.body.textContent, /1 of 6 categories met, 5 undecided/);
  assert.equal(document.querySelector("b"), null, "a name became markup");
});

Deno.test("scoreSection() is empty for a run without categories", () => {
  assert.equal(scoreSection([]), "");
});
