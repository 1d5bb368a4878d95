import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { connectEngine, parseEngineAddress, usualSockets } from "./engine.ts";
import { FakeEngine } from "./testing/fake_engine.ts";

Deno.test("parseEngineAddress() reads paths, Unix sockets and TCP addresses", () => {
  const cases: [string, object][] = [
    ["/run/docker.sock", { socket: "/run/docker.sock", remote: false }],
    ["unix:///run/docker.sock", { socket: "/run/docker.sock", remote: false }],
    ["tcp://127.0.0.1:2375", { host: "127.0.0.1", port: 2375, remote: false }],
    ["tcp://localhost:2375", { host: "localhost", port: 2375, remote: false }],
    ["tcp://[::1]:2375", { host: "::1", port: 2375, remote: false }],
    ["tcp://127.0.0.1.example.com:2375", {
      host: "127.0.0.1.example.com",
      port: 2375,
      remote: true,
    }],
    ["tcp://192.0.2.1:2375", { host: "192.0.2.1", port: 2375, remote: true }],
  ];
  for (const [text, expected] of cases) {
    const { text: _, ...found } = parseEngineAddress(text);
    assert.deepEqual(found, expected, text);
  }
});

Deno.test("parseEngineAddress() refuses what it cannot use", () => {
  for (const text of ["", "docker", "ssh://host", "unix://", "tcp://host", "npipe:////./pipe/x"]) {
    assert.throws(() => parseEngineAddress(text), { name: "SyntaxError" }, text);
  }
});

Deno.test("usualSockets() looks in the home folder only when there is one", () => {
  assert.deepEqual(usualSockets(), ["/var/run/docker.sock"]);
  assert.ok(usualSockets("/home/x").includes("/home/x/.colima/default/docker.sock"));
});

Deno.test("connectEngine() uses an engine that answers", async () => {
  await using fake = new FakeEngine();
  const engine = await connectEngine({ engine: fake.address });
  assert.equal(engine.version, "0.0.0-fake");
  assert.equal((await connectEngine({ dockerHost: fake.address })).address.remote, false);
});

Deno.test("connectEngine() refuses a remote engine that was not named", async () => {
  for (const dockerHost of ["tcp://192.0.2.1:2375", "ssh://admin@example.com"]) {
    await assert.rejects(connectEngine({ dockerHost }), {
      name: "EngineError",
      message: /another machine, "(tcp|ssh):.*name the engine with --engine/,
    });
  }
});

Deno.test("connectEngine() says what it tried when none answers", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  await assert.rejects(connectEngine({ engine: `tcp://127.0.0.1:${port}` }), {
    name: "EngineError",
    message: new RegExp(`Start Docker.*\n {2}tcp://127.0.0.1:${port}: nothing listens there`),
  });
});

Deno.test("connectEngine() gives a silent engine up", async () => {
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = silent.accept();
  try {
    const engine = `tcp://127.0.0.1:${(silent.addr as Deno.NetAddr).port}`;
    await assert.rejects(connectEngine({ engine, patience: 0.05 }), {
      name: "EngineError",
      message: /no answer within 0\.05 s/,
    });
  } finally {
    (await accepted).close();
    silent.close();
  }
});

// The socket's name is new each time, so that the rights are given to a process of its own: these are
// those of the task 'stack'.
Deno.test("connectEngine() works on a Unix socket with the rights of its task", async () => {
  const folder = await Deno.makeTempDir({ prefix: "argus-engine-" });
  const socket = `${folder}/engine.sock`;
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const source = `
    import { connectEngine } from "./stack/docker/engine.ts";
    import { FakeEngine } from "./stack/docker/testing/fake_engine.ts";
    await using fake = new FakeEngine("${socket}");
    console.log((await connectEngine({ engine: "${socket}" })).version);`;
  const script = `${root}.cache/connect-${crypto.randomUUID()}.ts`;
  await Deno.mkdir(`${root}.cache`, { recursive: true });
  await Deno.writeTextFile(script, source.replaceAll("./stack/", "../stack/"));
  try {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-prompt", "--ignore-env"],
        ...[`--allow-net=unix:${socket}`, `--allow-read=${root},${socket}`],
        ...[`--allow-write=${socket}`, script],
      ],
    }).output();
    assert.equal(
      new TextDecoder().decode(stdout),
      "0.0.0-fake\n",
      new TextDecoder().decode(stderr),
    );
  } finally {
    await Deno.remove(script);
    await Deno.remove(folder, { recursive: true });
  }
});
