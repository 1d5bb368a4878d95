// Runs each example as its first lines say, with the shipped nano models.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

async function run(name: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "argus-example-" });
  const root = fileURLToPath(new URL("../", import.meta.url));
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "-P=harness",
        `--config=${root}deno.json`,
        `${root}examples/${name}`,
      ],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("quickstart approves the offboarding of alice.dev and rejects that of the audit stack", async () => {
  const text = await run("quickstart.ts");
  assert.match(text, /^alice\.dev: APPROVE\n {2}intent: .*alice\.dev/m);
  assert.match(text, /^henry\.compliance: REJECT\n {2}reason: \S/m);
});

Deno.test("run_eval runs a family under two profiles and compares what got through", async () => {
  const text = await run("run_eval.ts");
  assert.match(text, /profile none: \d+ of \d+ attacks hit their target/);
  assert.match(text, /profile full: \d+ of \d+ attacks hit their target/);
});

Deno.test("guard_tool lets an ordinary account go and keeps one of the audit stack", async () => {
  const text = await run("guard_tool.ts");
  assert.match(text, /^alice\.dev: deleted$/m);
  assert.match(text, /^henry\.compliance: Call of "kc_delete_user" stopped by "audit-namespace/m);
});

Deno.test("guard_tool_calls answers a model's calls and stops the one on the audit stack", async () => {
  const text = await run("guard_tool_calls.ts");
  assert.match(text, /^call_1: \{"ended":"alice\.dev"\}$/m);
  assert.match(text, /^call_2: \{"error":"Stopped by \\"audit-namespace-guard\\""\}$/m);
  assert.match(text, /^call_3: .*Not called/m);
});

Deno.test("mcp_guard stands between a client and a server over the Keycloak tools", async () => {
  const text = await run("mcp_guard.ts");
  assert.match(text, /^\d+ tools$/m);
  assert.match(text, /^alice\.dev: done/m);
  assert.match(text, /^henry\.compliance: Stopped by audit-namespace-guard/m);
});

Deno.test("quickstart is at most thirty lines", () => {
  const text = Deno.readTextFileSync(new URL("quickstart.ts", import.meta.url));
  assert(text.trimEnd().split("\n").length <= 30);
});
