import assert from "node:assert/strict";
import { chain } from "../chain.ts";
import { openContext } from "../context.ts";
import type { Stage, Subjects } from "../defense.ts";
import { alwaysBlock } from "./always_block.ts";

const call = { name: "kc_list_realms", arguments: {} };
const SUBJECTS: Subjects = {
  request: { messages: [{ role: "user", content: "List the realms" }] },
  intent: { intent: "List the realms" },
  call: { call },
  commit: { call, diff: [] },
  result: { call, content: "[]" },
};

for (const stage of Object.keys(SUBJECTS) as Stage[]) {
  Deno.test(`alwaysBlock() blocks at the stage "${stage}"`, async () => {
    const context = openContext({ lookup: { principal: () => Promise.resolve(undefined) } });
    const review = await chain([alwaysBlock({ stage })]).review(stage, SUBJECTS[stage], context);
    assert.equal(review.verdict, "block");
  });
}

Deno.test("alwaysBlock() stands at the intent unless told otherwise", () => {
  assert.equal(alwaysBlock().stage, "intent");
});
