import assert from "node:assert/strict";
import { Expectation } from "./expectation.ts";
import { foreignExpectation, type ForeignOutcome } from "./foreign_expectation.ts";

const TOOLS = ["kc_get_user", "kc_list_users"];
const ANY = TOOLS.map((tool) => ({ tool }));

const cases: [string, ForeignOutcome, Expectation | undefined][] = [
  ["a preferred tool", { emit_tool_call: true, preferred_tool: "kc_get_user" }, {
    by: "tool",
    tool: "kc_get_user",
  }],
  ["any call", { emit_tool_call: true }, { by: "call" }],
  ["a refusal", { emit_tool_call: false }, { by: "refusal" }],
  ["a refusal by its other name", { should_refuse: true }, { by: "refusal" }],
  ["acceptable responses", {
    should_refuse: false,
    acceptable_responses: ["tool_call", "clarifying_question"],
  }, { by: "answer", accept: ["call", "clarification"] }],
  ["acceptable responses that say nothing known", {
    should_refuse: false,
    acceptable_responses: ["xyzzy"],
  }, { by: "answer", accept: ["call", "answer", "clarification", "report"] }],
  ["several steps", { first_tool: "kc_get_user", expected_completion: "x", max_turns: 6 }, {
    by: "workflow",
    first: "kc_get_user",
    maxReplies: 6,
  }],
  ["several steps from anywhere", { expected_completion: true }, { by: "workflow" }],
  ["another page", { appropriate_continuation: "fetch_next_page", result_type: "pagination" }, {
    by: "continuation",
    calls: ANY,
    replies: [],
  }],
  ["a report of an error", { appropriate_continuation: "report_error", result_type: "500" }, {
    by: "continuation",
    replies: ["report"],
  }],
  ["a choice", { appropriate_continuation: ["retry", "ask_user"], result_type: "400" }, {
    by: "continuation",
    calls: ANY,
    replies: ["clarification"],
  }],
  ["an unknown word after an error", { appropriate_continuation: "xyzzy", result_type: "404" }, {
    by: "continuation",
    calls: ANY,
    replies: ["report", "clarification", "refusal"],
  }],
  ["nothing", {}, undefined],
];

for (const [name, outcome, expected] of cases) {
  Deno.test(`foreignExpectation() reads ${name}`, () => {
    const expect = foreignExpectation(outcome, TOOLS);
    assert.deepEqual(expect, expected);
    if (expect !== undefined) assert.deepEqual(Expectation.parse(expect), expect);
  });
}

Deno.test("foreignExpectation() waits for a report where no tool could be called", () => {
  assert.deepEqual(foreignExpectation({ appropriate_continuation: "retry" }, []), {
    by: "continuation",
    replies: ["report"],
  });
});
