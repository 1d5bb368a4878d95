import assert from "node:assert/strict";
import { readRun } from "../runner/run_folder.ts";
import { comparable } from "../runner/merge.ts";
import { argus, argusCommand, scratch } from "./testing/argus.ts";

/** Verdicts without times and places, by key. */
function verdictsOf(folder: string): Map<string, unknown> {
  return new Map(readRun(folder).verdicts.map((verdict) => [verdict.key, comparable(verdict)]));
}

Deno.test("eval gives each unit of its plan one verdict, the same ones in a second run", async () => {
  await using place = await scratch();
  const [one, two] = [`${place.folder}/one`, `${place.folder}/two`];
  const options = [...place.model, "--limit", "10"];
  const { code, stdout, stderr } = await argus("eval", ...options, "--out", one);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Attacks .*granted .*acted .*hit/);
  const run = readRun(one);
  assert.equal(run.plan.length, 20);
  assert.deepEqual(run.verdicts.map(({ key }) => key).sort(), run.plan.map(({ key }) => key));
  // Another number of lanes is another order and other batches: nothing in a verdict may show it.
  const again = await argus("eval", ...options, "--out", two, "--parallel", "3", "--json");
  assert.equal(again.code, 0, again.stderr);
  assert.equal(JSON.parse(again.stdout).verdicts, 20);
  assert.deepEqual(
    [...verdictsOf(two)].sort(([a], [b]) => (a < b ? -1 : 1)),
    [...verdictsOf(one)].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const verified = await argus("verify", one);
  assert.equal(verified.code, 0, verified.stderr);
  assert.match(verified.stdout, /every verdict follows from its evidence/);
});

Deno.test("a run killed twenty times at any moment is completed by resuming, no key twice", async () => {
  await using place = await scratch();
  const out = `${place.folder}/run`;
  const options = [...place.model, "--limit", "20"];
  const begun = () => readable(`${out}/manifest.json`);
  const args = () => ["eval", ...begun() ? ["--resume", out] : [...options, "--out", out]];
  let interrupted = 0;
  for (let attempt = 0; attempt < 20; attempt++) {
    const child = argusCommand(args()).spawn();
    const output = child.output();
    await new Promise((resolve) => setTimeout(resolve, 300 + (attempt * 617) % 1300));
    try {
      child.kill("SIGKILL");
      interrupted++;
    } catch { /* it had ended */ }
    await output;
  }
  const last = await argus(...args());
  assert.equal(last.code, 0, last.stderr);
  assert(interrupted > 5, "too few runs were killed for the test to mean something");
  const run = readRun(out);
  assert.equal(run.verdicts.length, 40);
  assert.deepEqual(run.verdicts.map(({ key }) => key).sort(), run.plan.map(({ key }) => key));
  assert.notEqual(run.closing, null);
});

Deno.test("Ctrl-C ends a run with what is written kept, and says how to go on", async () => {
  await using place = await scratch();
  const out = `${place.folder}/run`;
  const child = argusCommand(["eval", ...place.model, "--out", out]).spawn();
  const ended = child.output();
  while (!readable(`${out}/verdicts.jsonl`) || Deno.statSync(`${out}/verdicts.jsonl`).size === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  const text = new TextDecoder().decode(stderr);
  assert.equal(code, 130, text);
  assert.match(text, /go on with: deno task eval --resume/);
  const before = readRun(out).verdicts.length;
  assert(before > 0);
  const resumed = await argus("eval", "--resume", out, "--parallel", "2");
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.equal(readRun(out).verdicts.length, readRun(out).plan.length);
});

Deno.test("shards of a run merge to what one run gives", async () => {
  await using place = await scratch();
  const options = [...place.model, "--limit", "5"];
  const folders = ["1/2", "2/2"].map((shard) => `${place.folder}/${shard.replace("/", "of")}`);
  await argus("eval", ...options, "--shard", "1/2", "--out", folders[0] as string);
  await argus("eval", ...options, "--shard", "2/2", "--out", folders[1] as string);
  await argus("eval", ...options, "--out", `${place.folder}/whole`);
  const merged = await argus("runs", "merge", ...folders, "--out", `${place.folder}/merged`);
  assert.equal(merged.code, 0, merged.stderr);
  const byKey = (folder: string) =>
    [...verdictsOf(`${place.folder}/${folder}`)].sort(([a], [b]) => (a < b ? -1 : 1));
  assert.deepEqual(byKey("merged"), byKey("whole"));
  const verified = await argus("verify", `${place.folder}/merged`);
  assert.equal(verified.code, 0, verified.stderr + verified.stdout);
});

Deno.test("show prints an episode with its decision, findings and verdict", async () => {
  await using place = await scratch();
  const out = `${place.folder}/run`;
  await argus("eval", ...place.model, "--limit", "1", "--suite", "corpus-v1", "--out", out);
  const id = readRun(out).verdicts[0]?.probe_id ?? "";
  const shown = await argus("show", out, id);
  assert.equal(shown.code, 0, shown.stderr);
  for (const part of [id, "Turn 1: request", "Gateway: ", "P(APPROVE)", "Verdict: "]) {
    assert(shown.stdout.includes(part), part);
  }
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u0008\u000b-\u001f]/.test(shown.stdout), "a reply can drive the terminal");
});

function readable(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
