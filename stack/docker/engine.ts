/**
 * Finds the Docker Engine that the stack runs on. A remote engine is used only when it is named,
 * since whoever reaches a service of the stack is its administrator.
 *
 * @module
 */

import { type Client, createClient, reasonOf } from "./_dockerode.ts";

/** No engine can be used: none answers, or the one that would is remote and was not named. */
export class EngineError extends Error {
  /** Told by its name, so that callers need not import it. */
  override readonly name = "EngineError";
}

/** Options of everything that talks to an engine. */
export interface EngineOptions {
  /** An engine that the user named: a socket's path, `unix://…` or `tcp://host:port`. May be remote. */
  readonly engine?: string;
  /** The value of `DOCKER_HOST`; used when it is on this machine. */
  readonly dockerHost?: string;
  /** The user's home folder, for the engines that put their socket there. */
  readonly home?: string;
  /**
   * Seconds to wait for the engine's first answer.
   *
   * @default {10}
   */
  readonly patience?: number;
}

/** Where an engine listens. */
export interface EngineAddress {
  /** The address as a person reads it. */
  readonly text: string;
  /** Path of a Unix socket. */
  readonly socket?: string;
  /** Host of a TCP address. */
  readonly host?: string;
  /** Port of a TCP address. */
  readonly port?: number;
  /** Whether the engine is on another machine. */
  readonly remote: boolean;
}

/**
 * Reads the address of an engine.
 *
 * @example
 * ```ts ignore
 * parseEngineAddress("unix:///var/run/docker.sock").socket; // "/var/run/docker.sock"
 * ```
 *
 * @param text A path, `unix://<path>` or `tcp://<host>:<port>`
 * @throws {SyntaxError} If the address is of another kind or incomplete
 */
export function parseEngineAddress(text: string): EngineAddress {
  if (text.startsWith("/")) return { text: `unix://${text}`, socket: text, remote: false };
  if (/^unix:\/\/\/./.test(text)) return { text, socket: text.slice(7), remote: false };
  const [, scheme, host = "", port] = /^(tcp|http):\/\/(\[[^\]]+\]|[^/:]+):(\d+)\/?$/.exec(text) ??
    [];
  if (scheme === undefined) {
    throw new SyntaxError(
      `Cannot read the engine's address "${text}": give "unix:///path", "tcp://host:port", or, ` +
        `for another machine by SSH, the socket that 'ssh -L' forwards`,
    );
  }
  const name = host.replace(/^\[|\]$/g, "");
  const remote = !/^(localhost|127(\.\d{1,3}){3}|::1)$/.test(name);
  return { text, host: name, port: Number(port), remote };
}

/** The sockets on which an engine of this machine usually listens. */
export function usualSockets(home?: string): string[] {
  const ofUser = [
    ".docker/run/docker.sock",
    ".docker/desktop/docker.sock",
    ".orbstack/run/docker.sock",
    ".colima/default/docker.sock",
    ".rd/docker.sock",
  ];
  return ["/var/run/docker.sock", ...home ? ofUser.map((path) => `${home}/${path}`) : []];
}

/** An engine that answered. */
export interface Engine {
  /** Where it listens. */
  readonly address: EngineAddress;
  /** Its version. */
  readonly version: string;
  /** The client. */
  readonly client: Client;
}

/**
 * Connects to the engine that the options name, or to the first usual one that answers.
 *
 * @param options Where to look
 * @throws {EngineError} If none answers, or it is remote and was not named
 * @throws {SyntaxError} If an address cannot be read
 */
export async function connectEngine(options: EngineOptions = {}): Promise<Engine> {
  const addresses = candidates(options);
  const tried: string[] = [];
  for (const address of addresses) {
    try {
      return await connect(address, options.patience ?? 10);
    } catch (error) {
      tried.push(`${address.text}: ${explain(error, address)}`);
    }
  }
  throw new EngineError(
    `No Docker Engine answers. Start Docker, or name an engine with --engine; the embedded ` +
      `services need none. Tried:\n${tried.map((line) => `  ${line}`).join("\n")}`,
  );
}

function candidates(options: EngineOptions): EngineAddress[] {
  if (options.engine !== undefined) return [parseEngineAddress(options.engine)];
  if (options.dockerHost === undefined) return usualSockets(options.home).map(parseEngineAddress);
  if (/^ssh:/.test(options.dockerHost)) throw remoteError(options.dockerHost);
  const address = parseEngineAddress(options.dockerHost);
  if (address.remote) throw remoteError(options.dockerHost);
  return [address];
}

function remoteError(dockerHost: string): EngineError {
  return new EngineError(
    `DOCKER_HOST names the engine of another machine, "${dockerHost}": unset it, or name the ` +
      `engine with --engine and forward the services' ports to 127.0.0.1`,
  );
}

async function connect(address: EngineAddress, patience: number): Promise<Engine> {
  const client = createClient({
    host: address.host,
    port: address.port,
    socketPath: address.socket,
    protocol: "http",
  });
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patience * 1000);
  try {
    const { Version } = await client.version({ abortSignal: late.signal });
    return { address, version: Version, client };
  } catch (error) {
    if (late.signal.aborted) throw new Error(`no answer within ${patience} s`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function explain(error: unknown, address: EngineAddress): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === "ENOENT") return "there is no such socket";
  if (code === "ECONNREFUSED") return "nothing listens there";
  if (code === "EACCES" || code === "EPERM") return "this user may not use it (add it to 'docker')";
  if (error instanceof Deno.errors.NotCapable) {
    const path = address.socket;
    if (path === undefined) {
      return `this task may not reach it; run 'deno run -P=stack --allow-net=127.0.0.1,${address.host} ` +
        `harness/cli/main.ts stack …'`;
    }
    // A flag takes the place of what the permission set says of its kind.
    return "this task may not use it; link it to /var/run/docker.sock, or run 'deno run -P=stack " +
      `--allow-net=127.0.0.1,unix:${path} --allow-read=.,${path} --allow-write=.cache,${path} ` +
      "harness/cli/main.ts stack …'";
  }
  return reasonOf(error);
}
