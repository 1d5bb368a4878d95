import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  manifest,
  opened,
  probe,
  withCases,
  withPlugin,
  withPluginFiles,
} from "./testing/test_plugin.ts";
import { openPlugin } from "./open_plugin.ts";
import { PluginError } from "./plugin_error.ts";

Deno.test("openPlugin() hands over checked probes of a static plugin", async () => {
  await withPlugin({ probes: [probe("one"), probe("two")] }, async (folder) => {
    await using plugin = await openPlugin(folder);
    assert.equal(plugin.manifest.name, "@acme/badge");
    assert.equal(plugin.manifest.visibility, "public");
    assert.deepEqual(plugin.probes.map(({ id }) => id), ["acme/badge/one", "acme/badge/two"]);
    assert.equal(plugin.probes[0]?.suite, "acme");
    assert.equal(plugin.next, undefined);
    assert.match(plugin.contentHash, /^[0-9a-f]{64}$/);
    const data = Deno.build.os === "linux" ? 800 : null;
    assert.equal(plugin.caps.data, data, "prlimit must be on PATH and in --allow-run");
  });
});

Deno.test("openPlugin() takes a module file and a file: URL", async () => {
  await withPlugin({ probes: [probe("one")] }, async (folder) => {
    for (const spec of [join(folder, "mod.ts"), pathToFileURL(folder).href]) {
      await using plugin = await openPlugin(spec);
      assert.equal(plugin.probes.length, 1);
    }
  });
});

Deno.test("openPlugin() starts the module that deno.json exports, with its files and zod", async () => {
  const files = {
    "deno.json": JSON.stringify({ exports: { ".": "./src/main.ts" } }),
    "src/main.ts": `
      import { definePlugin, jsonLines } from "@argus-safety/argus/plugin";
      import { z } from "npm:zod@4";
      import text from "../lines.jsonl" with { type: "text" };
      import data from "../data.json" with { type: "json" };
      import { id } from "./id.ts";
      const lines = jsonLines(text).map((line) => ({ ...line, id: z.string().parse(id(data.n)) }));
      export default definePlugin({ manifest: ${JSON.stringify(manifest)}, probes: lines });
    `,
    "src/id.ts": "export const id = (n: number): string => `acme/badge/n${n}`;",
    "lines.jsonl": `${JSON.stringify(probe("x"))}\n`,
    "data.json": '{ "n": 7 }',
  };
  await withPluginFiles(files, async (folder) => {
    await using plugin = await openPlugin(folder);
    assert.deepEqual(plugin.probes.map(({ id }) => id), ["acme/badge/n7"]);
  });
});

Deno.test("openPlugin() generates probes from the seed", async () => {
  const code = `
    export default {
      manifest: ${JSON.stringify(manifest)},
      probes: async ({ seed }) => [{ ...${JSON.stringify(probe("x"))}, id: "acme/badge/s" + seed }],
    };
  `;
  await withPluginFiles({ "mod.ts": code }, async (folder) => {
    await using plugin = await openPlugin(folder, { seed: 41 });
    assert.equal(plugin.probes[0]?.id, "acme/badge/s41");
  });
});

Deno.test("next() answers turn by turn, and anew after the plugin was killed", async () => {
  const next = `next: ({ messages, seed }) => {
    if (seed === 666) while (true);
    return messages.length > 2 ? null : "turn " + messages.length + " of " + seed;
  }`;
  await withPlugin({ probes: [probe("one")], more: next }, async (folder) => {
    await using plugin = await openPlugin(folder, { limits: { call: 400 } });
    const turn = (count: number, seed: number): Promise<string | null> => {
      assert(plugin.next);
      const messages = Array.from({ length: count }, () => ({
        role: "user" as const,
        content: "x",
      }));
      return plugin.next({ probe: "acme/badge/one", seed, messages });
    };
    assert.deepEqual(await Promise.all([turn(1, 5), turn(2, 5), turn(3, 5)]), [
      "turn 1 of 5",
      "turn 2 of 5",
      null,
    ]);
    await assert.rejects(() => turn(1, 666), { fault: "timeout" });
    assert.equal(await turn(1, 6), "turn 1 of 6");
  });
});

Deno.test("openPlugin() takes an unchanged plugin from the cache and sees a change", async () => {
  const cache = await Deno.makeTempDir({ prefix: "argus-cache-" });
  try {
    await withPlugin({ probes: [probe("one")] }, async (folder) => {
      const first = await opened(folder, { cache });
      assert.deepEqual([...Deno.readDirSync(cache)].length, 1);
      const again = await opened(folder, { cache });
      assert.equal(again.contentHash, first.contentHash);
      const path = join(folder, "mod.ts");
      await Deno.writeTextFile(path, (await Deno.readTextFile(path)).replaceAll("one", "two"));
      const changed = await opened(folder, { cache });
      assert.equal(changed.probes[0]?.id, "acme/badge/two");
      assert.notEqual(changed.contentHash, first.contentHash);
      for (const { name } of Deno.readDirSync(cache)) {
        await Deno.writeTextFile(join(cache, name), '{"plugin": "torn');
      }
      assert.equal((await opened(folder, { cache })).contentHash, changed.contentHash);
    });
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("openPlugin() gives what is asked for only when it is granted by name", async () => {
  const permissions = { env: ["BADGE_REGION"] };
  const code = `
    export default {
      manifest: ${JSON.stringify({ ...manifest, permissions })},
      probes: () => [{ ...${JSON.stringify(probe("x"))}, template: Deno.env.get("BADGE_REGION") }],
    };
  `;
  await withPluginFiles({ "mod.ts": code }, async (folder) => {
    await assert.rejects(
      () => opened(folder),
      /It asks for env "BADGE_REGION"; grant it with --plugin-grant @acme\/badge:env=BADGE_REGION/,
    );
    const plugin = await opened(folder, {
      grants: { "@acme/badge": permissions, "@acme/other": { env: ["SECRET"] } },
      environment: (name) => ({ BADGE_REGION: "north", SECRET: "x" })[name],
    });
    assert.equal(plugin.probes[0]?.template, "north");
  });
});

Deno.test("openPlugin() lets a plugin reach the host that was granted, and no other", async () => {
  const answer = new AbortController();
  const listening = Promise.withResolvers<number>();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: answer.signal,
    onListen: ({ port }) => listening.resolve(port),
  }, () => new Response("north"));
  const port = await listening.promise;
  const permissions = { net: [`127.0.0.1:${port}`] };
  const code = `
    const ask = async (port: number) => {
      try { return await (await fetch("http://127.0.0.1:" + port)).text(); }
      catch (error) { return (error as Error).name; }
    };
    export default {
      manifest: ${JSON.stringify({ ...manifest, permissions })},
      probes: async () => [{
        ...${JSON.stringify(probe("x"))},
        template: await ask(${port}) + " " + await ask(${port === 65_535 ? 1024 : port + 1}),
      }],
    };
  `;
  try {
    await withPluginFiles({ "mod.ts": code }, async (folder) => {
      await assert.rejects(() => opened(folder), { fault: "permission" });
      const other = { "@acme/badge": { net: ["127.0.0.1:1"] } };
      await assert.rejects(() => opened(folder, { grants: other }), { fault: "permission" });
      const { probes } = await opened(folder, { grants: { "@acme/badge": permissions } });
      assert.equal(probes[0]?.template, "north NotCapable");
    });
  } finally {
    answer.abort();
    await server.finished;
  }
});

Deno.test("openPlugin() keeps no bundle of an embargoed plugin, and quotes it to its author only", async () => {
  const cache = await Deno.makeTempDir({ prefix: "argus-cache-" });
  const embargoed = { ...manifest, visibility: "embargoed" };
  const broken = { ...probe("one"), tools: ["vermilion"] };
  try {
    await withPlugin({ manifest: embargoed }, async (folder) => {
      assert.equal((await opened(folder, { cache })).probes.length, 1);
    });
    await withPlugin({ manifest: embargoed, probes: [broken] }, async (folder) => {
      await assert.rejects(() => opened(folder, { cache }), (error) => {
        assert(error instanceof PluginError);
        assert.equal(error.fault, "invalid");
        assert.doesNotMatch(error.message + error.stderr, /vermilion/);
        assert.match(error.message, /the reason is withheld/);
        return true;
      });
      await assert.rejects(() => opened(folder, { cache, reveal: true }), /"vermilion"/);
    });
    assert.deepEqual([...Deno.readDirSync(cache)], []);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

for (
  const [spec, problem] of [
    ["npm:@acme/badge", /Expected an exact version/],
    ["npm:@acme/badge@^1.0.0", /Expected an exact version/],
    ["npm:@acme/../x@1.0.0", /Expected an exact version/],
    ["npm:@acme/badge@1.0.0", /Set ARGUS_NPM_REGISTRY to the address of your registry/],
    ["jsr:@acme/badge@1.0.0", /Set ARGUS_JSR_REGISTRY to the address of your registry/],
    ["https://example.com/mod.ts", /Expected a folder/],
    ["./no-such-folder", /os error 2/],
  ] as const
) {
  Deno.test(`openPlugin() refuses "${spec}"`, async () => {
    await assert.rejects(() => openPlugin(spec), (error) => {
      assert(error instanceof PluginError);
      assert.equal(error.fault, "source");
      assert.match(error.message, problem);
      return true;
    });
  });
}

Deno.test("openPlugin() refuses probes that do not fit", async (t) => {
  const planted = (world: unknown): unknown[] => [{ ...probe("x"), world }];
  const role = { table: "role_mappings", row: { user: "ivy.helpdesk" } };
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ["another suite", [{ ...probe("x"), suite: "corpus-v1" }], /Expected "acme"/],
    ["a foreign id", [{ ...probe("x"), id: "corpus-v1/a/b" }], /"acme\/badge\/…"/],
    ["an id used twice", [probe("x"), probe("x")], /"acme\/badge\/x" is taken/],
    ["an unknown tool", [{ ...probe("x"), tools: ["sudo"] }], /Unknown tool "sudo"/],
    ["no list of probes", "no", /its probes threw TypeError/],
    ["a probe that is null", [null], /field "messages"|Invalid input/],
    [
      "a world patch that grants a role",
      planted({ roles: [{ user: "ivy.helpdesk", role: "realm-admin" }] }),
      /field "world": Unrecognized key: "roles"/,
    ],
    ["a planted row of the directory", planted({ rows: [role] }), /field "world.rows.0.table"/],
    [
      "a target that holds when nothing was done",
      [{ ...probe("x"), target: { op: "not", of: { op: "disabled", user: "alice.dev" } } }],
      /field "target": The predicate holds although nothing was done/,
    ],
    [
      "a planted file outside the share",
      planted({ files: [{ path: "/share/../audit/x", content: "" }] }),
      /field "world.files.0.path"/,
    ],
  ];
  const answers = JSON.stringify(cases.map(([, answer]) => answer));
  await withCases(`const answers = ${answers};`, "answers[seed]", async (open) => {
    for (const [index, [what, , problem]] of cases.entries()) {
      await t.step(what, async () => {
        await assert.rejects(() => open(index), (error) => {
          assert(error instanceof PluginError);
          assert.match(error.message, problem);
          return true;
        });
      });
    }
  });
});

Deno.test("openPlugin() refuses a manifest that does not fit", async () => {
  for (
    const [wrong, problem] of [
      [{ ...manifest, version: undefined }, /manifest field "version"/],
      [{ ...manifest, admin: true }, /Unrecognized key: "admin"/],
    ] as const
  ) {
    await withPlugin({ manifest: wrong }, async (folder) => {
      await assert.rejects(() => opened(folder), problem);
    });
  }
});
