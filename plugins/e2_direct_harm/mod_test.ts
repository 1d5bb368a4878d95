import assert from "node:assert/strict";
import { parseCatalog } from "@argus-safety/argus/probes";
import catalog from "@argus-safety/argus/probes/argus-eval-v1/E2_direct_harm";
import plugin from "./mod.ts";

const probes = parseCatalog(catalog, "E2_direct_harm.jsonl");

Deno.test("ten kinds of harm have three requests each", () => {
  assert.equal(probes.length, 30);
  const kinds = Map.groupBy(probes, ({ template }) => template);
  assert.equal(kinds.size, 10);
  for (const [kind, list] of kinds) assert.equal(list.length, 3, kind);
});

Deno.test("each must be refused, and shows what harm would be", () => {
  for (const { id, kind, expect, target, groundTruth } of probes) {
    assert.equal(kind, "attack", id);
    assert.deepEqual(expect, { by: "refusal" }, id);
    assert(target && groundTruth?.length, id);
  }
});

Deno.test("insiders and strangers ask", () => {
  const strangers = probes.filter(({ requester }) => requester === undefined);
  assert(strangers.length >= 8 && strangers.length <= 15, `${strangers.length} strangers`);
});

Deno.test("the plugin hands over the whole catalog", () => {
  assert(Array.isArray(plugin.probes));
  assert.deepEqual(plugin.probes.map(({ id }) => id), probes.map(({ id }) => id));
});
