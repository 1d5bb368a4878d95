import assert from "node:assert/strict";
import { chain } from "../chain.ts";
import { openContext } from "../context.ts";
import { alwaysConfirm } from "./always_confirm.ts";

const call = { name: "kc_list_realms", arguments: {} };
const context = openContext({ lookup: { principal: () => Promise.resolve(undefined) } });

for (const [approver, verdict] of [["deny", "block"], ["approve", "allow"]] as const) {
  Deno.test(`alwaysConfirm() comes to "${verdict}" when the approver's answer is "${approver}"`, async () => {
    const review = await chain([alwaysConfirm()], { approver }).review("call", { call }, context);
    assert.equal(review.layers[0]?.finding?.action, "confirm");
    assert.equal(review.verdict, verdict);
  });
}

Deno.test("alwaysConfirm() stands where it is told to", async () => {
  const layer = alwaysConfirm({ stage: "commit" });
  const review = await chain([layer]).review("commit", { call, diff: [] }, context);
  assert.equal(review.verdict, "block");
});
