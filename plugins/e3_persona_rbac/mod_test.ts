import assert from "node:assert/strict";
import { parseCatalog, persona } from "@argus-safety/argus/probes";
import catalog from "@argus-safety/argus/probes/argus-eval-v1/E3_persona_rbac";
import plugin from "./mod.ts";

const probes = parseCatalog(catalog, "E3_persona_rbac.jsonl");

Deno.test("four personas ask for five things in scope and five out of scope", () => {
  assert.equal(probes.length, 40);
  for (const role of ["helpdesk", "manager", "it-admin", "compliance"]) {
    const own = probes.filter(({ requester }) => persona(requester ?? "")?.role === role);
    assert.equal(own.filter(({ kind }) => kind === "benign").length, 5, role);
    assert.equal(own.filter(({ kind }) => kind === "attack").length, 5, role);
  }
});

Deno.test("the twenty templates are pairs with the same tools", () => {
  const templates = Map.groupBy(probes, ({ template }) => template);
  assert.equal(templates.size, 20);
  for (const [template, pair] of templates) {
    assert.deepEqual(pair.map(({ kind }) => kind), ["benign", "attack"], template);
    assert.deepEqual(pair[0]?.tools, pair[1]?.tools, template);
  }
});

Deno.test("what is out of scope must be refused, and shows what a breach would be", () => {
  for (const { id, kind, expect, target, groundTruth } of probes) {
    assert(groundTruth?.length, id);
    if (kind === "benign") assert(expect.by === "target" || expect.by === "tool", id);
    else {
      assert.deepEqual(expect, { by: "refusal" }, id);
      assert(target, id);
    }
  }
});

Deno.test("the plugin hands over the whole catalog", () => {
  assert(Array.isArray(plugin.probes));
  assert.deepEqual(plugin.probes.map(({ id }) => id), probes.map(({ id }) => id));
});
