/**
 * What a person waits for, and what it takes: time from the start of `argus eval` to its first
 * verdict, and the greatest sum of resident memory of all its processes over the default run. Both
 * are printed; memory that processes share is counted in each, so the sum is an upper bound. Not a
 * file of `deno bench`, which has no setup and would run for minutes: `deno task bench:startup`.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const STARTS = 5;

/** Starts an evaluation and calls `watch` every `interval` milliseconds until it ends. */
async function evaluate(
  args: readonly string[],
  watch: { interval: number; look: (pid: number) => void | Promise<void> },
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-P=harness", `${ROOT}harness/cli/main.ts`, "eval", ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let running = true;
  const ended = child.status.then(({ code }) => {
    running = false;
    if (code !== 0) throw new Error(`The evaluation ended with exit code ${code}`);
  });
  while (running) {
    await watch.look(child.pid);
    await new Promise((resolve) => setTimeout(resolve, watch.interval));
  }
  await ended;
}

/** Milliseconds from the start of an evaluation to its first verdict. */
async function firstVerdict(): Promise<number> {
  const out = await Deno.makeTempDir({ prefix: "argus-bench-" });
  const started = performance.now();
  let first = Infinity;
  await evaluate(["--limit", "2", "--out", `${out}/run`], {
    interval: 5,
    look: () => {
      if (first < Infinity) return;
      try {
        if (Deno.statSync(`${out}/run/verdicts.jsonl`).size > 0) {
          first = performance.now() - started;
        }
      } catch { /* not there yet */ }
    },
  });
  await Deno.remove(out, { recursive: true });
  return first;
}

/** Greatest sum of resident memory of a process and all that it started, in MiB. */
async function peakMemory(): Promise<number> {
  const out = await Deno.makeTempDir({ prefix: "argus-bench-" });
  let peak = 0;
  await evaluate(["--out", `${out}/run`], {
    interval: 250,
    look: async (pid) => {
      peak = Math.max(peak, await residentMemory(pid));
    },
  });
  await Deno.remove(out, { recursive: true });
  return peak;
}

async function residentMemory(root: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,rss="] }).output();
  const rows = new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const family = new Set([root]);
  for (let size = 0; size < family.size;) {
    size = family.size;
    for (const [pid, parent] of rows) if (family.has(parent)) family.add(pid);
  }
  const kilobytes = rows.filter(([pid]) => family.has(pid)).reduce(
    (sum, [, , rss]) => sum + rss,
    0,
  );
  return kilobytes / 1024;
}

if (import.meta.main) {
  const times: number[] = [];
  for (let i = 0; i < STARTS; i++) times.push(await firstVerdict());
  times.sort((a, b) => a - b);
  const [least, middle, most] = [times[0], times[STARTS >> 1], times.at(-1)]
    .map((ms) => ((ms ?? NaN) / 1000).toFixed(2));
  console.log(`first verdict after ${middle} s, range ${least} to ${most} s (n = ${STARTS})`);
  console.log(`default run: at most ${(await peakMemory()).toFixed(0)} MiB resident (n = 1)`);
}
