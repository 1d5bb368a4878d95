import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

async function guardSuite(args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: ["run", "--quiet", "-P=harness", `${ROOT}harness/cli/main.ts`, "guard-suite", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("argus guard-suite prints a report of a family as JSON, and nothing else on stdout", async () => {
  const { code, stdout, stderr } = await guardSuite([
    ...["--family", "f01_account_mgmt", "--no-disguises", "--json"],
  ]);
  assert.equal(code, 0, stderr);
  const report = JSON.parse(stdout);
  assert.equal(report.schema, "argus.guard-suite/1");
  assert.ok(report.hits > 0 && report.completed > 0);
  const block = report.layers.find(({ name }: { name: string }) => name === "always-block");
  assert.equal(block.prevented.count, report.hits);
});

Deno.test("argus guard-suite refuses a family that is not there, and probes without a target", async () => {
  const unknown = await guardSuite(["--family", "f99_nothing"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /f99_nothing/);
  const missing = await guardSuite(["--probes", "/tmp/none.jsonl"]);
  assert.equal(missing.code, 2);
});
