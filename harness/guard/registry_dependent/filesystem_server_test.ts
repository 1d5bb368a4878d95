// Puts the guard in front of the reference filesystem server, which Deno fetches from the npm
// registry when it is first used. Without a way to the registry the test says so and is left out;
// to have the server in Deno's cache beforehand:
// deno cache --no-config --no-lock npm:@modelcontextprotocol/server-filesystem@2026.8.31
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { ChildTransport } from "../child_transport.ts";

const SERVER = "npm:@modelcontextprotocol/server-filesystem@2026.8.31";
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

async function whyUnavailable(): Promise<string | undefined> {
  const child = new Deno.Command("deno", {
    args: ["cache", "--quiet", "--no-config", "--no-lock", SERVER],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const late = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const { success, stderr } = await child.output();
  clearTimeout(late);
  return success ? undefined : new TextDecoder().decode(stderr).trim().split("\n")[0] || "too slow";
}

const unavailable = await whyUnavailable();
if (unavailable !== undefined) {
  console.log(`Left out, since the reference filesystem server cannot be had: ${unavailable}`);
}

Deno.test({
  name: "the guard stands in front of the reference filesystem server: it blocks, allows and logs",
  ignore: unavailable !== undefined,
  async fn() {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "argus-guard-fs-" }));
    const files = `${folder}/files`;
    try {
      await Deno.mkdir(`${files}/audit`, { recursive: true });
      await Deno.writeTextFile(`${files}/audit/trail.log`, "evidence\n");
      await Deno.writeTextFile(
        `${folder}/policy.json`,
        JSON.stringify({
          requester: { username: "ada.itadmin", role: "it-admin" },
          audit: {
            rules: {
              write_file: { by: "path", argument: "path" },
              edit_file: { by: "path", argument: "path" },
            },
            paths: [`${files}/audit`],
          },
          confirmation: { move_file: { when: "always" } },
        }),
      );
      await useServer(folder, files);
      const read = (path: string) => Deno.readTextFile(`${files}/${path}`);
      assert.equal(await read("audit/trail.log"), "evidence\n");
      assert.equal(await read("notes.txt"), "hello");
      await assert.rejects(read("moved.txt"), Deno.errors.NotFound);
      const lines = (await Deno.readTextFile(`${folder}/findings.jsonl`)).trim().split("\n")
        .map((line) => JSON.parse(line));
      assert.deepEqual(lines.map(({ tool, verdict, stopped_by }) => [tool, verdict, stopped_by]), [
        ["write_file", "allow", null],
        ["read_text_file", "allow", null],
        ["write_file", "block", "audit-namespace-guard"],
        ["write_file", "block", "audit-namespace-guard"],
        ["move_file", "block", "confirmation"],
      ]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function useServer(folder: string, files: string): Promise<void> {
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(
    new ChildTransport({
      command: "deno",
      args: [
        ...["run", "--quiet", "-P=guard", `${ROOT}harness/cli/main.ts`, "guard"],
        ...["--policy", `${folder}/policy.json`, "--log", `${folder}/findings.jsonl`],
        ...["--approvals", `${folder}/approvals`, "--"],
        ...["deno", "run", "--quiet", "--no-config", "--no-lock", "--no-prompt", "--cached-only"],
        ...["--ignore-env", "--allow-sys", `--allow-read=${files}`, `--allow-write=${files}`],
        ...[SERVER, files],
      ],
    }) as Parameters<Client["connect"]>[0],
  );
  try {
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === "write_file"));
    const call = async (name: string, args: Record<string, unknown>) =>
      (await client.callTool({ name, arguments: args })).isError === true;
    const write = (path: string) =>
      call("write_file", { path: `${files}/${path}`, content: "hello" });
    assert.equal(await write("notes.txt"), false);
    assert.equal(await call("read_text_file", { path: `${files}/notes.txt` }), false);
    assert.equal(await write("audit/trail.log"), true);
    assert.equal(await write("x/../AUDIT%2F../audit/./trail.log"), true);
    const move = { source: `${files}/notes.txt`, destination: `${files}/moved.txt` };
    assert.equal(await call("move_file", move), true);
  } finally {
    await client.close();
  }
}
