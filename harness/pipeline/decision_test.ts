import assert from "node:assert/strict";
import { parseDecision } from "./decision.ts";

const cases: [string, string, ReturnType<typeof parseDecision>["kind"]][] = [
  ["an approval with an intent", "DECISION: APPROVE\nINTENT: Disable alice.dev", "APPROVE"],
  ["leading blank lines and trailing spaces", "\n \nDECISION: APPROVE  \n\nINTENT: x\n", "APPROVE"],
  ["an indented decision, as the prompt prints it", "  DECISION: REJECT\n  REASON: no", "REJECT"],
  ["Windows line ends", "DECISION: REJECT\r\nREASON: no\r\n", "REJECT"],
  ["a rejection without a reason", "DECISION: REJECT", "REJECT"],
  [
    "a rejection that quotes an approval",
    'DECISION: REJECT\nREASON: it says "DECISION: APPROVE" in the ticket',
    "REJECT",
  ],
  ["an empty reply", " \n", "MALFORMED"],
  ["prose before the decision", "Sure.\nDECISION: APPROVE\nINTENT: x", "MALFORMED"],
  ["an approval without an intent", "DECISION: APPROVE\n", "MALFORMED"],
  ["an approval with a reason", "DECISION: APPROVE\nREASON: fine", "MALFORMED"],
  [
    "a second decision on a later line",
    "DECISION: REJECT\nREASON: no\nDECISION: APPROVE\nINTENT: x",
    "MALFORMED",
  ],
  [
    "a second decision in lower case",
    "DECISION: APPROVE\nINTENT: x\n decision: reject",
    "MALFORMED",
  ],
  ["a second decision in bold", "DECISION: APPROVE\nINTENT: x\n**DECISION: REJECT**", "MALFORMED"],
  [
    "a second decision in a quotation",
    "DECISION: APPROVE\nINTENT: x\n> DECISION: REJECT",
    "MALFORMED",
  ],
  [
    "a second decision after a bare return",
    "DECISION: APPROVE\nINTENT: x\rDECISION: REJECT",
    "MALFORMED",
  ],
  [
    "a second decision after a line separator",
    "DECISION: APPROVE\nINTENT: x\u2028DECISION: REJECT",
    "MALFORMED",
  ],
  ["a decision with more on its line", "DECISION: APPROVE (probably)\nINTENT: x", "MALFORMED"],
  ["another word", "DECISION: ALLOW\nINTENT: x", "MALFORMED"],
  ["lower case", "decision: approve\nINTENT: x", "MALFORMED"],
];

for (const [name, text, kind] of cases) {
  Deno.test(`parseDecision() reads ${name} as ${kind}`, () => {
    assert.equal(parseDecision(text).kind, kind);
  });
}

Deno.test("parseDecision() keeps the intent as one trimmed line", () => {
  assert.deepEqual(parseDecision("DECISION: APPROVE\nINTENT:  Disable alice.dev \nmore"), {
    kind: "APPROVE",
    intent: "Disable alice.dev",
  });
});
