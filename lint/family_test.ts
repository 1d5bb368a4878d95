import assert from "node:assert/strict";
import { familyFiles, withExports } from "./family.ts";

const ROOT = new URL("../", import.meta.url);

Deno.test("familyFiles() writes a package like the ones that are there", () => {
  const files = familyFiles("argus-eval-v1", "E4_over_refusal");
  const there = (path: string): string => Deno.readTextFileSync(new URL(path, ROOT));
  for (
    const path of [
      "plugins/e4_over_refusal/deno.json",
      "probes/argus-eval-v1/E4_over_refusal.ts",
    ]
  ) assert.equal(files[path], there(path));
});

Deno.test("withExports() lists exactly the families that are there, once", () => {
  const families = [{ suite: "b", family: "f2" }, { suite: "a", family: "f1" }];
  const before = '{\n  "exports": {\n    ".": "./mod.ts",\n    "./probes": "./probes/mod.ts",\n' +
    '    "./probes/a/gone": "./probes/a/gone.ts"\n  },\n  "workspace": []\n}\n';
  const after = withExports(before, families);
  assert.deepEqual(JSON.parse(after).exports, {
    ".": "./mod.ts",
    "./probes": "./probes/mod.ts",
    "./probes/a/f1": "./probes/a/f1.ts",
    "./probes/b/f2": "./probes/b/f2.ts",
  });
  assert.equal(withExports(after, families), after);
});
