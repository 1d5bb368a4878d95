import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

interface ModuleGraph {
  modules: { specifier: string; kind?: string; error?: string }[];
}

Deno.test("importing the defenses pulls in their own files, the vocabulary, zod, and nothing native", async () => {
  const root = new URL("../", import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "defenses/mod.ts"],
    cwd: fileURLToPath(root),
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const graph: ModuleGraph = JSON.parse(new TextDecoder().decode(stdout));
  const strangers = graph.modules
    .filter(({ specifier }) =>
      !specifier.startsWith(`${root.href}defenses/`) &&
      !specifier.startsWith(`${root.href}probes/`) &&
      !/^npm:\/?zod@/.test(specifier) && specifier !== "node:crypto"
    )
    .map(({ specifier }) => specifier);
  assert.deepEqual(strangers, []);
  assert.deepEqual(graph.modules.filter(({ error }) => error !== undefined), []);
  assert.ok(graph.modules.some(({ specifier }) => specifier.endsWith("defenses/chain.ts")));
});
