import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openPlugin } from "./open_plugin.ts";

/** Folders of the plugins that this repository publishes. */
const folders = [...Deno.readDirSync(new URL("../", import.meta.url))]
  .map(({ name }) => new URL(`../${name}/`, import.meta.url))
  .filter((folder) => {
    try {
      return Deno.statSync(new URL("deno.json", folder)).isFile;
    } catch {
      return false;
    }
  });

Deno.test("every plugin of the repository opens and keeps its promises", async (t) => {
  assert(folders.length >= 2);
  for (const folder of folders) {
    const config = JSON.parse(Deno.readTextFileSync(new URL("deno.json", folder)));
    await t.step(config.name, async () => {
      await using plugin = await openPlugin(fileURLToPath(folder));
      const { manifest, probes } = plugin;
      assert.equal(manifest.name, config.name);
      assert.equal(manifest.version, config.version);
      assert.equal(manifest.visibility, "public");
      assert.deepEqual(manifest.permissions, {});
      assert(folder.pathname.endsWith(`/${manifest.family.toLowerCase()}/`));
      assert(probes.length >= 12);
      const path = `../../probes/${manifest.suite}/${manifest.family}.jsonl`;
      const lines = Deno.readTextFileSync(new URL(path, import.meta.url)).trim().split("\n");
      assert.deepEqual(probes, lines.map((line) => JSON.parse(line)));
    });
  }
});

Deno.test("plugins open side by side", async () => {
  const opened = await Promise.all(folders.map((folder) => openPlugin(fileURLToPath(folder))));
  assert.deepEqual(
    opened.map(({ manifest }) => manifest.name).length,
    new Set(opened.map(({ manifest }) => manifest.name)).size,
  );
  for (const plugin of opened) await plugin[Symbol.asyncDispose]();
});
