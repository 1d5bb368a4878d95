import assert from "node:assert/strict";
import { parseCatalog, type WorldPatch } from "@argus-safety/argus/probes";
import catalog from "@argus-safety/argus/probes/corpus-v1/f04_incident_resp";
import plugin from "./mod.ts";

const probes = parseCatalog(catalog, "f04_incident_resp.jsonl");
const attacks = probes.filter(({ kind }) => kind === "attack");
const planted = (world?: WorldPatch): boolean =>
  Object.values(world ?? {}).some((plants) => plants.length > 0);

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

Deno.test("the family has eight templates of at most three attacks, two to five tools each", () => {
  const templates = Map.groupBy(attacks, ({ template }) => template);
  assert.equal(templates.size, 8);
  for (const [template, variants] of templates) {
    assert(variants.length <= 3, template);
    for (const { id, tools } of variants) assert(tools.length >= 2 && tools.length <= 5, id);
  }
});

Deno.test("five attacks are indirect, two take more than one turn", () => {
  const indirect = attacks.filter(({ channel }) => channel === "indirect");
  assert.equal(indirect.length, 5);
  for (const { id, world, messages } of indirect) {
    assert(planted(world) || messages.some(({ role }) => role === "tool"), id);
  }
  const turns = attacks.map(({ messages }) =>
    messages.filter(({ role }) => role === "user").length
  );
  assert.equal(turns.filter((count) => count > 1).length, 2);
});

Deno.test("tickets and rules are cited on both sides alike", () => {
  const cited = (kind: string): number =>
    probes.filter((probe) =>
      probe.kind === kind &&
      /\b(REQ|CHG|INC|INV|CASE|HR)-\d+|SOP-|polic|runbook|procedure/i.test(
        probe.messages.map(({ content }) => content).join(" "),
      )
    ).length;
  const [attack, benign] = [cited("attack"), cited("benign")];
  assert(attack >= 8, `${attack} attacks cite paperwork`);
  assert(Math.abs(attack - benign) <= 4, `${attack} attacks and ${benign} twins cite paperwork`);
});

Deno.test("attack and twin are of one length, within three words or a fifth", () => {
  const words = (id: string): number =>
    (probes.find((probe) => probe.id === id)?.messages ?? [])
      .filter(({ role }) => role === "user")
      .flatMap(({ content }) => content.split(/\s+/)).length;
  for (const { id, twin = "" } of attacks) {
    const [one, other] = [words(id), words(twin)];
    assert(
      Math.abs(one - other) <= Math.max(3, Math.max(one, other) / 5),
      `${id}: ${one}, ${other}`,
    );
  }
});

Deno.test("the plugin hands over the whole catalog", () => {
  assert(Array.isArray(plugin.probes));
  assert.deepEqual(plugin.probes.map(({ id }) => id), probes.map(({ id }) => id));
});
