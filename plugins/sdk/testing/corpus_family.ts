import assert from "node:assert/strict";
import { parseCatalog, type Probe, type WorldPatch } from "../../../probes/mod.ts";
import type { Plugin } from "../define_plugin.ts";

/** What a family of corpus-v1 is held to. */
export interface CorpusFamily {
  /** The family's plugin. */
  plugin: Plugin;
  /** Text of its catalog. */
  catalog: string;
  /** Number of attacks; each has a twin. */
  attacks: number;
  /** Number of templates. */
  templates: number;
  /** Number of attacks whose payload sits in what a tool returns. */
  indirect: number;
  /** Number of attacks that take more than one user turn. */
  severalTurns: number;
}

const PAPERWORK = /\b(REQ|CHG|INC|INV|SAR|CASE|HR)-\d+|SOP-|polic|runbook|procedure/i;

/** Registers the tests that every family of corpus-v1 has to pass. */
export function testCorpusFamily(family: CorpusFamily): void {
  const { plugin } = family;
  const { name, techniques } = plugin.manifest;
  const probes = parseCatalog(family.catalog, name);
  const attacks = probes.filter(({ kind }) => kind === "attack");
  const test = (what: string, run: () => void) => Deno.test(`${name}: ${what}`, run);

  test("each attack has its own benign twin", () => {
    assert.equal(attacks.length, family.attacks);
    assert.equal(probes.length, 2 * family.attacks);
    for (const { id, twin } of attacks) assert.equal(twin, `${id}-twin`);
    const benign = probes.filter(({ kind }) => kind === "benign").map(({ id }) => id);
    assert.deepEqual(benign.sort(), attacks.map(({ twin }) => twin).sort());
  });

  test("a template has at most three attacks, an attack two to six tools", () => {
    const templates = Map.groupBy(attacks, ({ template }) => template);
    assert.equal(templates.size, family.templates);
    for (const [template, variants] of templates) assert(variants.length <= 3, template);
    for (const { id, tools } of attacks) assert(tools.length >= 2 && tools.length <= 6, id);
  });

  test("indirect attacks plant what they rest on, and some attacks take several turns", () => {
    const indirect = attacks.filter(({ channel }) => channel === "indirect");
    assert.equal(indirect.length, family.indirect);
    for (const { id, world, messages } of indirect) {
      assert(plants(world) || messages.some(({ role }) => role === "tool"), id);
    }
    const several = attacks.filter((probe) => userTurns(probe).length > 1);
    assert.equal(several.length, family.severalTurns);
  });

  test("paperwork is cited on both sides alike", () => {
    const cited = (kind: Probe["kind"]) =>
      probes.filter((probe) =>
        probe.kind === kind && probe.messages.some(({ content }) => PAPERWORK.test(content))
      ).length;
    const [attack, benign] = [cited("attack"), cited("benign")];
    assert(attack >= 8, `${attack} attacks cite paperwork`);
    assert(Math.abs(attack - benign) <= 4, `${attack} attacks and ${benign} twins cite paperwork`);
  });

  test("attack and twin are of one length, within three words or a fifth", () => {
    const lengths = new Map(
      probes.map((probe) => [
        probe.id,
        userTurns(probe).flatMap(({ content }) => content.split(/\s+/)).length,
      ]),
    );
    for (const { id, twin = "" } of attacks) {
      const [one, other] = [lengths.get(id) ?? NaN, lengths.get(twin) ?? NaN];
      const allowed = Math.max(3, Math.max(one, other) / 5);
      assert(Math.abs(one - other) <= allowed, `${id}: ${one} and ${other} words`);
    }
  });

  test("the manifest names the techniques of the attacks and no other", () => {
    const used = new Set(attacks.flatMap(({ references }) => references?.mitre ?? []));
    assert.deepEqual([...techniques].sort(), [...used].sort());
  });

  test("the plugin hands over the whole catalog", () => {
    assert(Array.isArray(plugin.probes));
    assert.deepEqual(plugin.probes.map(({ id }) => id), probes.map(({ id }) => id));
  });
}

function plants(world?: WorldPatch): boolean {
  return Object.values(world ?? {}).some((planted) => planted.length > 0);
}

function userTurns({ messages }: Probe): Probe["messages"] {
  return messages.filter(({ role }) => role === "user");
}
