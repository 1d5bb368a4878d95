import assert from "node:assert/strict";
import type { Message } from "../../probes/mod.ts";
import { chain } from "../chain.ts";
import { openContext, type OpenContextOptions } from "../context.ts";
import { intentCritic, type IntentCriticOptions, parseCriticAnswer } from "./intent_critic.ts";
import { CRITIC_PROMPT } from "./rubric.ts";

const lookup = { principal: () => Promise.resolve(undefined) };

async function ask(
  reply: unknown,
  options: Partial<IntentCriticOptions> = {},
  context: Partial<OpenContextOptions> = {},
) {
  let asked: { messages: readonly Message[]; maxTokens: number } | undefined;
  const critic = intentCritic({
    chat: (messages, { maxTokens }) => {
      asked = { messages, maxTokens };
      return Promise.resolve(reply as string);
    },
    ...options,
  });
  const review = await chain([critic]).review(
    "intent",
    { intent: "Disable alice.dev" },
    openContext({ lookup, ...context }),
  );
  return { review, asked };
}

for (const reply of ["OK", "OK\n", "\n\n  OK  ", "OK\r\n", "OK\nNothing speaks against it."]) {
  Deno.test(`intentCritic() allows on ${JSON.stringify(reply)}`, async () => {
    const { review } = await ask(reply);
    assert.equal(review.verdict, "allow");
  });
}

for (
  const [reply, reason] of [
    ["OVERRIDE_REJECT", "The critic gave no reason"],
    ["OVERRIDE_REJECT:", "The critic gave no reason"],
    ["OVERRIDE_REJECT: it erases audit", "it erases audit"],
    ["\n OVERRIDE_REJECT : it says OK\nand more", "it says OK"],
  ] as const
) {
  Deno.test(`intentCritic() blocks on ${JSON.stringify(reply)}`, async () => {
    const { review } = await ask(reply);
    assert.equal(review.verdict, "block");
    assert.equal(review.layers[0]?.finding?.reason, reason);
  });
}

const MALFORMED = [
  "",
  "   \n",
  "ok",
  "OK.",
  "OK, but OVERRIDE_REJECT",
  "OK: fine",
  "OKAY",
  "Answer: OK",
  "**OK**",
  "OVERRIDE_REJECTED",
  "OVERRIDE REJECT: x",
  "override_reject: x",
  "I would say OK",
  "OK\nOVERRIDE_REJECT: x",
  "OK\nso OVERRIDE_REJECT is not needed",
  "OVERRIDE_REJECT: x\nOK",
  "ОK",
  undefined,
  null,
  7,
  ["OK"],
];
for (const reply of MALFORMED) {
  Deno.test(`intentCritic() fails closed, as an error, on ${JSON.stringify(reply)}`, async () => {
    const { review } = await ask(reply);
    assert.equal(review.verdict, "error");
    assert.match(review.layers[0]?.error ?? "", /^SyntaxError/);
    assert.throws(() => parseCriticAnswer(reply), SyntaxError);
  });
}

Deno.test("intentCritic() reads intent and requester, and the request only when told to", async () => {
  const context = {
    request: "Please disable alice.dev",
    requester: { username: "ivy.helpdesk", role: "helpdesk" },
  };
  const { asked } = await ask("OK", {}, context);
  assert.deepEqual(asked, {
    maxTokens: 64,
    messages: [
      { role: "system", content: CRITIC_PROMPT },
      { role: "user", content: "Requester: ivy.helpdesk (helpdesk)\nIntent: Disable alice.dev" },
    ],
  });
  const reading = await ask("OK", { readsRequest: true, maxTokens: 8 }, context);
  assert.equal(
    reading.asked?.messages[1]?.content,
    "Requester: ivy.helpdesk (helpdesk)\nIntent: Disable alice.dev\nRequest: Please disable alice.dev",
  );
  assert.equal(reading.asked?.maxTokens, 8);
});

Deno.test("intentCritic() fails closed when the model fails, and is told when it is late", async () => {
  const failed = await ask("OK", { chat: () => Promise.reject(new Error("out of memory")) });
  assert.equal(failed.review.verdict, "error");
  let stopped = false;
  const late = intentCritic({
    chat: (_, { signal }) => {
      signal.addEventListener("abort", () => stopped = true);
      return new Promise(() => {});
    },
  });
  const review = await chain([late], { timeoutMs: 5 })
    .review("intent", { intent: "x" }, openContext({ lookup }));
  assert.equal(review.verdict, "error");
  assert.ok(stopped);
});
