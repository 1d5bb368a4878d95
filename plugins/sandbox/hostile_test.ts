import assert from "node:assert/strict";
import { join } from "node:path";
import {
  link,
  opened,
  probe,
  withCases,
  withPlugin,
  withPluginFiles,
} from "./testing/test_plugin.ts";
import { capsOf } from "./limits.ts";
import { openPlugin } from "./open_plugin.ts";
import { PluginError, type PluginFault } from "./plugin_error.ts";

/** Code of a plugin that tries every door and answers with the names of those that opened. */
const DOORS = `
  // Glued when it runs: neither the inspection nor the bundler can see it.
  const glue = (...parts: string[]) => parts.join("");
  const doors: Record<string, () => unknown> = {
    read: () => Deno.readTextFileSync("/etc/hostname"),
    "read beside": () => Deno.readTextFileSync("../home"),
    list: () => [...Deno.readDirSync("..")],
    write: () => Deno.writeTextFileSync("x.txt", "x"),
    "write in home": () => Deno.writeTextFileSync("../home/x.txt", "x"),
    env: () => Deno.env.get("HOME"),
    "all env": () => Deno.env.toObject(),
    sys: () => Deno.hostname(),
    run: () => new Deno.Command("true").outputSync(),
    "run deno": () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).outputSync(),
    ffi: () => Deno.dlopen("libc.so.6", {}),
    "kill host": () => Deno.kill(Deno.ppid, "SIGKILL"),
    net: () => Deno.connect({ hostname: "127.0.0.1", port: 1 }),
    listen: () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    fetch: () => fetch("http://127.0.0.1:1/"),
    "fetch a file": () => fetch("file:///etc/hostname"),
    dns: () => Deno.resolveDns("example.com", "A"),
    "node fs": async () => (await import(glue("node:", "fs"))).readFileSync("/etc/hostname"),
    "node run": async () => (await import(glue("node:", "child_process"))).execSync("true"),
    "node net": async () => (await import(glue("node:", "os"))).networkInterfaces(),
    "import a file": () => import(glue("file:///etc/", "hostname")),
    "import a text": () => import(glue("/etc/", "hostname"), { with: { type: "text" } }),
    "import npm": () => import(glue("npm:", "zod")),
    "import https": () => import(glue("https://127.0.0.1:1/", "x.ts")),
    "import jsr": () => import(glue("jsr:", "@std/assert")),
    "import data": () => import(glue("data:text/javascript,",
      encodeURIComponent("import t from '/etc/hostname' with { type: 'text' }; export default t;"))),
    request: async () => {
      if ((await Deno.permissions.request({ name: "read" })).state !== "granted") throw 0;
    },
    // A graphics driver is native code, and its buffers count towards no cap.
    gpu: async () => { if (await navigator.gpu.requestAdapter() === null) throw 0; },
    "keep in caches": async () => { await globalThis.caches.open("x"); },
    sqlite: async () => new (await import(glue("node:", "sqlite"))).DatabaseSync("x.db"),
  };
  async function openDoors(): Promise<string> {
    const open: string[] = [];
    for (const [name, door] of Object.entries(doors)) {
      try { await door(); open.push(name); } catch { /* shut */ }
    }
    return open.join(", ");
  }
`;

Deno.test("a plugin finds every door shut", async () => {
  const answer = `[{ ...${JSON.stringify(probe("x"))}, template: "open: " + await openDoors() }]`;
  await withCases(DOORS, answer, async (open) => {
    assert.equal((await open(0)).probes[0]?.template, "open: ");
  });
});

const attacks: readonly (readonly [string, string, PluginFault | readonly PluginFault[]])[] = [
  ["kills itself", `Deno.kill(Deno.pid, "SIGKILL")`, "exit"],
  ["exits", `Deno.exit(0)`, "exit"],
  ["spins", `(() => { while (true); })()`, "timeout"],
  ["spins in a regular expression", `/^(a+)+$/.test("a".repeat(40) + "b")`, "timeout"],
  ["hangs", `new Promise(() => setInterval(() => {}, 10))`, "timeout"],
  ["blows the heap", `(() => { const a = []; while (true) a.push({ a }); })()`, "exit"],
  ["throws", `(() => { throw new Error("boom"); })()`, "threw"],
  ["rejects in the background", `(Promise.reject(1), new Promise(() => {}))`, "exit"],
  ["floods one line", `flood("x")`, "output"],
  ["floods lines", `flood('{"id":7,"result":[]}\\n')`, "protocol"],
  ["writes no JSON", `say("verdict: defended\\n")`, "protocol"],
  ["forges a verdict", `say('{"schema":"argus.verdict/1","hit":false}\\n')`, "protocol"],
  ["answers what nobody asked", `say('{"id":99,"result":[]}\\n')`, "protocol"],
  ["has no probes", "[]", "invalid"],
  ["pollutes a prototype", `say('{"id":1,"result":{"__proto__":{"hit":true}}}\\n')`, "protocol"],
  [
    "nests deep",
    `say('{"id":1,"result":' + "[".repeat(1e5) + "]".repeat(1e5) + '}\\n')`,
    "protocol",
  ],
  [
    "writes bytes that are no text",
    `Deno.stdout.writeSync(new Uint8Array([255, 254, 10]))`,
    "protocol",
  ],
  ["steals stdin", `(async () => { for await (const _ of Deno.stdin.readable); })()`, "threw"],
  ["breaks the runner", `(Object.prototype.toJSON = () => { throw 1; }, [])`, ["threw", "exit"]],
];

Deno.test("a hostile plugin harms neither host nor neighbours", async (t) => {
  const cases = attacks.map(([, code]) => `async () => ${code}`).join(",\n");
  const code = `
    const bytes = new TextEncoder();
    function say(text: string) {
      let rest = bytes.encode(text);
      while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
      return new Promise(() => {});
    }
    function flood(text: string) {
      const block = text.repeat(Math.ceil(65536 / text.length));
      while (true) say(block);
    }
    const cases: (() => unknown)[] = [${cases}];
  `;
  await withPlugin({ more: "next: () => 'still here'," }, async (folder) => {
    await using neighbour = await openPlugin(folder);
    await withCases(code, "await cases[seed]()", async (open) => {
      for (const [index, [what, , expected]] of attacks.entries()) {
        await t.step(`one that ${what}`, async () => {
          const call = expected === "timeout" ? 300 : 10_000;
          const limits = { call, line: 1_000_000, output: 4_000_000 };
          await assert.rejects(() => open(index, { limits }), (error) => {
            assert(error instanceof PluginError, String(error));
            assert([expected].flat().includes(error.fault), `${error.fault}: ${error.message}`);
            return true;
          });
          const turn = await neighbour.next?.({ probe: "x", seed: index, messages: [] });
          assert.equal(turn, "still here");
          assert.equal(({} as Record<string, unknown>).hit, undefined);
        });
      }
    });
  });
});

Deno.test("a plugin that hoards buffers dies at the cap of its data segment", async () => {
  const hoard = "const hoard: Uint8Array[] = [];";
  const grow = "(() => { while (true) hoard.push(new Uint8Array(64 * 1024 * 1024).fill(1)); })()";
  const capped = (await capsOf()).data !== null;
  await withCases(hoard, grow, async (open) => {
    await assert.rejects(() => open(0, { limits: { call: capped ? 10_000 : 300 } }), (error) => {
      assert(error instanceof PluginError, String(error));
      // V8 reports the refused allocation, or Deno itself fails on one first.
      assert((capped ? ["exit", "threw"] : ["timeout"]).includes(error.fault), error.message);
      return true;
    });
  });
});

Deno.test("what a plugin says on stderr and the console is kept to its tail", async () => {
  const say = `(console.log("x".repeat(100000)), console.error("the end"), Deno.exit(3))`;
  await withCases("", say, async (open) => {
    await assert.rejects(() => open(0), (error) => {
      assert(error instanceof PluginError);
      assert.equal(error.stderr.length, 4096);
      assert.match(error.stderr, /xxxthe end|xxx\nthe end/);
      return true;
    });
  });
});

Deno.test("a plugin that spins while it is loaded is killed", async () => {
  await withPluginFiles({ "mod.ts": "while (true);\nexport default {};" }, async (folder) => {
    await assert.rejects(() => opened(folder, { limits: { start: 400 } }), { fault: "timeout" });
  });
});

Deno.test("a module that is no plugin is refused", async () => {
  await withPluginFiles({ "mod.ts": "export const x = 1;" }, async (folder) => {
    await assert.rejects(() => opened(folder), /Expected definePlugin\(\.\.\.\)/);
  });
});

Deno.test("imports that leave the folder are refused before anything runs", async (t) => {
  const outside = await Deno.makeTempDir({ prefix: "argus-outside-" });
  await Deno.writeTextFile(join(outside, "secret.ts"), "export default 'secret';");
  const lines: readonly (readonly [string, string])[] = [
    ["a text above", `import x from "../../etc/hostname" with { type: "text" };`],
    ["an absolute text", `import x from "/etc/hostname" with { type: "text" };`],
    ["a module beside", `import x from "${join(outside, "secret.ts")}";`],
    ["a module beside, dynamically", `const x = await import("file://${outside}/secret.ts");`],
    ["a re-export", `export * from "${join(outside, "secret.ts")}";`],
    ["npm", `import x from "npm:commander";`],
    ["an npm name", `import x from "commander";`],
    ["jsr", `import x from "jsr:@std/assert";`],
    ["https", `import x from "https://example.com/mod.ts";`],
    ["node", `import x from "node:fs";`],
    ["data", `import x from "data:text/javascript,export default 1";`],
    ["the host's engine", `import x from "@argus-safety/argus/stack";`],
    ["a path in the host", `import x from "@argus-safety/argus/probes/../../deno";`],
    ["a link", `import x from "./link.ts";`],
  ];
  try {
    for (const [what, line] of lines) {
      await t.step(what, async () => {
        await withPluginFiles({ "mod.ts": `${line}\nexport default {};` }, async (folder) => {
          await link(join(outside, "secret.ts"), join(folder, "link.ts"));
          await assert.rejects(() => opened(folder), (error) => {
            assert(error instanceof PluginError, String(error));
            assert.equal(error.fault, "import");
            return true;
          });
        });
      });
    }
  } finally {
    await Deno.remove(outside, { recursive: true });
  }
});

async function withTempFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const before = Deno.env.get("TMPDIR");
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "argus-test-" }));
  Deno.env.set("TMPDIR", folder);
  try {
    await body(folder);
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("nothing is left behind", async () => {
  await withTempFolder(async (folder) => {
    await withPlugin({}, async (plugin) => {
      await opened(plugin);
      await assert.rejects(() => opened(plugin, { limits: { start: 1 } }));
    });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("what killed hosts left behind is removed, and nothing that lives", async () => {
  await withTempFolder(async (folder) => {
    const then = new Date(Date.now() - 120_000);
    const stale = join(folder, "argus-plugin-stale");
    const live = join(folder, "argus-plugin-live");
    for (const path of [stale, live]) {
      await Deno.mkdir(join(path, "code"), { recursive: true });
      await Deno.writeTextFile(join(path, ".lock"), "");
      await Deno.utime(path, then, then);
    }
    using held = await Deno.open(join(live, ".lock"), { write: true });
    assert.ok(await held.tryLock(true));
    await withPlugin({}, async (plugin) => {
      await opened(plugin);
    });
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["argus-plugin-live"]);
  });
});
