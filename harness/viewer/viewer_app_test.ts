import assert from "node:assert/strict";
import { join } from "node:path";
import { openScripted } from "../inference/mod.ts";
import { probeOf } from "../pipeline/testing/scripted.ts";
import { DEFAULT_CONFIG } from "../runner/config.ts";
import { type Manifest, RUN_SCHEMA } from "../runner/manifest.ts";
import { planUnits } from "../runner/plan.ts";
import { RunFolder } from "../runner/run_folder.ts";
import { runUnits } from "../runner/run_units.ts";
import { verdictOf } from "../runner/unit_player.ts";
import { RunStates } from "./run_states.ts";
import { viewerApp } from "./viewer_app.ts";

const TOKEN = "0123456789abcdef";
const HOST = "127.0.0.1:8000";
const PROBES = Array.from({ length: 6 }, (_, i) => probeOf({ id: `test/family/x/${i}` }));

async function makeRun(runs: string, id: string, sha256 = "p".repeat(64)): Promise<void> {
  const units = planUnits(PROBES, { arm: "arm", seed: 1 });
  const manifest: Manifest = {
    schema: RUN_SCHEMA,
    id,
    created: "2026-01-01T00:00:00Z",
    config: DEFAULT_CONFIG,
    arms: { arm: { defenses: {}, approver: "deny" } as unknown as Manifest["arms"][string] },
    inference: openScripted(() => "").info,
    world: { stack: "embedded", seed: 1, digest: "d", services: {} },
    plugins: [],
    probes: { sha256, count: { test: 6 } },
    units: units.length,
    planned: units.length,
    versions: {},
  };
  using folder = RunFolder.create(join(runs, id), manifest, units);
  await runUnits(units, {
    folder,
    lanes: 1,
    signal: new AbortController().signal,
    play: (unit) => {
      const episode = { turns: [] };
      const enforcement = { enforced: new Set<string>(), approver: "deny" as const };
      return Promise.resolve({
        verdict: verdictOf(unit, episode, { enforcement, ms: 1 }),
        evidence: { probe: unit.probe, episode },
      });
    },
  });
  folder.close();
}

/** A viewer over two runs, and a way to ask it as its browser would. */
async function withViewer(
  test: (ask: (path: string, headers?: HeadersInit) => Promise<Response>, runs: string) => unknown,
): Promise<void> {
  const runs = await Deno.makeTempDir();
  try {
    await makeRun(runs, "one");
    await makeRun(runs, "two");
    const app = viewerApp({ runs, token: TOKEN, port: 8000, interval: 10 });
    const ask = async (path: string, headers: HeadersInit = {}) =>
      await app.request(`http://${HOST}${path}`, {
        headers: { host: HOST, cookie: `argus_viewer=${TOKEN}`, ...headers },
      });
    await test(ask, runs);
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
}

Deno.test("the viewer answers its own browser and nobody else", async () => {
  await withViewer(async (ask) => {
    assert.equal((await ask("/")).status, 200);
    assert.equal((await ask("/", { cookie: "" })).status, 401);
    assert.equal((await ask("/", { cookie: "argus_viewer=0123456789abcdeX" })).status, 401);
    assert.equal((await ask("/", { host: "rebound.example.com:8000" })).status, 421);
    assert.equal((await ask("/", { host: "127.0.0.1:9" })).status, 421);
    assert.equal((await ask("/", { origin: "http://elsewhere.example.com" })).status, 403);
    assert.equal((await ask("/", { origin: `http://${HOST}` })).status, 200);
    const opened = await ask(`/?token=${TOKEN}`, { cookie: "" });
    assert.equal(opened.status, 303);
    assert.match(opened.headers.get("set-cookie") ?? "", /HttpOnly; SameSite=Strict/);
    assert.equal((await ask("/?token=wrong", { cookie: "" })).status, 401);
  });
});

Deno.test("the viewer lists runs, shows one, and compares two", async () => {
  await withViewer(async (ask) => {
    const list = await (await ask("/")).text();
    assert(list.includes("/runs/one/") && list.includes("6/6"));
    const report = await ask("/runs/one/");
    assert.equal(report.status, 200);
    assert.match(await report.text(), /<h1>one<\/h1>/);
    const compared = await (await ask("/compare?a=one&b=two")).text();
    assert.match(compared, /came out differently: 0 of 6/);
  });
});

Deno.test("the viewer says why two runs cannot be paired", async () => {
  await withViewer(async (ask, runs) => {
    await makeRun(runs, "other", "q".repeat(64));
    const compared = await (await ask("/compare?a=one&b=other")).text();
    assert.match(compared, /Their probe sets differ/);
  });
});

Deno.test("the viewer leaves its folder for no name", async () => {
  await withViewer(async (ask) => {
    for (const name of ["...", "..%2f..%2fetc", "a%00b", "none", "%2fetc"]) {
      assert.equal((await ask(`/runs/${name}/`)).status, 404, name);
    }
    assert.equal((await ask("/compare?a=../one&b=two")).status, 404);
  });
});

Deno.test("the viewer tells progress as it is made", async () => {
  await withViewer(async (ask, runs) => {
    const live = await ask("/live");
    const reader = live.body?.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader?.read() ?? {};
    const states = JSON.parse(value.replace(/^data: /, ""));
    assert.deepEqual(states.map(({ done }: { done: number }) => done), [6, 6]);
    await reader?.cancel();
    const followed = new RunStates(runs);
    assert.equal(followed.list()[0]?.done, 6);
    Deno.writeTextFileSync(join(runs, "two", "verdicts.jsonl"), "{}\n", { append: true });
    assert.equal(followed.list()[0]?.done, 7);
    Deno.writeTextFileSync(join(runs, "two", "verdicts.jsonl"), "{}\n");
    assert.equal(followed.list()[0]?.done, 1);
  });
});

Deno.test("a run that cannot be read is listed with the reason", async () => {
  await withViewer(async (ask, runs) => {
    Deno.mkdirSync(join(runs, "zz-bad"));
    Deno.writeTextFileSync(join(runs, "zz-bad", "manifest.json"), "<b>no</b>");
    const list = await (await ask("/")).text();
    assert.match(list, /zz-bad/);
    assert.equal(list.includes("<b>no</b>"), false);
  });
});
