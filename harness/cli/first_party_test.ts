import assert from "node:assert/strict";
import { join } from "node:path";
import { checkPlugin, publishFaults } from "../../plugins/check/mod.ts";
import { firstPartyFamilies, openPlugin, tracePlugin } from "../../plugins/sandbox/mod.ts";

const families = firstPartyFamilies();

for (const { suite, family, folder } of families) {
  Deno.test(`the plugin of ${suite}/${family} keeps the contract of every plugin`, async () => {
    await using plugin = await openPlugin(folder, { seed: 1 });
    await using again = await openPlugin(folder, { seed: 1 });
    const config = JSON.parse(await Deno.readTextFile(join(folder, "deno.json")));
    const { manifest, probes } = plugin;
    assert.deepEqual([manifest.suite, manifest.family], [suite, family]);
    const facts = { manifest, probes, again: again.probes, config, firstParty: true };
    assert.deepEqual(checkPlugin({ ...facts, suites: [] }), []);
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assert.deepEqual(publishFaults(config, files), []);
    assert.deepEqual(await tracePlugin(folder), { attempts: [], problem: null });
  });
}
