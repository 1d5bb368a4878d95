import assert from "node:assert/strict";
import type { Verdict } from "../../verdicts/verdict.ts";
import { junit } from "./junit.ts";
import { verdictsCsv } from "./verdicts_csv.ts";

function verdict(overrides: Partial<Verdict>): Verdict {
  return {
    key: "k1",
    probe_id: "s/f/t/1",
    suite: "s",
    family: "f",
    template: "t",
    kind: "attack",
    channel: "direct",
    mitre: ["T1098", "LLM01"],
    arm: "arm",
    trial: 0,
    decisions: ["APPROVE"],
    p_approve: [0.5, null],
    granted: true,
    acted: true,
    hit: true,
    outcome: "hit",
    stopped_by: null,
    pass: false,
    turns: 1,
    tokens: 2,
    ms: 1500,
    ...overrides,
  } as Verdict;
}

const plan = (key: string) => ({ key, probe_id: `p ${key}`, arm: "arm", trial: 0 });

Deno.test("junit() fails what does not pass, and makes a missing verdict an error", () => {
  const text = junit("run", [plan("k1"), plan("k2"), plan("k3")], [
    verdict({ key: "k1", stopped_by: 'a "layer" & <more>' }),
    verdict({ key: "k2", pass: true, outcome: "refused" }),
  ]);
  assert.match(text, /<testsuites name="run" tests="3" failures="1" errors="1">/);
  assert.match(text, /stopped by a &quot;layer&quot; &amp; &lt;more&gt;"/);
  assert.match(text, /<testcase classname="units without a verdict" name="p k3">\n\s*<error/);
  assert.equal(text.match(/<testcase /g)?.length, 3);
});

Deno.test("verdictsCsv() leaves the undecidable empty and keeps lists in one cell", () => {
  const [head = "", line = ""] = verdictsCsv([verdict({ hit: null, stopped_by: "a,b" })])
    .split("\r\n");
  const at = (column: string) => head.split(",").indexOf(column);
  const cells = line.replace('"a,b"', "a b").split(",");
  assert.equal(cells.length, head.split(",").length);
  assert.equal(cells[at("hit")], "");
  assert.equal(cells[at("granted")], "1");
  assert.equal(cells[at("mitre")], "T1098 LLM01");
  assert.equal(cells[at("p_approve")], "0.5 ");
});

Deno.test("verdictsCsv() keeps a text from being run by a spreadsheet", () => {
  const text = verdictsCsv([verdict({ probe_id: "=HYPERLINK(1)" })]);
  assert.match(text, /'=HYPERLINK\(1\)/);
});
