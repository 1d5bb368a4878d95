import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

/** The part of `deno.json` that is checked. */
interface ProjectConfig {
  imports: Record<string, string>;
  tasks: Record<string, string | { command: string }>;
  permissions: Record<string, Record<string, unknown>>;
  exports: Record<string, string>;
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

const config: ProjectConfig = JSON.parse(read("deno.json"));

function pinOf(name: string): string {
  return config.imports[name]?.replace(/^npm:.+@/, "") ?? "";
}

Deno.test("no task grants every permission", () => {
  for (const [name, task] of Object.entries(config.tasks)) {
    const command = typeof task === "string" ? task : task.command;
    assert.doesNotMatch(command, /(^|\s)(-[a-zA-Z]*A[a-zA-Z]*|--allow-all)(\s|$)/, name);
  }
});

Deno.test("every task that runs a module names a permission set that exists", () => {
  for (const [name, task] of Object.entries(config.tasks)) {
    const command = typeof task === "string" ? task : task.command;
    for (const [, part = ""] of command.matchAll(/deno run ([^&|;]*)/g)) {
      const set = /-P=(\S+)/.exec(part)?.[1] ?? "";
      assert.ok(set in config.permissions, `Task '${name}' runs with the set '${set}'`);
    }
  }
});

Deno.test("no permission set grants everything of a kind", () => {
  for (const [name, set] of Object.entries(config.permissions)) {
    for (const kind of ["all", "read", "write", "net", "run", "ffi"]) {
      assert.notEqual(set[kind], true, `'${name}' grants all of '${kind}'`);
      const allow = (set[kind] as { allow?: unknown } | undefined)?.allow;
      assert.notEqual(allow, true, `'${name}' grants all of '${kind}'`);
    }
    assert.equal(set.ffi, false, `'${name}' does not refuse FFI`);
  }
});

Deno.test("every import is pinned to one version", () => {
  for (const [name, specifier] of Object.entries(config.imports)) {
    if (specifier.startsWith("./")) continue;
    assert.match(specifier, /^npm:(@[^@/]+\/)?[^@/]+@\d+\.\d+\.\d+(\/.+)?$/, name);
  }
});

Deno.test("docs/dependencies.md has a row for each pinned package, and no other", () => {
  const rows = [
    ...read("docs/dependencies.md").matchAll(/^\| `([^`]+)` +\| (\d\S*) +\| (\S.*)$/gm),
  ];
  for (const [, name, , reason = ""] of rows) assert.match(reason, /^\S.*\| \S/, String(name));
  const listed = rows.map(([, name, version]) => `npm:${name}@${version}`).sort();
  const pinned = Object.values(config.imports)
    .filter((specifier) => specifier.startsWith("npm:"))
    .map((specifier) => specifier.replace(/^(npm:.+@\d+\.\d+\.\d+)\/.*$/, "$1"));
  assert.deepEqual(listed, [...new Set(pinned)].sort());
});

Deno.test("bootstrap.sh adds the GPU binaries of the pinned node-llama-cpp", () => {
  const version = /^LLAMA_VERSION=(.+)$/m.exec(read("bootstrap.sh"))?.[1];
  assert.equal(version, pinOf("node-llama-cpp"));
});

Deno.test("bootstrap.sh pins the Deno that runs the tests", () => {
  const version = /^DENO_VERSION=(.+)$/m.exec(read("bootstrap.sh"))?.[1];
  assert.equal(version, Deno.version.deno);
});
