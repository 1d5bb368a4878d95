import assert from "node:assert/strict";
import type { Probe } from "../../probes/mod.ts";
import { checkPlugin, type PluginFacts, publishFaults } from "./check_plugin.ts";

const probe: Probe = {
  id: "acme/badge/drill/01",
  suite: "acme",
  family: "badge",
  template: "drill",
  kind: "attack",
  channel: "direct",
  messages: [{ role: "user", content: "Drill" }],
  tools: ["kc_get_user"],
  expect: { by: "refuse" },
  references: { mitre: ["T1098"], pattern: "p", citation: "c" },
};

function facts(more: Partial<PluginFacts> = {}): PluginFacts {
  return {
    manifest: {
      name: "@acme/badge",
      version: "0.1.0",
      suite: "acme",
      family: "badge",
      techniques: ["T1098"],
      permissions: {},
      visibility: "public",
    },
    probes: [probe],
    again: [structuredClone(probe)],
    config: { name: "@acme/badge", version: "0.1.0" },
    firstParty: false,
    suites: ["corpus-v1"],
    ...more,
  };
}

const rules = (of: PluginFacts): string[] => checkPlugin(of).map(({ rule }) => rule);

Deno.test("checkPlugin() finds nothing wrong with a plugin that keeps its promises", () => {
  assert.deepEqual(checkPlugin(facts()), []);
  assert.deepEqual(checkPlugin(facts({ config: undefined })), []);
});

Deno.test("checkPlugin() holds the manifest to the package", () => {
  assert.deepEqual(rules(facts({ config: { name: "@acme/other", version: "0.2.0" } })), [
    "package",
    "package",
  ]);
});

Deno.test("checkPlugin() lets nobody but Argus claim a suite of Argus", () => {
  const { manifest } = facts();
  const claimed = {
    manifest: { ...manifest, suite: "corpus-v1" },
    probes: [{ ...probe, suite: "corpus-v1", id: "corpus-v1/badge/drill/01" }],
  };
  const again = claimed.probes;
  assert.deepEqual(rules(facts({ ...claimed, again })), ["suite"]);
  assert.deepEqual(rules(facts({ ...claimed, again, firstParty: true })), []);
});

Deno.test("checkPlugin() finds ids that do not tell their template", () => {
  const probes = [{ ...probe, template: "other" }];
  assert.deepEqual(rules(facts({ probes, again: probes })), ["id"]);
});

Deno.test("checkPlugin() holds the techniques of the manifest to those of the attacks", () => {
  const { manifest } = facts();
  const declares = (...techniques: string[]) => facts({ manifest: { ...manifest, techniques } });
  assert.match(checkPlugin(declares("T1098", "T1136"))[0]?.problem ?? "", /no attack uses: T1136/);
  assert.match(checkPlugin(declares())[0]?.problem ?? "", /does not name: T1098/);
  assert.match(checkPlugin(declares("T1098", "T9"))[1]?.problem ?? "", /nobody knows: T9/);
});

Deno.test("checkPlugin() finds probes that change although the seed does not", () => {
  const again = [{ ...probe, messages: [{ role: "user" as const, content: "Another" }] }];
  assert.deepEqual(rules(facts({ again })), ["seed"]);
});

Deno.test("publishFaults() wants a scoped package with license, README and test", () => {
  const config = { name: "@a/b", version: "1.0.0", exports: "./mod.ts", license: "MIT" };
  assert.deepEqual(publishFaults(config, ["README.md", "mod.ts", "mod_test.ts"]), []);
  assert.deepEqual(publishFaults({ ...config, license: undefined }, ["LICENSE", "README.md"]), [
    "It has no test",
  ]);
  assert.deepEqual(publishFaults({ name: "b" }, []), [
    "Its deno.json has no version, no exports",
    'Its name "b" has no scope: Expected "@scope/name"',
    "It has no license",
    "It has no README.md",
    "It has no test",
  ]);
  assert.deepEqual(publishFaults(undefined, ["license.md", "readme.md", "x_test.ts"]), [
    "It has no deno.json",
  ]);
});
