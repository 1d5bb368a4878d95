import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import house from "./house.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The rules that `source` breaks as the file `path`. */
function broken(path: string, source: string): string[] {
  return Deno.lint.runPlugin(house, ROOT + path, source).map(({ id }) => id);
}

const CASES: { name: string; path: string; source: string; rule?: string }[] = [
  {
    name: "floors refuses an import that goes up",
    path: "probes/probe.ts",
    source: `import { chain } from "../defenses/chain.ts";`,
    rule: "house/floors",
  },
  {
    name: "floors refuses an import between rooms of one floor",
    path: "stack/files/mod.ts",
    source: `import type { Context } from "../../defenses/defense.ts";`,
    rule: "house/floors",
  },
  {
    name: "floors refuses the way around through the package's own name",
    path: "defenses/chain.ts",
    source: `export * from "@argus-safety/argus/stack";`,
    rule: "house/floors",
  },
  {
    name: "floors refuses a dynamic import that goes up",
    path: "harness/runner/plan.ts",
    source: `await import("../cli/main.ts");`,
    rule: "house/floors",
  },
  {
    name: "floors refuses an import between two families",
    path: "plugins/f01/mod.ts",
    source: `import x from "../f02/mod.ts";`,
    rule: "house/floors",
  },
  {
    name: "floors refuses to hand a family the sandbox",
    path: "plugins/f01/mod.ts",
    source: `export { x } from "../sandbox/host.ts";`,
    rule: "house/floors",
  },
  {
    name: "floors refuses an import from the examples",
    path: "harness/cli/main.ts",
    source: `import "../../examples/quickstart.ts";`,
    rule: "house/floors",
  },
  {
    name: "floors allows an import that goes down",
    path: "harness/pipeline/episode.ts",
    source: `import { chain } from "../../defenses/chain.ts"; import "../../plugins/f01/mod.ts";`,
  },
  {
    name: "floors allows an import within a room",
    path: "harness/runner/plan.ts",
    source: `export * from "../verdicts/verdict.ts"; import { z } from "zod";`,
  },
  {
    name: "private-files refuses another folder's private file",
    path: "harness/runner/plan.ts",
    source: `import { x } from "../verdicts/_append_file.ts";`,
    rule: "house/private-files",
  },
  {
    name: "private-files refuses a private file one folder up",
    path: "stack/docker/services/keycloak.ts",
    source: `import { x } from "../_engine.ts";`,
    rule: "house/private-files",
  },
  {
    name: "private-files allows a private file of the same folder",
    path: "harness/verdicts/verdict_log.ts",
    source: `import { x } from "./_append_file.ts";`,
  },
  {
    name: "pinned-imports refuses a version in a source file",
    path: "stack/mod.ts",
    source: `import { z } from "npm:zod@4";`,
    rule: "house/pinned-imports",
  },
  {
    name: "pinned-imports refuses a remote module",
    path: "stack/mod.ts",
    source: `const x = await import("https://example.com/x.ts");`,
    rule: "house/pinned-imports",
  },
  {
    name: "no-child-process refuses node:child_process",
    path: "harness/cli/main.ts",
    source: `import { spawn } from "node:child_process";`,
    rule: "house/no-child-process",
  },
  {
    name: "file-names refuses a grab bag",
    path: "stack/utils.ts",
    source: `export const x = 1;`,
    rule: "house/file-names",
  },
  {
    name: "file-names refuses a private grab bag",
    path: "stack/_helpers.ts",
    source: `export const x = 1;`,
    rule: "house/file-names",
  },
  { name: "file-names allows a name", path: "stack/world.ts", source: `export const x = 1;` },
  {
    name: "environment refuses Deno.env",
    path: "stack/world.ts",
    source: `const home = Deno.env.get("HOME");`,
    rule: "house/environment",
  },
  {
    name: "environment refuses a destructured Deno.env",
    path: "stack/world.ts",
    source: `const { env } = Deno;`,
    rule: "house/environment",
  },
  {
    name: "environment refuses process.env",
    path: "stack/world.ts",
    source: `export const home = process.env.HOME;`,
    rule: "house/environment",
  },
  {
    name: "environment refuses the env of node:process",
    path: "stack/world.ts",
    source: `import { env as e } from "node:process";`,
    rule: "house/environment",
  },
  {
    name: "environment allows Deno.env in its one file",
    path: "harness/environment.ts",
    source: `export const home = Deno.env.get("HOME");`,
  },
  {
    name: "environment allows Deno.env in a test",
    path: "stack/world_test.ts",
    source: `const home = Deno.env.get("HOME");`,
  },
  {
    name: "error-messages refuses a period",
    path: "stack/world.ts",
    source: `throw new TypeError("Cannot read the world.");`,
    rule: "house/error-messages",
  },
  {
    name: "error-messages refuses a period after a value",
    path: "stack/world.ts",
    source: "throw new RangeError(`Cannot read ${path}.`);",
    rule: "house/error-messages",
  },
  {
    name: "error-messages refuses a period in an error of Deno",
    path: "stack/world.ts",
    source: `throw new Deno.errors.NotFound("Cannot find it.");`,
    rule: "house/error-messages",
  },
  {
    name: "error-messages allows an ellipsis and no period",
    path: "stack/world.ts",
    source: `throw new Error("Cannot read the world", { cause: new Error("a, b, ...") });`,
  },
];

for (const { name, path, source, rule } of CASES) {
  Deno.test(name, () => {
    assert.deepEqual(broken(path, source), rule === undefined ? [] : [rule]);
  });
}

Deno.test("every rule has a test that breaks it", () => {
  const tested = new Set(CASES.map(({ rule }) => rule));
  for (const rule of Object.keys(house.rules)) assert.ok(tested.has(`house/${rule}`), rule);
});
