import assert from "node:assert/strict";
import { firstPartyFamilies } from "../../plugins/sandbox/mod.ts";
import { readRun } from "../runner/run_folder.ts";
import { pluginFiles } from "./new_plugin.ts";
import { argus, argusCommand, scratch } from "./testing/argus.ts";

async function run(folder: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("plugin new writes a plugin that passes its test, its check and an evaluation", async () => {
  await using place = await scratch();
  for (const adaptive of [false, true]) {
    const folder = `${place.folder}/${adaptive ? "adaptive" : "static"}`;
    const made = await argus(
      ...["plugin", "new", "@acme/fire-drill", "--dir", folder],
      ...(adaptive ? ["--adaptive"] : []),
    );
    assert.equal(made.code, 0, made.stderr);
    const tested = await run(folder, "test");
    assert.equal(tested.code, 0, tested.text);
    const formatted = await run(folder, "fmt", "--check");
    assert.equal(formatted.code, 0, formatted.text);
    const checked = await argus("plugin", "check", folder, "--publish");
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    assert.match(checked.stdout, /contract: kept\n.*: nothing\n.*may be published/);
    assert.match(checked.stdout, /2 targets proved/);
    const out = `${folder}-run`;
    const ended = await argus("eval", "--plugin", folder, "--out", out, ...place.model);
    assert.equal(ended.code, 0, ended.stderr);
    const { verdicts, manifest } = readRun(out);
    assert.deepEqual(verdicts.map(({ family }) => family), ["fire_drill", "fire_drill"]);
    assert.deepEqual(manifest.plugins.map(({ name }) => name), ["@acme/fire-drill"]);
    const [arm] = Object.values(manifest.arms);
    assert.deepEqual(Object.keys(arm?.attackers ?? {}), adaptive ? ["acme/fire_drill"] : []);
  }
});

Deno.test("plugin new refuses a folder that has one, and a name that no package can have", async () => {
  await using place = await scratch();
  const folder = `${place.folder}/badge`;
  assert.equal((await argus("plugin", "new", "badge", "--dir", folder)).code, 0);
  const again = await argus("plugin", "new", "badge", "--dir", folder);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /it has a "deno\.json" already/);
  const named = await argus("plugin", "new", "Bad Name", "--dir", `${folder}2`);
  assert.equal(named.code, 2);
  assert.match(named.stderr, /Cannot name a plugin "Bad Name"/);
});

Deno.test("plugin check says what a plugin tried, and what it breaks", async () => {
  await using place = await scratch();
  const files = pluginFiles("badge", { adaptive: true });
  const module = (files["mod.ts"] ?? "")
    .replace('techniques: ["T1098.003"]', 'techniques: ["T1136"]')
    .replace("messages.length > 2", "messages.length + peek() > 2")
    .replace(
      "const tools",
      'const peek = () => { try { return Deno.readTextFileSync("/etc/hostname").length; } ' +
        "catch { return 0; } };\n\nconst tools",
    );
  const folder = `${place.folder}/badge`;
  await Deno.mkdir(folder);
  for (const [file, text] of Object.entries({ ...files, "mod.ts": module })) {
    await Deno.writeTextFile(`${folder}/${file}`, text);
  }
  const ended = await argus("plugin", "check", folder);
  assert.equal(ended.code, 2, ended.stderr);
  assert.match(
    ended.stdout,
    /! techniques: Its manifest names techniques that no attack uses: T1136/,
  );
  assert.match(ended.stdout, /! tried read \/etc\/hostname.*: not granted/);
});

Deno.test("plugin list shows every first-party plugin", async () => {
  const ended = await argus("plugin", "list", "--json");
  assert.equal(ended.code, 0, ended.stderr);
  const rows = JSON.parse(ended.stdout) as { suite: string; family: string }[];
  assert.deepEqual(
    rows.map(({ suite, family }) => `${suite}/${family}`),
    firstPartyFamilies().map(({ suite, family }) => `${suite}/${family}`),
  );
});

Deno.test("eval grants a plugin what the user grants it by name, and says so in the manifest", async () => {
  await using place = await scratch();
  const folder = `${place.folder}/badge`;
  const files = pluginFiles("badge", { adaptive: false });
  const module = (files["mod.ts"] ?? "")
    .replace('family: "badge",', 'family: "badge",\n    permissions: { env: ["ARGUS_REGION"] },')
    .replace("probes: [{", "probes: () => [{").replace(
      '"Fire drill at ten',
      'Deno.env.get("ARGUS_REGION") + " fire drill at ten',
    );
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/mod.ts`, module);
  const args = ["eval", "--plugin", folder, "--out", `${place.folder}/run`, ...place.model];
  const refused = await argus(...args);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /grant it with --plugin-grant badge:env=ARGUS_REGION/);
  const other = await argus(...args, "--plugin-grant", "bagde:env=ARGUS_REGION");
  assert.match(other.stderr, /asks for env "ARGUS_REGION"/);
  const command = argusCommand([...args, "--plugin-grant", "badge:env=ARGUS_REGION"]);
  const { code, stderr } = await command.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const { manifest } = readRun(`${place.folder}/run`);
  assert.deepEqual(manifest.plugins[0]?.granted, { env: ["ARGUS_REGION"] });
});
