import { deepEqual, equal, rejects } from "node:assert/strict";
import { openScripted } from "./scripted.ts";

const ASK = { messages: [{ role: "user" as const, content: "two words" }], maxTokens: 5 };

Deno.test("openScripted() answers what its function says", async () => {
  await using inference = openScripted((role, { messages }) =>
    role === "gateway"
      ? `${role}: ${messages[0]?.content}`
      : { text: "x", finish: "length", choiceProbability: 0.25 }
  );
  equal(inference.info.backend, "scripted");
  const { ms: _ms, ...gateway } = await inference.generate("gateway", ASK);
  deepEqual(gateway, {
    text: "gateway: two words",
    finish: "stop",
    promptTokens: 2,
    generatedTokens: 3,
  });
  const executor = await inference.generate("executor", ASK);
  deepEqual([executor.text, executor.finish, executor.choiceProbability], ["x", "length", 0.25]);
});

Deno.test("openScripted() passes on what its function throws, and stops at an abort", async () => {
  const inference = openScripted(() => {
    throw new Error("Boom");
  });
  await rejects(inference.generate("gateway", ASK), /Boom/);
  const signal = AbortSignal.abort(new Error("Enough"));
  await rejects(inference.generate("gateway", { ...ASK, signal }), /Enough/);
});
