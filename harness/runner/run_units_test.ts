import assert from "node:assert/strict";
import { join } from "node:path";
import { openScripted, PromptTooLongError } from "../inference/mod.ts";
import { probeOf } from "../pipeline/testing/scripted.ts";
import { verdictOf } from "./unit_player.ts";
import { comparable, mergeRuns } from "./merge.ts";
import { type Manifest, RUN_SCHEMA } from "./manifest.ts";
import { DEFAULT_CONFIG } from "./config.ts";
import { planUnits, type Unit } from "./plan.ts";
import { readRun, RunFolder } from "./run_folder.ts";
import { type Played, type RunOptions, runUnits } from "./run_units.ts";

const PROBES = Array.from({ length: 30 }, (_, i) => probeOf({ id: `t/f/x/${i}` }));
const UNITS = planUnits(PROBES, { arm: "arm", seed: 1 });

function manifest(planned = UNITS.length): Manifest {
  return {
    schema: RUN_SCHEMA,
    id: "test",
    created: "2026-01-01T00:00:00Z",
    config: DEFAULT_CONFIG,
    arms: { arm: {} as Manifest["arms"][string] },
    inference: openScripted(() => "").info,
    world: { stack: "embedded", seed: 1, digest: "d", services: {} },
    plugins: [],
    probes: { sha256: "p", count: { t: 30 } },
    units: UNITS.length,
    planned,
    versions: {},
  };
}

async function play(unit: Unit): Promise<Played> {
  await Promise.resolve();
  const episode = { turns: [] };
  const enforcement = { enforced: new Set<string>(), approver: "deny" } as const;
  return {
    verdict: verdictOf(unit, episode, { enforcement, ms: 1 }),
    evidence: { probe: unit.probe, episode },
  };
}

function run(folder: RunFolder, overrides: Partial<RunOptions> = {}, units = UNITS) {
  const signal = new AbortController().signal;
  return runUnits(units, { folder, play, lanes: 4, signal, ...overrides });
}

function inTempFolder(test: (folder: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = await Deno.makeTempDir();
    try {
      await test(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
}

Deno.test(
  "runUnits() gives every unit of the plan one verdict, and closes the chain",
  inTempFolder(async (path) => {
    {
      using folder = RunFolder.create(path, manifest(), UNITS);
      assert.deepEqual(await run(folder), { done: 30, failed: 0, stopped: false, lastError: null });
      folder.close();
    }
    const { verdicts, plan, closing } = readRun(path);
    assert.deepEqual(verdicts.map(({ key }) => key).sort(), plan.map(({ key }) => key));
    assert.equal(closing?.count, 30);
    Deno.writeTextFileSync(join(path, "verdicts.jsonl"), "");
    assert.throws(() => readRun(path), /closed 30/);
  }),
);

Deno.test(
  "runUnits() tries a failing unit again, leaves it for a resume, and repeats no other",
  inTempFolder(async (path) => {
    const bad = UNITS[7]?.key;
    let attempts = 0;
    const failing = (unit: Unit) => {
      if (unit.key === bad) {
        attempts++;
        throw new TypeError("process died");
      }
      return play(unit);
    };
    {
      using folder = RunFolder.create(path, manifest(), UNITS);
      const result = await run(folder, { play: failing });
      assert.deepEqual([result.done, result.failed, attempts], [29, 1, 3]);
      assert.match(result.lastError ?? "", /process died/);
    }
    const errors = Deno.readTextFileSync(join(path, "errors.jsonl")).trim().split("\n");
    assert.deepEqual(errors.map((line) => JSON.parse(line).attempt), [1, 2, 3]);
    const played: string[] = [];
    using folder = RunFolder.open(path);
    await run(folder, {
      play: (unit) => {
        played.push(unit.key);
        return play(unit);
      },
    });
    assert.deepEqual(played, [bad]);
  }),
);

Deno.test(
  "runUnits() stops when the infrastructure is gone instead of failing every unit",
  inTempFolder(async (path) => {
    using folder = RunFolder.create(path, manifest(), UNITS);
    const dead = () => Promise.reject(new Error("gone"));
    const result = await run(folder, { play: dead, lanes: 1 });
    assert.deepEqual([result.done, result.failed, result.stopped], [0, 5, true]);
  }),
);

Deno.test(
  "runUnits() stops cleanly: what is in flight is left for a resume, nothing is torn",
  inTempFolder(async (path) => {
    const stop = new AbortController();
    {
      using folder = RunFolder.create(path, manifest(), UNITS);
      const result = await run(folder, {
        signal: stop.signal,
        onProgress: ({ done }) => done === 10 && stop.abort(),
      });
      assert(result.stopped && result.done >= 10 && result.done < 30);
    }
    using folder = RunFolder.open(path);
    assert.equal((await run(folder)).done, 30);
    assert.equal(readRun(path).verdicts.length, 30);
  }),
);

Deno.test(
  "a run that is being written cannot be opened a second time",
  inTempFolder((path) => {
    using _folder = RunFolder.create(path, manifest(), UNITS);
    assert.throws(() => RunFolder.open(path), /another process is writing to it/);
    return Promise.resolve();
  }),
);

Deno.test(
  "RunFolder.create() never overwrites a run, and a newer run is refused by name",
  inTempFolder((path) => {
    RunFolder.create(path, manifest(), UNITS)[Symbol.dispose]();
    assert.throws(() => RunFolder.create(path, manifest(), UNITS), /holds one already/);
    const file = join(path, "manifest.json");
    Deno.writeTextFileSync(file, Deno.readTextFileSync(file).replace("argus.run/1", "argus.run/9"));
    assert.throws(() => RunFolder.open(path), /field "schema": Expected "argus.run\/1".*run\/9/);
    return Promise.resolve();
  }),
);

Deno.test(
  "a disk that fills up ends the run and keeps every line that was written",
  inTempFolder(async (path) => {
    using folder = RunFolder.create(path, manifest(), UNITS);
    const append = folder.evidence.append.bind(folder.evidence);
    let written = 0;
    folder.evidence.append = (key, episode) => {
      if (++written > 12) throw new Error("No space left on device (os error 28)");
      return append(key, episode);
    };
    await assert.rejects(() => run(folder), /No space left/);
    assert.equal(readRun(path).verdicts.length, 12);
  }),
);

Deno.test(
  "mergeRuns() joins shards to what one run would have been",
  inTempFolder(async (path) => {
    const whole = join(path, "whole");
    {
      using folder = RunFolder.create(whole, manifest(), UNITS);
      await run(folder);
    }
    const shards = [1, 2, 3].map((index) => ({ path: join(path, `shard${index}`), index }));
    for (const { path, index } of shards) {
      const units = planUnits(PROBES, { arm: "arm", seed: 1, shard: { index, count: 3 } });
      using folder = RunFolder.create(path, manifest(units.length), units);
      await run(folder, {}, units);
    }
    const paths = shards.map(({ path }) => path);
    const merged = mergeRuns([...paths, whole], join(path, "merged"));
    const byKey = (verdicts: typeof merged.verdicts) =>
      verdicts.map(comparable).sort((a, b) => ((a.key ?? "") < (b.key ?? "") ? -1 : 1));
    assert.deepEqual(byKey(merged.verdicts), byKey(readRun(whole).verdicts));
    assert.equal(merged.closing?.count, 30);
  }),
);

Deno.test(
  "mergeRuns() leaves a run open when a shard is missing",
  inTempFolder(async (path) => {
    const folders = [1, 2].map((index) => join(path, `shard${index}`));
    for (const [i, shard] of folders.entries()) {
      const units = planUnits(PROBES, { arm: "arm", seed: 1, shard: { index: i + 1, count: 3 } });
      using folder = RunFolder.create(shard, manifest(units.length), units);
      await run(folder, {}, units);
    }
    const merged = mergeRuns(folders, join(path, "merged"));
    assert.equal(merged.closing, null);
    assert(merged.verdicts.length < merged.manifest.units);
  }),
);

Deno.test(
  "a tainted run is neither read, resumed nor merged",
  inTempFolder(async (path) => {
    {
      using folder = RunFolder.create(path, manifest(), UNITS);
      await run(folder);
      folder.taint("the world leaked");
    }
    assert.throws(() => readRun(path), /cannot be trusted.*the world leaked/);
    assert.throws(() => RunFolder.open(path), /cannot be trusted/);
  }),
);

Deno.test(
  "readRun() names the damaged line of plan and closing record",
  inTempFolder(async (path) => {
    {
      using folder = RunFolder.create(path, manifest(), UNITS);
      await run(folder);
      folder.close();
    }
    const damage = (file: string, text: string, message: RegExp) => {
      const place = join(path, file);
      const whole = Deno.readTextFileSync(place);
      Deno.writeTextFileSync(place, text);
      assert.throws(() => readRun(path), message);
      Deno.writeTextFileSync(place, whole);
    };
    damage("plan.jsonl", "{oops", /plan\.jsonl:1: Not JSON/);
    damage("plan.jsonl", "{}\n", /plan\.jsonl:1: field "key"/);
    damage("plan.jsonl", "", /has 0 lines, but the manifest says 30/);
    damage("closing.json", "{}", /closing\.json: field "schema"/);
    assert.equal(readRun(path).verdicts.length, 30);
  }),
);

Deno.test(
  "runUnits() tries a prompt that is too long once, and goes on with the others",
  inTempFolder(async (path) => {
    using folder = RunFolder.create(path, manifest(), UNITS);
    let attempts = 0;
    const long = new Set(UNITS.slice(0, 9).map(({ key }) => key));
    const result = await run(folder, {
      lanes: 1,
      play: (unit) => {
        if (!long.has(unit.key)) return play(unit);
        attempts++;
        return Promise.reject(new PromptTooLongError("2100 tokens do not fit 2048"));
      },
    });
    assert.deepEqual([attempts, result.failed, result.done, result.stopped], [9, 9, 21, false]);
  }),
);

Deno.test(
  "mergeRuns() names the key on which two runs disagree",
  inTempFolder(async (path) => {
    const [one, two] = [join(path, "one"), join(path, "two")];
    for (const [folderPath, granted] of [[one, false], [two, true]] as const) {
      using folder = RunFolder.create(folderPath, manifest(), UNITS);
      await run(folder, {
        play: async (unit) => {
          const played = await play(unit);
          return unit === UNITS[3]
            ? { ...played, verdict: { ...played.verdict, granted } }
            : played;
        },
      });
    }
    assert.throws(
      () => mergeRuns([one, two], join(path, "out")),
      new RegExp(`the key "${UNITS[3]?.key}".*differ in "granted"`),
    );
  }),
);
