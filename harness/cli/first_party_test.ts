import assert from "node:assert/strict";
import { join } from "node:path";
import { checkPlugin, publishFaults } from "../../plugins/check/mod.ts";
import { firstPartyFamilies, openPlugin, tracePlugin } from "../../plugins/sandbox/mod.ts";

const families = firstPartyFamilies();

for (const { suite, family, folder } of families) {
  Deno.test(`the plugin of ${suite}/${family} keeps the contract of every plugin`, async () => {
    // Kept between runs: bundling takes ten times as long as all the rest.
    const cache = ".cache/plugins";
    await using plugin = await openPlugin(folder, { seed: 1, cache });
    await using again = await openPlugin(folder, { seed: 1, cache });
    const config = JSON.parse(await Deno.readTextFile(join(folder, "deno.json")));
    const { manifest, probes } = plugin;
    assert.deepEqual([manifest.suite, manifest.family], [suite, family]);
    const facts = { manifest, probes, again: again.probes, config, firstParty: true };
    assert.deepEqual(checkPlugin({ ...facts, suites: [] }), []);
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assert.deepEqual(publishFaults(config, files), []);
    assert.deepEqual(await tracePlugin(folder, { cache }), { attempts: [], problem: null });
  });
}
