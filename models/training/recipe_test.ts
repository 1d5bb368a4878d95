/**
 * A few steps of the whole recipe, resumed once: the files that come out must load and answer. Needs the recipe's
 * Python environment (`models/training/setup.sh`); without it the test is ignored and says so.
 */
import assert from "node:assert/strict";
import { askGguf } from "./_gguf.ts";
import { pythonIsReady, runPython } from "./_python.ts";

const ready = await pythonIsReady();
if (!ready) console.warn("The training recipe is not tested: run models/training/setup.sh first");

async function tinyConfig(path: string, steps: number): Promise<void> {
  const config = JSON.parse(await Deno.readTextFile(new URL("nano.json", import.meta.url)));
  for (const kind of Object.keys(config.corpus)) config.corpus[kind] = 120;
  for (const stage of ["base", "adapter", "critic"]) {
    Object.assign(config[stage].schedule, { steps, rows: 1 });
  }
  await Deno.writeTextFile(path, JSON.stringify(config));
}

Deno.test({
  name: "the recipe trains, resumes and writes files that load",
  ignore: !ready,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "argus-recipe-" });
    try {
      const flags = ["--config", `${folder}/c.json`, "--build", folder, "--out", folder];
      const run = (): Promise<string> =>
        runPython(["-m", "nano_training", ...flags, "--threads", "1"]);
      await tinyConfig(`${folder}/c.json`, 1);
      await run();
      await tinyConfig(`${folder}/c.json`, 2);
      const log = await run();
      assert.match(log, /"step": 2, "of": 2/);
      assert.doesNotMatch(log, /"step": 1,/, "a resumed run does not repeat steps");
      const ask = { quantisedCache: true, texts: [], turn: "Hello" };
      const adapter = `${folder}/baseline.lora.gguf`;
      const answers = [
        await askGguf({ ...ask, path: `${folder}/base.gguf`, adapter }),
        await askGguf({ ...ask, path: `${folder}/critic.gguf` }),
      ];
      for (const { reply } of answers) assert.equal(typeof reply, "string");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
