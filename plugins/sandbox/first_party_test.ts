import assert from "node:assert/strict";
import { fileURLToPath, pathToFileURL } from "node:url";
import { firstPartyFamilies } from "./first_party.ts";
import { openPlugin } from "./open_plugin.ts";

const folders = firstPartyFamilies().map(({ folder }) => pathToFileURL(`${folder}/`));

Deno.test("firstPartyFamilies() finds every package and every catalog", () => {
  const root = new URL("../../", import.meta.url);
  const packages = [...Deno.readDirSync(new URL("plugins/", root))]
    .filter(({ name, isDirectory }) =>
      isDirectory &&
      [...Deno.readDirSync(new URL(`plugins/${name}/`, root))].some((at) => at.name === "deno.json")
    ).map(({ name }) => name).sort();
  const found = firstPartyFamilies();
  assert.deepEqual(found.map(({ family }) => family.toLowerCase()).sort(), packages);
  const catalogs = [...Deno.readDirSync(new URL("probes/", root))].filter((at) => at.isDirectory)
    .flatMap((suite) =>
      [...Deno.readDirSync(new URL(`probes/${suite.name}/`, root))]
        .filter(({ name }) => name.endsWith(".jsonl")).map(({ name }) => `${suite.name}/${name}`)
    ).sort();
  assert.deepEqual(found.map(({ suite, family }) => `${suite}/${family}.jsonl`), catalogs);
});

Deno.test("deno.json exports the text of every family, and nothing else of probes/<suite>", () => {
  const { exports } = JSON.parse(
    Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)),
  ) as { exports: Record<string, string> };
  const texts = Object.entries(exports).filter(([name]) => name.startsWith("./probes/")).sort();
  assert.deepEqual(
    texts,
    firstPartyFamilies().map(({ suite, family }) => {
      const path = `./probes/${suite}/${family}`;
      return [path, `${path}.ts`];
    }).sort(),
    'Run "deno task family" to bring the exports up to date',
  );
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
