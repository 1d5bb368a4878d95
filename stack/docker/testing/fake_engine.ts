/**
 * An engine for tests: the part of the Docker API that the stack uses, in memory. It does what the
 * documentation of the API says, and fails where a test asks it to.
 *
 * @module
 */

interface FakeContainer {
  id: string;
  name: string;
  spec: Record<string, unknown>;
  running: boolean;
  exitCode: number;
  started: boolean;
}

interface FakeExec {
  command: string[];
  environment: string[];
  container: string;
}

/** An answer that a test puts in the place of the engine's own. */
export interface Fault {
  /** HTTP status. */
  readonly status: number;
  /** What the engine says. */
  readonly message: string;
}

/** What a command in a container does. */
export interface FakeExecOutcome {
  /** Exit code. */
  readonly code: number;
  /** What it writes. */
  readonly output: string;
}

const encoder = new TextEncoder();

/** An engine in memory. */
export class FakeEngine implements AsyncDisposable {
  /** Images that need no pull. */
  readonly images: Set<string> = new Set<string>();
  /** Images that a registry has. */
  readonly registry: Set<string> = new Set<string>();
  /** Volumes by name, with their labels. */
  readonly volumes: Map<string, Record<string, string>> = new Map();
  /** Every request, as `METHOD /path`. */
  readonly requests: string[] = [];
  /** Answers to requests whose `METHOD /path` starts with the key. */
  readonly faults: Map<string, Fault> = new Map();
  /** Host ports for container ports that the engine chooses. */
  chosenPort = 0;
  /** What containers write. */
  log = "";
  /** Containers of these services end at once, with this code. */
  readonly exits: Map<string, number> = new Map();
  /** Runs a command in a container. */
  onExec: (command: string[], environment: string[]) => FakeExecOutcome = () => ({
    code: 0,
    output: "",
  });
  readonly #containers = new Map<string, FakeContainer>();
  readonly #networks = new Set<string>();
  readonly #execs = new Map<string, FakeExec>();
  readonly #server: Deno.HttpServer;

  /** Serves on 127.0.0.1, or on a Unix socket. */
  constructor(socket?: string) {
    const handler = (request: Request): Promise<Response> => this.#answer(request);
    const onListen = (): void => {};
    this.#server = socket === undefined
      ? Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, handler)
      : Deno.serve({ path: socket, onListen }, handler);
  }

  /** The address of an engine on TCP. */
  get address(): string {
    return `tcp://127.0.0.1:${(this.#server.addr as Deno.NetAddr).port}`;
  }

  /** The containers that run, by name. */
  get running(): string[] {
    return [...this.#containers.values()].filter((c) => c.running).map((c) => c.name).sort();
  }

  /** The body that a container was made with. */
  specOf(name: string): Record<string, unknown> | undefined {
    return this.#containers.get(name)?.spec;
  }

  /** Ends a container from outside. */
  kill(name: string): void {
    const container = this.#containers.get(name);
    if (container !== undefined) Object.assign(container, { running: false, exitCode: 137 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = decodeURIComponent(url.pathname);
    this.requests.push(`${request.method} ${path}`);
    const body = request.method === "POST" ? await request.json().catch(() => ({})) : {};
    for (const [start, fault] of this.faults) {
      if (`${request.method} ${path}`.startsWith(start)) {
        return Response.json({ message: fault.message }, { status: fault.status });
      }
    }
    const call = { method: request.method, path, query: url.searchParams, body };
    return this.#system(call) ?? this.#container(call) ?? this.#exec(call) ??
      missing(`page ${path}`);
  }

  #system({ method, path, query, body }: Call): Response | undefined {
    if (path === "/version") return Response.json({ Version: "0.0.0-fake", ApiVersion: "1.41" });
    if (path === "/images/create") {
      return this.#pull(`${query.get("fromImage")}:${query.get("tag")}`);
    }
    const [, image] = /^\/images\/(.+)\/json$/.exec(path) ?? [];
    if (image !== undefined) {
      return this.images.has(image) ? Response.json({ Id: image }) : missing(`image: ${image}`);
    }
    if (path === "/networks/create") {
      this.#networks.add(body.Name);
      return Response.json({ Id: body.Name }, { status: 201 });
    }
    const [, network] = /^\/networks\/(.+)$/.exec(path) ?? [];
    if (network !== undefined) {
      if (!this.#networks.has(network)) return missing(`network ${network}`);
      if (method === "DELETE") this.#networks.delete(network);
      return method === "DELETE" ? empty() : Response.json({ Id: network });
    }
    return this.#volume({ method, path, query, body });
  }

  #volume({ method, path, body }: Call): Response | undefined {
    if (path === "/volumes/create") {
      this.volumes.set(body.Name, body.Labels);
      return Response.json({ Name: body.Name }, { status: 201 });
    }
    const [, name] = /^\/volumes\/(.+)$/.exec(path) ?? [];
    if (name === undefined) return undefined;
    const Labels = this.volumes.get(name);
    if (Labels === undefined) return missing(`volume ${name}`);
    if (method === "DELETE") this.volumes.delete(name);
    return method === "DELETE" ? empty() : Response.json({ Name: name, Labels });
  }

  #pull(image: string): Response {
    if (!this.registry.has(image)) {
      return Response.json({ message: `manifest for ${image} not found` }, { status: 404 });
    }
    this.images.add(image);
    const messages = [
      { status: "Pulling from library", id: "1" },
      { status: "Downloading", id: "a", progressDetail: { current: 10, total: 40 } },
      { status: "Download complete", id: "a", progressDetail: {} },
    ];
    return new Response(messages.map((message) => JSON.stringify(message) + "\r\n").join(""));
  }

  #container({ method, path, query, body }: Call): Response | undefined {
    if (path === "/containers/json") {
      return Response.json(this.#list(query));
    }
    if (path === "/containers/create") return this.#create(query.get("name") ?? "", body);
    const [, name = "", action = ""] = /^\/containers\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    if (name === "") return undefined;
    const container = this.#containers.get(name) ??
      [...this.#containers.values()].find(({ id }) => id === name);
    if (container === undefined) return missing(`container: ${name}`);
    if (method === "DELETE") {
      this.#containers.delete(container.name);
      return empty();
    }
    if (action === "json") return Response.json(this.#describe(container));
    if (action === "start") return this.#start(container);
    if (action === "stop") {
      const status = container.running ? 204 : 304;
      container.running = false;
      return new Response(null, { status });
    }
    if (action === "logs") return new Response(frame(this.log));
    if (action === "exec") {
      const id = `exec-${this.#execs.size}`;
      this.#execs.set(id, { command: body.Cmd, environment: body.Env, container: name });
      return Response.json({ Id: id }, { status: 201 });
    }
    return undefined;
  }

  #list(query: URLSearchParams): unknown[] {
    const { label = [] } = JSON.parse(query.get("filters") ?? "{}") as { label?: string[] };
    const matches = ({ spec, running }: FakeContainer): boolean => {
      const own = Object.entries(spec.Labels ?? {}).map(([name, value]) => `${name}=${value}`);
      return (running || query.get("all") === "true") && label.every((one) => own.includes(one));
    };
    return [...this.#containers.values()].filter(matches).map((one) => this.#summary(one));
  }

  #create(name: string, spec: Record<string, unknown>): Response {
    if (this.#containers.has(name)) {
      return Response.json({ message: `The name "${name}" is in use` }, { status: 409 });
    }
    if (!this.images.has(String(spec.Image))) return missing(`image: ${spec.Image}`);
    const id = `id-${name}`;
    const state = { running: false, exitCode: 0, started: false };
    this.#containers.set(name, { id, name, spec, ...state });
    return Response.json({ Id: id }, { status: 201 });
  }

  #start(container: FakeContainer): Response {
    if (container.running) return new Response(null, { status: 304 });
    const labels = container.spec.Labels as Record<string, string>;
    const code = this.exits.get(labels["argus.service"] ?? "");
    Object.assign(container, { running: code === undefined, exitCode: code ?? 0, started: true });
    return empty();
  }

  #describe(container: FakeContainer): unknown {
    const host = container.spec.HostConfig as { PortBindings?: Record<string, Binding[]> };
    const ports = Object.entries(host.PortBindings ?? {}).map(([port, bindings]) => [
      port,
      bindings.map((one) => ({ ...one, HostPort: one.HostPort || String(this.chosenPort) })),
    ]);
    const status = container.running ? "running" : container.started ? "exited" : "created";
    return {
      Id: container.id,
      Name: `/${container.name}`,
      Config: { Image: container.spec.Image, Labels: container.spec.Labels },
      State: {
        Status: status,
        Running: container.running,
        ExitCode: container.exitCode,
        OOMKilled: false,
        Error: "",
        StartedAt: "",
      },
      NetworkSettings: { Ports: container.running ? Object.fromEntries(ports) : {} },
    };
  }

  #summary(container: FakeContainer): unknown {
    const host = container.spec.HostConfig as { PortBindings?: Record<string, Binding[]> };
    const Ports = Object.entries(host?.PortBindings ?? {}).flatMap(([port, bindings]) =>
      bindings.map(({ HostPort }) => ({
        PrivatePort: parseInt(port),
        PublicPort: Number(HostPort),
      }))
    );
    return {
      Id: container.id,
      Names: [`/${container.name}`],
      Image: container.spec.Image,
      State: container.running ? "running" : "exited",
      Labels: container.spec.Labels,
      Ports,
    };
  }

  #exec({ path }: Call): Response | undefined {
    const [, id = "", action] = /^\/exec\/([^/]+)\/(start|json)$/.exec(path) ?? [];
    const exec = this.#execs.get(id);
    if (exec === undefined) return undefined;
    const outcome = this.onExec(exec.command, exec.environment);
    if (action === "start") return new Response(frame(outcome.output));
    return Response.json({ Running: false, ExitCode: outcome.code });
  }
}

interface Binding {
  HostIp: string;
  HostPort: string;
}

interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  // deno-lint-ignore no-explicit-any
  body: any;
}

/** Text as the engine frames it: channel 1, then the length, then the text. */
function frame(text: string): Uint8Array<ArrayBuffer> {
  const payload = encoder.encode(text);
  const framed = new Uint8Array(8 + payload.length);
  framed[0] = 1;
  new DataView(framed.buffer).setUint32(4, payload.length);
  framed.set(payload, 8);
  return framed;
}

function missing(what: string): Response {
  return Response.json({ message: `No such ${what}` }, { status: 404 });
}

function empty(): Response {
  return new Response(null, { status: 204 });
}
