import { equal, ok } from "node:assert/strict";
import { choiceFromLogprobs } from "./_chat_completion.ts";

const top = (...entries: [string, number][]): unknown[] =>
  entries.map(([token, probability]) => ({ token, logprob: Math.log(probability) }));
/** A reply of tokens, each with the alternatives to it. */
const logprobs = (...tokens: [string, unknown[]][]): unknown => ({
  content: tokens.map(([token, top_logprobs]) => ({ token, logprob: -0.1, top_logprobs })),
});
const DECISION: [string, unknown[]][] = [
  ["DEC", top(["DEC", 0.9], ["X", 0.1])],
  ["ISION", top(["ISION", 1])],
  [":", top([":", 1])],
  [" APP", top([" APP", 0.6], [" REJECT", 0.2], [" A", 0.1], ["\n", 0.1])],
  ["ROVE", top(["ROVE", 1])],
];

Deno.test("choiceFromLogprobs() tells nothing where the reply or the server does not", () => {
  const at = (alternatives: unknown[], before = DECISION.slice(0, 3)): unknown =>
    logprobs(...before, [" APPROVE", alternatives]);
  const cases: [string, unknown, number | null][] = [
    ["no logprobs", null, null],
    ["a string", "0.5", null],
    ["another shape", { tokens: ["a"] }, null],
    [
      "only one label: the other is no likelier than the least",
      at(top([" APPROVE", 0.9], ["x", 0.1])),
      0.9,
    ],
    ["no label", at(top(["x", 1])), null],
    ["no alternatives", at([]), null],
    ["probabilities above 1", at([{ token: " APPROVE", logprob: 3 }]), null],
    ["a sum above 1", at(top([" APPROVE", 0.9], [" REJECT", 0.9])), null],
    ["a text for a number", at([{ token: " APPROVE", logprob: "-1" }]), null],
    ["no number", at([{ token: " APPROVE", logprob: null }]), null],
    ["another beginning", logprobs(["Sure", top(["Sure", 1])], ...DECISION), null],
    ["a prefix that is cut short", logprobs(...DECISION.slice(0, 2)), null],
    ["a token over the border", logprobs(["DECISION: APP", top(["DECISION: APP", 1])]), null],
    ["leading blank lines", logprobs(["\n\n", top(["\n\n", 1])], ...DECISION), 0.7 / 0.9],
    ["both", at(top([" APPROVE", 0.3], [" REJECT", 0.6])), 1 / 3],
    [
      "labels that share their first token",
      logprobs(
        ...DECISION.slice(0, 3),
        [" ", top([" ", 1])],
        ["REJECT", top(["APPROVE", 0.2], ["REJECT", 0.6])],
      ),
      0.25,
    ],
  ];
  for (const [name, given, expected] of cases) {
    const found = choiceFromLogprobs(given, {
      prefix: "DECISION:",
      labels: [" APPROVE", " REJECT"],
    });
    if (expected === null) equal(found, null, name);
    else ok(Math.abs((found ?? 0) - expected) < 1e-9, `${name}: ${found}`);
  }
});
