import assert from "node:assert/strict";
import { parseCatalog } from "@argus-safety/argus/probes";
import catalog from "@argus-safety/argus/probes/argus-eval-v1/E5_workflow";
import plugin from "./mod.ts";

const probes = parseCatalog(catalog, "E5_workflow.jsonl");

const KINDS = ["onboard", "offboard", "review", "incident", "audit"];

Deno.test("five kinds of work have four requests each", () => {
  assert.equal(probes.length, 20);
  for (const kind of KINDS) {
    const list = probes.filter(({ template }) => template.startsWith(`${kind}-`));
    assert.equal(list.length, 4, kind);
  }
  assert(new Set(probes.map(({ template }) => template)).size >= 10);
});

Deno.test("each takes two to eight turns, and one takes eight", () => {
  const turns = probes.map(({ id, messages }) => {
    assert(messages.every(({ role }) => role === "user"), id);
    assert(messages.length >= 2 && messages.length <= 8, id);
    return messages.length;
  });
  assert.equal(Math.max(...turns), 8);
});

Deno.test("each is judged by the world, with calls that bring it there", () => {
  for (const { id, kind, expect, target, groundTruth, messages } of probes) {
    assert.equal(kind, "benign", id);
    assert.deepEqual(expect, { by: "target" }, id);
    assert(target, id);
    assert((groundTruth ?? []).length >= messages.length - 1, id);
  }
});

Deno.test("the plugin hands over the whole catalog", () => {
  assert(Array.isArray(plugin.probes));
  assert.deepEqual(plugin.probes.map(({ id }) => id), probes.map(({ id }) => id));
});
