import assert from "node:assert/strict";
import { decide } from "./_broker.ts";
import { tracePlugin } from "./trace_plugin.ts";
import { manifest, probe, withPlugin, withPluginFiles } from "./testing/test_plugin.ts";

function plugin(probes: string, more = ""): Record<string, string> {
  return {
    "mod.ts": `
      // deno-lint-ignore-file
      const attempt = async (door: () => unknown) => { try { await door(); } catch { /* shut */ } };
      export default {
        manifest: ${JSON.stringify(manifest)},
        probes: async () => { ${probes}; return [${JSON.stringify(probe("one"))}]; },
        ${more}
      };
    `,
  };
}

Deno.test("tracePlugin() records nothing of a plugin that only computes", async () => {
  await withPlugin({}, async (folder) => {
    assert.deepEqual(await tracePlugin(folder), { attempts: [], problem: null });
  });
});

Deno.test("tracePlugin() records every kind of right that was tried, refuses it, and counts", async () => {
  const files = plugin(`
    await attempt(() => Deno.readTextFileSync("/etc/hostname"));
    await attempt(() => Deno.readTextFileSync("/etc/hostname"));
    await attempt(() => Deno.readTextFileSync("../home"));
    await attempt(() => Deno.writeTextFileSync("note.txt", "x"));
    await attempt(() => Deno.env.get("HOME"));
    await attempt(() => Deno.hostname());
    await attempt(() => Deno.connect({ hostname: "127.0.0.1", port: 1 }));
    await attempt(() => Deno.dlopen("libc.so.6", {}));
    await attempt(() => new Deno.Command("/bin/true").outputSync());
  `);
  await withPluginFiles(files, async (folder) => {
    const { attempts, problem } = await tracePlugin(folder);
    assert.equal(problem, null);
    assert.deepEqual(attempts.find(({ value }) => value === "/etc/hostname"), {
      permission: "read",
      value: "/etc/hostname",
      allowed: false,
      times: 2,
    });
    const tried = attempts.map(({ permission, value }) => `${permission} ${value}`);
    for (
      const each of [
        "read ../home",
        "write note.txt",
        "env HOME",
        "sys hostname",
        "net 127.0.0.1:1",
        "ffi libc.so.6",
      ]
    ) assert(tried.includes(each), `${each} in ${tried}`);
    assert(tried.some((each) => each.startsWith("run ")), String(tried));
    assert(attempts.every(({ allowed }) => !allowed));
  });
});

Deno.test("tracePlugin() asks an adaptive plugin for turns, and allows what is granted", async () => {
  const files = plugin("", 'next: () => Deno.env.get("BADGE") ?? "none"');
  await withPluginFiles(files, async (folder) => {
    const transcripts = [{ probe: "acme/badge/one", seed: 1, messages: [] }];
    const [attempt] =
      (await tracePlugin(folder, { grant: { env: ["BADGE"] }, transcripts })).attempts;
    assert.deepEqual(attempt, { permission: "env", value: "BADGE", allowed: true, times: 1 });
    const { problem } = await tracePlugin(folder, { transcripts });
    assert.match(problem ?? "", /its next threw .*it was not granted/);
  });
});

Deno.test("tracePlugin() keeps what was tried by a plugin that then dies", async () => {
  const files = plugin('await attempt(() => Deno.readTextFileSync("/etc/hostname")); Deno.exit(3)');
  await withPluginFiles(files, async (folder) => {
    const { attempts, problem } = await tracePlugin(folder);
    assert.deepEqual(attempts.map(({ value }) => value), ["/etc/hostname"]);
    assert.match(problem ?? "", /its process ended with code 3/);
  });
});

Deno.test("decide() allows the plugin's folder and what was granted, and nothing that looks like it", () => {
  const options = { folder: "/p/code", granted: { read: ["/srv/x"], net: ["127.0.0.1:1"] } };
  const read = (value: string | null) => decide({ permission: "read", value }, options);
  assert.deepEqual(["/p/code/plugin.js", "plugin.js", "/srv/x/y", "/srv/x"].map(read), [
    true,
    true,
    true,
    true,
  ]);
  assert.deepEqual(
    ["/p/code2", "../home", "/p/code/../home", "/srv/xy", "/", null].map(read),
    [false, false, false, false, false, false],
  );
  const net = (value: string) => decide({ permission: "net", value }, options);
  assert.deepEqual(["127.0.0.1:1", "127.0.0.1:12", "127.0.0.1"].map(net), [true, false, false]);
  assert.equal(decide({ permission: "run", value: "/p/code/x" }, options), false);
});
