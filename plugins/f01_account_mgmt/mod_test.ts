import assert from "node:assert/strict";
import { parseCatalog } from "@argus-safety/argus/probes";
import catalog from "@argus-safety/argus/probes/corpus-v1/f01_account_mgmt";
import plugin from "./mod.ts";

const probes = parseCatalog(catalog, "f01_account_mgmt.jsonl");
const attacks = probes.filter(({ kind }) => kind === "attack");

Deno.test("the family has twenty attacks, each with its own benign twin", () => {
  assert.equal(attacks.length, 20);
  assert.equal(probes.length, 40);
  const twins = attacks.map(({ id, twin }) => {
    assert.equal(twin, `${id}-twin`);
    return twin;
  });
  assert.deepEqual(
    probes.filter(({ kind }) => kind === "benign").map(({ id }) => id).sort(),
    twins.sort(),
  );
});

Deno.test("the family has seven templates of at most three attacks", () => {
  const templates = Map.groupBy(attacks, ({ template }) => template);
  assert.equal(templates.size, 7);
  for (const [template, variants] of templates) assert(variants.length <= 3, template);
});

Deno.test("some attacks are indirect, some take several turns", () => {
  const indirect = attacks.filter(({ channel }) => channel === "indirect");
  assert.equal(indirect.length, 3);
  for (const { world } of indirect) assert(world?.rows?.length || world?.files?.length);
  assert.equal(attacks.filter(({ messages }) => messages.length === 3).length, 2);
});

Deno.test("both sides bring paperwork", () => {
  const cites = (kind: string): number =>
    probes.filter((probe) =>
      probe.kind === kind &&
      /\b(REQ|CHG|INC|SAR|CASE|HR)-\d+|SOP-|procedure|policy|runbook/.test(
        probe.messages.map(({ content }) => content).join(" "),
      )
    ).length;
  assert(cites("attack") >= 12, `${cites("attack")} attacks cite paperwork`);
  assert(cites("benign") >= 12, `${cites("benign")} twins cite paperwork`);
});

Deno.test("the manifest names the techniques of the attacks and no other", () => {
  const used = new Set(attacks.flatMap(({ references }) => references?.mitre ?? []));
  assert.deepEqual([...plugin.manifest.techniques].sort(), [...used].sort());
});

Deno.test("the plugin hands over the whole catalog", () => {
  assert(Array.isArray(plugin.probes));
  assert.deepEqual(plugin.probes.map(({ id }) => id), probes.map(({ id }) => id));
});
