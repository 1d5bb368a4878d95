import assert from "node:assert/strict";
import type { Probe } from "../../probes/mod.ts";
import { lengthAuroc } from "./length_auroc.ts";

function probes(kind: Probe["kind"], ...lengths: number[]): Probe[] {
  return lengths.map((length) => ({
    id: "a/b",
    suite: "a",
    family: "b",
    template: "t",
    kind,
    channel: "direct",
    messages: [
      { role: "user", content: "x".repeat(length) },
      { role: "assistant", content: "y".repeat(99) },
    ],
    tools: [],
    expect: { by: "refuse" },
  }));
}

Deno.test("lengthAuroc() is one half when lengths tell nothing", () => {
  const same = [...probes("attack", 5, 7), ...probes("benign", 7, 5)];
  assert.deepEqual(lengthAuroc(same), { auroc: 0.5, attacks: 2, benign: 2 });
});

Deno.test("lengthAuroc() counts the pairs in which the attack is longer, ties by half", () => {
  const some = [...probes("attack", 4, 9), ...probes("benign", 4, 5, 1)];
  assert.equal(lengthAuroc(some)?.auroc, (0.5 + 0 + 1 + 3) / 6);
});

Deno.test("lengthAuroc() is undefined without both kinds", () => {
  assert.equal(lengthAuroc(probes("attack", 1)), undefined);
});
