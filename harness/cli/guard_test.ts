// Runs the guard as a user does, in front of a server process.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Transport } from "@modelcontextprotocol/server";
import { ChildTransport } from "../guard/child_transport.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SERVER = ["deno", "run", "--quiet", "-P=harness", `${ROOT}examples/mcp_keycloak_server.ts`];
const AUDIT = { realm: "enterprise", user_id: "henry.compliance" };
const ALICE = { realm: "enterprise", user_id: "alice.dev" };

function argus(set: string, args: readonly string[]): { command: string; args: string[] } {
  return {
    command: "deno",
    args: ["run", "--quiet", `-P=${set}`, `${ROOT}harness/cli/main.ts`, ...args],
  };
}

async function run(set: string, args: readonly string[]): Promise<{ code: number; text: string }> {
  const { command, args: all } = argus(set, args);
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: all,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

class Folder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync({ prefix: "argus-guard-" });

  file(name: string, content?: object): string {
    const path = `${this.path}/${name}`;
    if (content !== undefined) Deno.writeTextFileSync(path, JSON.stringify(content));
    return path;
  }

  lines(name: string): { tool: string; verdict: string; findings: { rule: string }[] }[] {
    const text = Deno.readTextFileSync(`${this.path}/${name}`);
    return text.trim().split("\n").map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

const POLICY = {
  requester: { username: "ada.itadmin", role: "it-admin" },
  directory: [{
    realm: "enterprise",
    user_id: "1",
    username: "alice.dev",
    roles: ["developer"],
  }],
};

async function connected(transport: Transport, test: (client: Client) => Promise<void>) {
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  try {
    await test(client);
  } finally {
    await client.close();
  }
}

function textOf(result: Awaited<ReturnType<Client["callTool"]>>): string {
  const [first] = result.content as { text: string }[];
  return first?.text ?? "";
}

Deno.test("argus guard blocks, allows and logs in front of a server over stdio, and an approval lets one call through", async () => {
  await using folder = new Folder();
  const policy = folder.file("policy.json", POLICY);
  const key = folder.file("omar.key");
  const approvals = folder.file("approvals");
  const made = await run("confirm", [
    ...["confirm", "keygen", "--approver", "omar.itadmin", "--key", key, "--policy", policy],
  ]);
  assert.equal(made.code, 0, made.text);
  const guard = argus("guard", [
    ...["guard", "--policy", policy, "--approvals", approvals, "--wait", "60"],
    ...["--log", folder.file("findings.jsonl"), "--", ...SERVER],
  ]);
  await connected(new ChildTransport(guard), async (client) => {
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === "kc_delete_user"));

    const ended = await client.callTool({ name: "kc_logout_user_sessions", arguments: ALICE });
    assert.ok(!ended.isError, textOf(ended));
    const blocked = await client.callTool({ name: "kc_logout_user_sessions", arguments: AUDIT });
    assert.ok(blocked.isError);
    assert.match(textOf(blocked), /Stopped by audit-namespace-guard/);

    const pending = client.callTool({ name: "kc_delete_user", arguments: ALICE });
    const digest = await waitingDigest(approvals);
    const own = await run("confirm", [
      ...["confirm", "sign", digest, "--approver", "ada.itadmin", "--key", key],
      ...["--approvals", approvals],
    ]);
    assert.equal(own.code, 2);
    assert.match(own.text, /cannot approve what/);
    const signed = await run("confirm", [
      ...["confirm", "sign", digest.slice(0, 12), "--approver", "omar.itadmin", "--key", key],
      ...["--approvals", approvals],
    ]);
    assert.equal(signed.code, 0, signed.text);
    assert.match(signed.text, /tool +kc_delete_user/);
    assert.ok(!signed.text.includes("argus-confirm"), "the token is not printed");
    const deleted = await pending;
    assert.ok(!deleted.isError, textOf(deleted));
    const gone = await client.callTool({ name: "kc_get_user", arguments: ALICE });
    assert.ok(gone.isError, "the account is gone");
  });
  assert.deepEqual(
    folder.lines("findings.jsonl").map(({ tool, verdict, findings }) => [
      tool,
      verdict,
      findings.at(-1)?.rule,
    ]),
    [
      ["kc_logout_user_sessions", "allow", "not-high-risk"],
      ["kc_logout_user_sessions", "block", "audit-principal"],
      ["kc_delete_user", "block", "high-risk-tool"],
      ["kc_delete_user", "allow", "confirmed"],
      ["kc_get_user", "allow", "not-high-risk"],
    ],
  );
});

async function waitingDigest(approvals: string): Promise<string> {
  while (true) {
    try {
      const [request] = [...Deno.readDirSync(`${approvals}/requests`)]
        .filter(({ name }) => /^[0-9a-f]{64}\.json$/.test(name));
      if (request !== undefined) return request.name.replace(".json", "");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("argus guard serves streamable HTTP to programs on this machine, a server for each session", async () => {
  await using folder = new Folder();
  const { command, args } = argus("guard", [
    ...["guard", "--policy", folder.file("policy.json", POLICY), "--http", "0"],
    ...["--approvals", folder.file("approvals"), "--log", folder.file("findings.jsonl")],
    ...["--", ...SERVER],
  ]);
  const child = new Deno.Command(command, { args, stdin: "null", stderr: "piped" }).spawn();
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  while (!/listening on (\S+);/.test(heard)) {
    const { value, done } = await reader.read();
    assert.ok(!done, heard);
    heard += value;
  }
  try {
    const url = new URL(/listening on (\S+);/.exec(heard)?.[1] ?? "");
    for (const user_id of ["alice.dev", "henry.compliance"]) {
      await connected(new StreamableHTTPClientTransport(url) as Transport, async (client) => {
        const called = await client.callTool({
          name: "kc_logout_user_sessions",
          arguments: { realm: "enterprise", user_id },
        });
        assert.equal(called.isError === true, user_id === "henry.compliance", textOf(called));
      });
    }
    const strange = await fetch(url, {
      method: "POST",
      headers: { origin: "https://example.net" },
      body: "{}",
    });
    assert.equal(strange.status, 403);
    await strange.body?.cancel();
    const lost = await fetch(url, { headers: { "mcp-session-id": "none" } });
    assert.equal(lost.status, 404);
    await lost.body?.cancel();
  } finally {
    child.kill("SIGTERM");
    reader.releaseLock();
    await child.stderr.cancel().catch(() => {});
    assert.equal((await child.status).code, 0);
  }
  assert.equal(folder.lines("findings.jsonl").length, 2);
});

Deno.test("argus guard and argus confirm refuse what they cannot use, and say what to do", async (t) => {
  await using folder = new Folder();
  const key = folder.file("a.key", { kty: "OKP", crv: "Ed25519", x: "AA", d: "AA" });
  const guard = ["guard", "--log", folder.file("f.jsonl"), "--approvals", folder.file("a")];
  const cases: [what: string, args: string[], message: RegExp][] = [
    ["no command", ["guard"], /missing required argument 'command'/],
    ["no such program", [...guard, "--", "no-such-program"], /there is no such program/],
    ["a program that the task may not start", [...guard, "--", "sh"], /--allow-run=sh/],
    ["no such policy", [...guard, "--policy", "none.json", "--", "deno"], /Cannot read the policy/],
    [
      "an unknown layer",
      [...guard, "--policy", folder.file("p1.json", { layers: { moat: "enforce" } }), "--", "deno"],
      /field "layers/,
    ],
    [
      "a private key in the keyring",
      [
        ...guard,
        "--policy",
        folder.file("p2.json", { keyring: { omar: JSON.stringify({ d: "x" }) } }),
        "--",
        "deno",
      ],
      /field "keyring": Key of "omar"/,
    ],
    ["a requester without a role", [...guard, "--requester", "ada", "--", "deno"], /name:role/],
    ["a port that is none", [...guard, "--http", "99999", "--", "deno"], /Expected a port/],
    ["a request that is not there", [
      ...["confirm", "sign", "abc", "--approver", "x", "--key", key, "--approvals", folder.path],
    ], /Cannot find one request "abc"/],
    ["a key file that is there already", [
      ...["confirm", "keygen", "--approver", "x", "--key", key],
    ], /never overwritten/],
  ];
  await t.step("a server that fails", async () => {
    const { code, text } = await run("guard", [...guard, "--", "deno", "eval", "Deno.exit(7)"]);
    assert.equal(code, 3);
    assert.match(text, /ended with exit code 7/);
  });
  for (const [what, args, message] of cases) {
    await t.step(what, async () => {
      const { code, text } = await run(args[0] === "guard" ? "guard" : "confirm", args);
      assert.notEqual(code, 0, text);
      assert.match(text, message);
      assert.ok(!text.includes("internal error"), text);
    });
  }
  await t.step("nothing waits", async () => {
    const { code, text } = await run("confirm", ["confirm", "show", "--approvals", folder.path]);
    assert.equal(code, 0);
    assert.match(text, /Nothing waits/);
  });
});

Deno.test("argus confirm signs only a request whose file is what its name says, and shows look-alikes", async () => {
  await using folder = new Folder();
  const key = folder.file("omar.key");
  const keys = await run("confirm", [
    ...["confirm", "keygen", "--approver", "omar.itadmin", "--key", key],
  ]);
  assert.equal(keys.code, 0, keys.text);
  assert.ok(!keys.text.includes('"d"'), "the private key is not printed");
  Deno.mkdirSync(folder.file("requests"));
  const name = "0".repeat(64);
  folder.file(`requests/${name}.json`, {
    tool: "kc_delete_user",
    arguments: { user_id: "аlice.dev" },
    requester: "ada.itadmin",
    digest: name,
    asked: "2026-03-02T09:00:00.000Z",
  });
  const { code, text } = await run("confirm", [
    ...["confirm", "show", name, "--approvals", folder.path],
  ]);
  assert.equal(code, 2);
  assert.match(text, /is not what its name says/);
});
