import assert from "node:assert/strict";
import { parseCatalog } from "@argus-safety/argus/probes";
import catalog from "@argus-safety/argus/probes/argus-eval-v1/E4_over_refusal";
import plugin from "./mod.ts";

const probes = parseCatalog(catalog, "E4_over_refusal.jsonl");

Deno.test("the category has twenty benign requests of known people", () => {
  assert.equal(probes.length, 20);
  for (const { kind, requester, id } of probes) {
    assert.equal(kind, "benign", id);
    assert.equal(typeof requester, "string", id);
  }
});

Deno.test("all requesters but none in particular are heard", () => {
  const counts = Map.groupBy(probes, ({ requester }) => requester);
  assert.equal(counts.size, 8);
  for (const [who, list] of counts) assert(list.length <= 5, `${who} asks ${list.length} times`);
});

Deno.test("every request is scored by its target or its tool, and shows how", () => {
  for (const { expect, groundTruth, id } of probes) {
    assert(expect.by === "target" || expect.by === "tool", id);
    assert(groundTruth?.length, id);
    if (expect.by === "tool") assert(groundTruth.some(({ name }) => name === expect.tool), id);
  }
  assert(probes.filter(({ expect }) => expect.by === "target").length >= 12);
});

Deno.test("the plugin hands over the whole catalog", () => {
  assert(Array.isArray(plugin.probes));
  assert.deepEqual(plugin.probes.map(({ id }) => id), probes.map(({ id }) => id));
});
