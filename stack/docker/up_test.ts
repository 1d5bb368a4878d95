import assert from "node:assert/strict";
import { stackAccess, stackDown, stackLogs, stackReset, stackStatus } from "./commands.ts";
import type { DockerService } from "./service.ts";
import type { StackEvent } from "./progress.ts";
import { FakeEngine } from "./testing/fake_engine.ts";
import { type StackOptions, stackUp } from "./up.ts";

/** A service whose health is a command. */
function service(name: string, changes: Partial<DockerService> = {}): DockerService {
  return {
    name,
    image: `example/${name}:1`,
    ports: [],
    volumes: [],
    memory: 64,
    health: { kind: "exec", command: ["ready"] },
    deadline: 5,
    ...changes,
  };
}

const DATABASE = service("database", {
  environment: { PASSWORD: "{{secret:database}}" },
  volumes: [{ name: "database", path: "/data" }],
  access: { url: "postgres://127.0.0.1:1", username: "argus", password: "{{secret:database}}" },
});
const INIT = service("init", { health: { kind: "exit" }, after: ["database"] });
const MAIL = service("mail");

/** An engine that has every image, a folder for the passwords, and what was heard. */
class Bench implements AsyncDisposable {
  readonly engine = new FakeEngine();
  readonly events: StackEvent[] = [];
  readonly folder = `${Deno.makeTempDirSync({ prefix: "argus-stack-" })}/stack`;

  constructor(...services: DockerService[]) {
    for (const { image } of services) this.engine.images.add(image);
    this.engine.exits.set("init", 0);
    this.options = {
      engine: this.engine.address,
      folder: this.folder,
      project: "t",
      services,
      onEvent: (event) => this.events.push(event),
    };
  }

  readonly options: StackOptions;

  /** The phases of a service, in order. */
  phases(name: string): string[] {
    return this.events.filter((event) => event.service === name).map((event) => event.phase);
  }

  /** The requests since the last look that changed something. */
  changes(): string[] {
    return this.engine.requests.splice(0).filter((line) =>
      !line.startsWith("GET") && !line.includes("exec")
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    await Deno.remove(this.folder.replace(/\/stack$/, ""), { recursive: true });
  }
}

Deno.test("stackUp() brings every service up, each after those it depends on", async () => {
  await using bench = new Bench(INIT, DATABASE, MAIL);
  const report = await stackUp(bench.options);
  assert.deepEqual(report.map(({ service, change }) => [service, change]), [
    ["init", "create"],
    ["database", "create"],
    ["mail", "create"],
  ]);
  assert.deepEqual(bench.engine.running, ["t-database", "t-mail"]);
  const order = bench.engine.requests.filter((line) =>
    line.endsWith("/start") && !/exec/.test(line)
  );
  assert.ok(
    order.indexOf("POST /containers/t-database/start") <
      order.indexOf("POST /containers/t-init/start"),
  );
  assert.deepEqual(bench.phases("database"), ["create", "ready"]);
});

Deno.test("stackUp() changes nothing the second time", async () => {
  await using bench = new Bench(DATABASE, INIT, MAIL);
  await stackUp(bench.options);
  bench.changes();
  const report = await stackUp(bench.options);
  assert.deepEqual(report.map(({ change }) => change), ["none", "none", "none"]);
  assert.deepEqual(bench.changes(), []);
});

Deno.test("stackUp() starts a service again that was killed, and nothing else", async () => {
  await using bench = new Bench(DATABASE, INIT, MAIL);
  await stackUp(bench.options);
  bench.engine.kill("t-database");
  bench.changes();
  await stackUp(bench.options);
  assert.deepEqual(bench.changes(), ["POST /containers/t-database/start"]);
});

Deno.test("stackUp() makes a container anew when what it is made from changes", async () => {
  await using bench = new Bench(DATABASE, MAIL);
  await stackUp(bench.options);
  bench.changes();
  const services = [DATABASE, service("mail", { environment: { SIZE: "2" } })];
  const report = await stackUp({ ...bench.options, services });
  assert.deepEqual(report.map(({ change }) => change), ["none", "recreate"]);
  assert.deepEqual(bench.changes(), [
    "POST /containers/t-mail/stop",
    "DELETE /containers/t-mail",
    "POST /containers/create",
    "POST /containers/t-mail/start",
  ]);
});

Deno.test("stackUp() runs a one-shot again that failed, not one that succeeded", async () => {
  await using bench = new Bench(DATABASE, INIT);
  bench.engine.exits.set("init", 4);
  bench.engine.log = "no such bucket\n";
  await assert.rejects(stackUp(bench.options), {
    name: "StackError",
    message: /init: "init" ended with exit code 4\. Its last words:\n {2}no such bucket/,
  });
  bench.engine.exits.set("init", 0);
  const report = await stackUp(bench.options);
  assert.deepEqual(report.map(({ change }) => change), ["none", "recreate"]);
});

Deno.test("stackUp() names each failure, brings the others up, and carries on the next time", async () => {
  await using bench = new Bench(DATABASE, INIT, MAIL);
  bench.engine.faults.set("POST /containers/t-database/start", { status: 500, message: "no disk" });
  await assert.rejects(stackUp(bench.options), (error: Error & { failures: object }) => {
    assert.equal(error.name, "StackError");
    assert.deepEqual(error.failures, {
      database: 'The engine cannot start "database": no disk',
      init: 'It needs "database", which is not up',
    });
    return true;
  });
  assert.deepEqual(bench.engine.running, ["t-mail"]);
  bench.engine.faults.clear();
  const report = await stackUp(bench.options);
  assert.deepEqual(report.map(({ service, change }) => [service, change]), [
    ["database", "start"],
    ["init", "create"],
    ["mail", "none"],
  ]);
});

Deno.test("stackUp() pulls an image that is missing, and tells how far it is", async () => {
  await using bench = new Bench(DATABASE);
  bench.engine.images.clear();
  bench.engine.registry.add(DATABASE.image);
  await stackUp(bench.options);
  assert.deepEqual(bench.events.slice(0, 2), [
    { service: "database", phase: "pull", detail: "example/database:1" },
    { service: "database", phase: "pull", received: 10, total: 40 },
  ]);
});

Deno.test("stackUp() says why an image cannot be pulled", async () => {
  await using bench = new Bench(DATABASE, MAIL);
  bench.engine.images.delete(DATABASE.image);
  await assert.rejects(stackUp(bench.options), {
    message: /Cannot pull the image "example\/database:1": manifest for .* not found\. Check/,
  });
  assert.deepEqual(bench.engine.running, ["t-mail"]);
});

Deno.test("stackUp() says why a service is not ready in time", async () => {
  const slow = service("slow", { deadline: 0 });
  await using bench = new Bench(slow);
  bench.engine.onExec = () => ({ code: 1, output: "still starting\n" });
  await assert.rejects(stackUp(bench.options), {
    message: /slow: "slow" is not ready after 0 s: still starting/,
  });
});

Deno.test("stackUp() looks at the answer of an HTTP health check", async () => {
  let status = "red";
  const web = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    const answer = Response.json({ status });
    status = "green";
    return answer;
  });
  const health = { kind: "http", port: 9200, path: "/health", body: "green" } as const;
  const search = service("search", { health, ports: [{ container: 9200, host: 0 }] });
  try {
    await using bench = new Bench(search);
    bench.engine.chosenPort = web.addr.port;
    await stackUp(bench.options);
    assert.equal(status, "green");
    assert.deepEqual((await stackStatus(bench.options)).map(({ state }) => state), ["ready"]);
  } finally {
    await web.shutdown();
  }
});

Deno.test("stackUp() runs a service's setup, and takes 'done before' for done", async () => {
  const setup = {
    command: ["make-admin"],
    environment: { PASSWORD: "{{secret:forge}}" },
    done: "already exists",
  };
  await using bench = new Bench(service("forge", { setup }));
  const seen: string[] = [];
  bench.engine.onExec = ([command], environment) => {
    if (command !== "make-admin") return { code: 0, output: "" };
    seen.push(...environment);
    return { code: 1, output: "the user already exists" };
  };
  await stackUp(bench.options);
  assert.match(seen[0] ?? "", /^PASSWORD=[\w-]{32}$/);
});

Deno.test("stackUp() names a taken port and the container that holds it", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const web = service("web", { ports: [{ container: 80, host: port }] });
  const other = service("other", { ports: [{ container: 80, host: port }] });
  try {
    await using bench = new Bench(web, MAIL, other);
    await assert.rejects(stackUp({ ...bench.options, services: [web, MAIL] }), {
      message: new RegExp(
        `web: Port ${port} of 127.0.0.1 is held by (the process|another program)`,
      ),
    });
    assert.deepEqual(bench.engine.running, ["t-mail"]);
    // The fake engine binds nothing, so that the listener stands for the container's port.
    const { client } = await import("./engine.ts").then((engine) =>
      engine.connectEngine(bench.options)
    );
    const PortBindings = { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: String(port) }] };
    const spec = { name: "shop", Image: other.image, Labels: {}, HostConfig: { PortBindings } };
    await (await client.createContainer(spec)).start();
    await assert.rejects(stackUp({ ...bench.options, services: [web] }), {
      message: /is held by the container "shop" \(example\/other:1\)/,
    });
  } finally {
    listener.close();
  }
});

Deno.test("stackUp() binds on 127.0.0.1 only, limits memory and adds no right", async () => {
  const web = service("web", { ports: [{ container: 80, host: 0 }], memory: 128 });
  await using bench = new Bench(web);
  bench.engine.chosenPort = 1;
  await stackUp(bench.options);
  const { HostConfig } = bench.engine.specOf("t-web") as { HostConfig: Record<string, unknown> };
  assert.deepEqual(HostConfig.PortBindings, { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] });
  assert.equal(HostConfig.Memory, 128 * 1024 * 1024);
  assert.equal(HostConfig.MemorySwap, HostConfig.Memory);
  assert.deepEqual(HostConfig.SecurityOpt, ["no-new-privileges"]);
});

Deno.test("stackUp() leaves a container alone that it did not make", async () => {
  await using bench = new Bench(MAIL);
  await stackUp({ ...bench.options, project: "other" });
  const { client } = await (await import("./engine.ts")).connectEngine(bench.options);
  await client.createContainer({ name: "t-mail", Image: MAIL.image, Labels: {}, HostConfig: {} });
  await assert.rejects(stackUp(bench.options), {
    message: /The container "t-mail" was not made by this stack: rename or remove it/,
  });
});

Deno.test("stackUp() refuses data that was made with other passwords", async () => {
  await using bench = new Bench(DATABASE);
  await stackUp(bench.options);
  await Deno.remove(`${bench.folder}/secrets.json`);
  await assert.rejects(stackUp(bench.options), {
    name: "StackError",
    message: /"t-database" was made with other passwords: restore .* reset'/,
  });
});

Deno.test("stackUp() ends when it is told to, and at its time limit", async () => {
  await using bench = new Bench(service("slow", { deadline: 60 }));
  bench.engine.onExec = () => ({ code: 1, output: "" });
  const controller = new AbortController();
  setTimeout(() => controller.abort(new DOMException("Stopped", "AbortError")), 50);
  await assert.rejects(stackUp({ ...bench.options, signal: controller.signal }), {
    name: "AbortError",
  });
  await assert.rejects(stackUp({ ...bench.options, timeout: 0.05 }), {
    name: "StackError",
    message: /not up after 0\.05 s: run the command again/,
  });
});

Deno.test("stackUp() refuses services that wait for each other", async () => {
  const one = service("one", { after: ["two"] });
  const two = service("two", { after: ["one"] });
  await using bench = new Bench(one, two);
  await assert.rejects(stackUp(bench.options), { name: "RangeError", message: /one, two, one/ });
});

Deno.test("stackDown() removes the stack's containers and keeps the data", async () => {
  await using bench = new Bench(DATABASE, MAIL);
  await stackUp(bench.options);
  await stackUp({ ...bench.options, project: "other", folder: `${bench.folder}-other` });
  assert.deepEqual(await stackDown(bench.options), ["database", "mail"]);
  assert.deepEqual(bench.engine.running, ["other-database", "other-mail"]);
  assert.ok(bench.engine.volumes.has("t-database"));
  assert.deepEqual(await stackDown(bench.options), []);
});

Deno.test("stackStatus() tells ready, done, stopped, failed and absent apart", async () => {
  await using bench = new Bench(DATABASE, INIT, MAIL, service("gone"));
  await stackUp({ ...bench.options, services: [DATABASE, INIT, MAIL] });
  bench.engine.kill("t-mail");
  const states = (await stackStatus(bench.options)).map(({ service, state }) => [service, state]);
  assert.deepEqual(states, [
    ["database", "ready"],
    ["init", "done"],
    ["mail", "failed"],
    ["gone", "absent"],
  ]);
});

Deno.test("stackLogs() yields the lines of a service, and knows the services", async () => {
  await using bench = new Bench(MAIL);
  await stackUp(bench.options);
  bench.engine.log = "one\ntwo\r\nthree";
  const lines = await Array.fromAsync(stackLogs("mail", bench.options));
  assert.deepEqual(lines, ["one", "two", "three"]);
  await assert.rejects(Array.fromAsync(stackLogs("web", bench.options)), {
    message: /no service "web": choose one of mail/,
  });
});

Deno.test("stackReset() deletes nothing without a yes, and everything with one", async () => {
  await using bench = new Bench(DATABASE, MAIL);
  await stackUp(bench.options);
  bench.changes();
  const asked: string[] = [];
  const confirm = (answer: boolean) => (names: readonly string[]): boolean => {
    asked.push(...names);
    return answer;
  };
  assert.equal(await stackReset({ ...bench.options, confirm: confirm(false) }), false);
  assert.deepEqual(asked, ["t-database"]);
  assert.deepEqual(bench.changes(), []);
  assert.equal(await stackReset({ ...bench.options, confirm: confirm(true) }), true);
  assert.equal(bench.engine.volumes.size, 0);
  await assert.rejects(Deno.stat(`${bench.folder}/secrets.json`), Deno.errors.NotFound);
  await stackUp(bench.options);
});

Deno.test("stackAccess() says where services are reached, and that there are none yet", async () => {
  await using bench = new Bench(DATABASE, MAIL);
  await assert.rejects(stackAccess(bench.options), { message: /run 'deno task stack up' first/ });
  await stackUp(bench.options);
  const access = await stackAccess(bench.options);
  assert.deepEqual(Object.keys(access), ["database"]);
  assert.match(access.database?.password ?? "", /^[\w-]{32}$/);
  const env = (bench.engine.specOf("t-database") as { Env: string[] }).Env;
  assert.deepEqual(env, [`PASSWORD=${access.database?.password}`]);
});
