/**
 * The driver against a real Docker Engine. Needs an engine and a statically linked `busybox` on PATH, of
 * which the test image is made, so that no registry is needed. To run it:
 *
 * ```sh
 * stack/docker/engine_test/with_engine.sh deno test -P stack/docker/engine_test
 * ```
 *
 * which starts an engine of its own where `dockerd` is installed and may be started. Without one the tests
 * are skipped, and say so.
 */

import assert from "node:assert/strict";
import { stackDown, stackLogs, stackReset, stackStatus } from "../commands.ts";
import { nameOnEngine } from "../container.ts";
import { connectEngine } from "../engine.ts";
import { execute } from "../health.ts";
import type { DockerService } from "../service.ts";
import { type StackOptions, stackUp } from "../up.ts";

const ENGINE = Deno.env.get("ARGUS_TEST_ENGINE");
if (ENGINE === undefined) {
  console.error("No Docker Engine to test with (ARGUS_TEST_ENGINE is not set): tests are skipped");
}

const IMAGE = "argus-test/busybox:1";
const PROJECT = "argus-test";

/** A loop that ends at once when it is told to: process 1 of a container ignores signals by default. */
const IDLE = "trap 'exit 0' TERM; while :; do sleep 0.1; done";

function services(port: number): DockerService[] {
  return [
    {
      name: "web",
      image: IMAGE,
      command: ["/bin/sh", "-c", `httpd -p 8080 -h /www; ${IDLE}`],
      environment: { PASSWORD: "{{secret:web}}" },
      ports: [{ container: 8080, host: port }, { container: 8081, host: 0 }],
      volumes: [{ name: "web", path: "/data" }],
      memory: 32,
      health: { kind: "http", port: 8080, path: "/index.html", body: "ready" },
      deadline: 30,
      setup: {
        command: ["/bin/sh", "-c", '[ "$ONE" = "$PASSWORD" ] && echo "$ONE" >/data/password'],
        environment: { ONE: "{{secret:web}}" },
      },
    },
    {
      name: "init",
      image: IMAGE,
      command: ["/bin/sh", "-c", "wget -qO- http://web:8080/index.html && echo done"],
      ports: [],
      volumes: [],
      memory: 32,
      health: { kind: "exit" },
      deadline: 30,
      after: ["web"],
    },
    {
      name: "store",
      image: IMAGE,
      command: ["/bin/sh", "-c", IDLE],
      ports: [],
      volumes: [{ name: "store", path: "/data" }],
      memory: 32,
      health: { kind: "exec", command: ["/bin/sh", "-c", "echo asked; exit 0"] },
      deadline: 30,
    },
  ];
}

async function withStack(
  test: (options: StackOptions & { engine: string }) => Promise<void>,
): Promise<void> {
  const engine = ENGINE ?? "";
  const folder = await Deno.makeTempDir({ prefix: "argus-stack-" });
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const options = { engine, folder, project: PROJECT, services: services(port) };
  try {
    await test(options);
  } finally {
    await stackReset({ ...options, confirm: () => true });
    await Deno.remove(folder, { recursive: true });
  }
}

function engineTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `engine: ${name}`, ignore: ENGINE === undefined, fn });
}

async function kill(service: string): Promise<void> {
  const { client } = await connectEngine({ engine: ENGINE ?? "" });
  await client.getContainer(nameOnEngine(PROJECT, service)).stop({ t: 0 });
}

engineTest("stackUp() brings services up, and changes nothing the second time", async () => {
  await withStack(async (options) => {
    const first = await stackUp(options);
    assert.deepEqual(first.map(({ change }) => change), ["create", "create", "create"]);
    const second = await stackUp(options);
    assert.deepEqual(second.map(({ change }) => change), ["none", "none", "none"]);
    const states = (await stackStatus(options)).map(({ state }) => state);
    assert.deepEqual(states, ["ready", "done", "ready"]);
    assert.deepEqual(await Array.fromAsync(stackLogs("init", options)), ["ready", "done"]);
    const engine = await connectEngine(options);
    const { output } = await execute(engine, nameOnEngine(PROJECT, "web"), {
      command: ["/bin/cat", "/data/password"],
    });
    assert.match(output, /^[\w-]{32}\n$/);
  });
});

engineTest("a service's port is reached on 127.0.0.1", async () => {
  await withStack(async (options) => {
    await stackUp(options);
    const port = options.services?.[0]?.ports[0]?.host;
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/index.html`)).text(), "ready\n");
  });
});

engineTest("stackUp() starts a service again that was killed", async () => {
  await withStack(async (options) => {
    await stackUp(options);
    await kill("web");
    const [web] = await stackStatus(options);
    assert.notEqual(web?.state, "ready");
    const report = await stackUp(options);
    assert.deepEqual(report.map(({ change }) => change), ["start", "none", "none"]);
  });
});

engineTest("stackUp() names the container that holds a port", async () => {
  await withStack(async (options) => {
    await stackUp(options);
    const folder = `${options.folder}/other`;
    const other = { ...options, folder, project: "argus-test-other" };
    try {
      await assert.rejects(stackUp(other), {
        name: "StackError",
        message: /web: Port \d+ of 127\.0\.0\.1 is held by the container "argus-test-web"/,
      });
    } finally {
      await stackReset({ ...other, confirm: () => true });
    }
  });
});

engineTest("stackUp() carries on after a failure, with what the service said", async () => {
  await withStack(async (options) => {
    const [web, init, store] = options.services ?? [];
    assert.ok(web && init && store);
    const broken = { ...store, command: ["/bin/sh", "-c", "echo no space left; exit 5"] };
    await assert.rejects(stackUp({ ...options, services: [web, init, broken] }), {
      message: /store: "store" ended with exit code 5\. Its last words:\n {2}no space left/,
    });
    const report = await stackUp(options);
    assert.deepEqual(report.map(({ change }) => change), ["none", "none", "recreate"]);
  });
});

engineTest("stackUp() says when a service ran out of memory", async () => {
  await withStack(async (options) => {
    const [, , store] = options.services ?? [];
    assert.ok(store);
    const greedy = {
      ...store,
      command: ["/bin/sh", "-c", "x=aaaaaaaa; while :; do x=$x$x; done"],
      health: { kind: "exec" as const, command: ["/bin/sh", "-c", "exit 1"] },
    };
    await assert.rejects(stackUp({ ...options, services: [greedy] }), {
      message: /"store" ran out of its 32 MiB of memory/,
    });
  });
});

engineTest("stackDown() keeps the data, and stackReset() deletes it", async () => {
  await withStack(async (options) => {
    await stackUp(options);
    const engine = await connectEngine(options);
    const store = nameOnEngine(PROJECT, "store");
    await execute(engine, store, { command: ["/bin/sh", "-c", "echo kept >/data/x"] });
    assert.deepEqual(await stackDown(options), ["init", "store", "web"]);
    await stackUp(options);
    const kept = await execute(engine, store, { command: ["/bin/cat", "/data/x"] });
    assert.equal(kept.output, "kept\n");
    assert.equal(await stackReset({ ...options, confirm: () => true }), true);
    await stackUp(options);
    const gone = await execute(engine, store, { command: ["/bin/cat", "/data/x"] });
    assert.notEqual(gone.code, 0);
  });
});
