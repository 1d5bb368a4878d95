import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { unpack } from "./_fetch_package.ts";
import { openPlugin } from "./open_plugin.ts";
import { PluginError } from "./plugin_error.ts";
import { manifest, probe } from "./testing/test_plugin.ts";

interface Entry {
  name: string;
  text?: string;
  type?: string;
}

/** A tar archive, as npm packs one. */
function tarOf(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const blocks = entries.flatMap(({ name, text = "", type = "0" }) => {
    const bytes = encoder.encode(text);
    const header = new Uint8Array(512);
    const put = (at: number, value: string): void => header.set(encoder.encode(value), at);
    put(0, name);
    put(100, "0000644\0");
    put(124, `${bytes.length.toString(8).padStart(11, "0")}\0`);
    put(156, type);
    put(257, "ustar\x0000");
    const body = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
    body.set(bytes);
    return [header, body];
  });
  const whole = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 1024));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}

const FILES: readonly Entry[] = [
  {
    name: "package/package.json",
    text: JSON.stringify({
      name: "@acme/badge",
      version: "0.1.0",
      exports: { ".": { types: "./mod.d.ts", default: "./src/mod.js" } },
      scripts: { preinstall: "touch was-here", postinstall: "touch was-here" },
      dependencies: { "@argus-safety/argus": "^0.1.0" },
    }),
  },
  {
    name: "package/src/mod.js",
    text: `import { definePlugin } from "@argus-safety/argus/plugin";
export default definePlugin({ manifest: ${JSON.stringify(manifest)}, probes: [${
      JSON.stringify(probe("packed"))
    }] });`,
  },
];

interface Registry {
  address: string;
  asked: string[];
}

/** Runs `body` with a registry on 127.0.0.1 that has this one package. */
async function withRegistry(
  entries: readonly Entry[],
  body: (registry: Registry, folder: string) => Promise<void>,
  dist: { integrity?: string; tarball?: string } = {},
): Promise<void> {
  const tar = new Blob([tarOf(entries)]).stream().pipeThrough(new CompressionStream("gzip"));
  const packed = new Uint8Array(await new Response(tar).arrayBuffer());
  const integrity = `sha512-${createHash("sha512").update(packed).digest("base64")}`;
  const asked: string[] = [];
  const stop = new AbortController();
  const listening = Promise.withResolvers<number>();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: stop.signal,
    onListen: ({ port }) => listening.resolve(port),
  }, ({ url }) => {
    const { pathname, origin } = new URL(url);
    asked.push(pathname);
    if (pathname === "/badge.tgz") return new Response(packed);
    if (pathname.toLowerCase() !== "/@acme%2fbadge") return new Response(null, { status: 404 });
    const version = { dist: { tarball: `${origin}/badge.tgz`, integrity, ...dist } };
    return Response.json({ versions: { "0.1.0": version } });
  });
  const folder = await Deno.makeTempDir({ prefix: "argus-packages-" });
  try {
    await body({ address: `http://127.0.0.1:${await listening.promise}`, asked }, folder);
  } finally {
    stop.abort();
    await server.finished;
    await Deno.remove(folder, { recursive: true });
  }
}

function filesUnder(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesUnder(join(folder, name)).map((file) => `${name}/${file}`) : [name]
  ).sort();
}

Deno.test("openPlugin() fetches a package once, runs no script of it and writes its integrity down", () =>
  withRegistry(FILES, async ({ address, asked }, folder) => {
    const packages = { folder, npmRegistry: address };
    await using plugin = await openPlugin("npm:@acme/badge@0.1.0", { packages });
    assert.equal(plugin.probes[0]?.id, "acme/badge/packed");
    assert.match(plugin.integrity ?? "", /^sha512-/);
    assert.deepEqual(filesUnder(folder), [
      "npm+@acme+badge@0.1.0/integrity",
      "npm+@acme+badge@0.1.0/package/package.json",
      "npm+@acme+badge@0.1.0/package/src/mod.js",
    ]);
    assert.deepEqual(asked.length, 2, "no dependency of it is asked for");
    const pinned = `npm:@acme/badge@0.1.0#${plugin.integrity}`;
    await using again = await openPlugin(pinned, { packages });
    assert.equal(again.contentHash, plugin.contentHash);
    assert.equal(asked.length, 2, "it is not fetched again");
    const other = `npm:@acme/badge@0.1.0#sha512-${"A".repeat(86)}==`;
    await assert.rejects(
      () => openPlugin(other, { packages }),
      /that was fetched before has sha512/,
    );
  }));

const refused: [what: string, Parameters<typeof withRegistry>[2], Entry[], RegExp][] = [
  [
    "a tarball that is not the stated one",
    {
      integrity: `sha512-${"A".repeat(86)}==`,
    },
    [],
    /not the one that the registry states/,
  ],
  ["a version without an integrity", { integrity: "sha1-x" }, [], /no version "0\.1\.0"/],
  [
    "a tarball on another host",
    { tarball: "http://127.0.0.2:8080/badge.tgz" },
    [],
    /Requires net access/,
  ],
  ["a link", {}, [{ name: "package/x", type: "2" }], /"package\/x" is no regular file/],
  [
    "a path that leaves it",
    {},
    [{ name: "package/../../x" }],
    /"package\/\.\.\/\.\.\/x" leaves it/,
  ],
  ["an absolute path", {}, [{ name: "/etc/x" }], /"\/etc\/x" leaves it/],
];

for (const [what, dist, more, problem] of refused) {
  Deno.test(`openPlugin() refuses a package with ${what}, and leaves nothing of it`, () =>
    withRegistry([...FILES, ...more], async ({ address }, folder) => {
      const packages = { folder, npmRegistry: address };
      await assert.rejects(() => openPlugin("npm:@acme/badge@0.1.0", { packages }), (error) => {
        assert(error instanceof PluginError);
        assert.equal(error.fault, "source");
        assert.match(error.message, problem);
        return true;
      });
      assert.deepEqual(filesUnder(folder), []);
    }, dist));
}

Deno.test("openPlugin() refuses a package that is not the pinned one, or is not there", () =>
  withRegistry(FILES, async ({ address }, folder) => {
    const packages = { folder, npmRegistry: address };
    const pinned = `npm:@acme/badge@0.1.0#sha512-${"A".repeat(86)}==`;
    await assert.rejects(() => openPlugin(pinned, { packages }), /not the one that was asked for/);
    await assert.rejects(
      () => openPlugin("npm:@acme/badge@9.9.9", { packages }),
      /no version "9\.9\.9" of "@acme\/badge"/,
    );
    await assert.rejects(() => openPlugin("npm:badge@0.1.0", { packages }), /answered 404/);
  }));

Deno.test("unpack() reads long paths and skips folders", () => {
  const path = `package/${"long/".repeat(30)}x.js`;
  const record = ` path=${path}\n`;
  const length = record.length + String(record.length + 3).length;
  const files = unpack(tarOf([
    { name: "package/", type: "5" },
    { name: "pax", type: "x", text: `${length}${record}` },
    { name: "package/long/short.js", text: "1" },
    { name: "package/y.js", text: "2" },
  ]));
  assert.deepEqual(files.map((file) => file.path), [path.slice("package/".length), "y.js"]);
  assert.throws(
    () => unpack(tarOf([{ name: "package/x", text: "1" }]).subarray(0, 512)),
    /damaged/,
  );
});
