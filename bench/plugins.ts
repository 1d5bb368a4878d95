/**
 * What plugins cost: `deno task bench:plugins` opens every first-party plugin from the cache, alone
 * and all together, and reads what an adaptive plugin's process takes of memory while it waits.
 *
 * @module
 */

import { join } from "node:path";
import { firstPartyFamilies, openPlugin } from "../plugins/sandbox/mod.ts";

const ROUNDS = 10;
const cache = ".cache/plugins";
const folders = firstPartyFamilies().map(({ folder }) => folder);

/** Median and range of times in milliseconds. */
function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const [median, least, most] = [sorted.length >> 1, 0, sorted.length - 1]
    .map((at) => (sorted[at] ?? NaN).toFixed(0));
  return `median ${median} ms, ${least} to ${most} ms, n = ${sorted.length}`;
}

async function together(): Promise<number> {
  const started = performance.now();
  const opened = await Promise.all(folders.map((folder) => openPlugin(folder, { cache })));
  const took = performance.now() - started;
  for (const plugin of opened) await plugin[Symbol.asyncDispose]();
  return took;
}

/** Proportional memory of a plugin's process, in MiB; NaN where `ps` does not tell (not procps). */
async function memory(): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "argus-bench-" });
  try {
    await Deno.writeTextFile(join(folder, "mod.ts"), ADAPTIVE);
    await using _plugin = await openPlugin(folder);
    const args = ["-o", "pss=,args=", "--ppid", String(Deno.pid)];
    const { stdout } = await new Deno.Command("ps", { args, stderr: "null" }).output();
    const line = new TextDecoder().decode(stdout).split("\n")
      .find((each) => each.includes("/argus-plugin-"));
    return Number(line?.trim().split(/\s+/)[0] ?? NaN) / 1024;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ADAPTIVE = `export default {
  manifest: { name: "waits", version: "0.1.0", suite: "bench", family: "waits", techniques: [] },
  probes: [{ id: "bench/waits/t/01", template: "t", kind: "attack", channel: "direct",
    messages: [{ role: "user", content: "x" }], tools: [], expect: { by: "refuse" } }],
  next: () => null,
};`;

// The first opening bundles what is not in the cache.
await together();
const alone: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  for (const folder of folders) {
    await using plugin = await openPlugin(folder, { cache });
    alone.push(plugin.ready);
  }
}
const all: number[] = [];
for (let round = 0; round < ROUNDS; round++) all.push(await together());
console.log(`opening one of ${folders.length} plugins, bundle cached: ${spread(alone)}`);
console.log(`opening all ${folders.length} together: ${spread(all)}`);
console.log(`memory of an adaptive plugin's process (PSS): ${(await memory()).toFixed(1)} MiB`);
