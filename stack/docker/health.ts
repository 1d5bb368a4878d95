/**
 * Waiting until a service is ready.
 *
 * @module
 */

import { textOf } from "./_byte_stream.ts";
import { pause, within } from "./_clock.ts";
import type { ContainerDescription } from "./_dockerode.ts";
import { findContainer } from "./container.ts";
import type { Engine } from "./engine.ts";
import type { DockerService } from "./service.ts";

/** Time for one check in milliseconds. */
const CHECK_TIMEOUT = 5_000;
/** Time between two checks in milliseconds. */
const CHECK_INTERVAL = 500;
/** Lines of a failed service's log that its error shows. */
const LOG_LINES = 15;

/** The outcome of one look at a service. */
export interface HealthReport {
  /** Whether it is ready. */
  readonly healthy: boolean;
  /** Why not, in words. */
  readonly reason: string;
}

/** What a command in a container did. */
export interface ExecOutcome {
  /** Its exit code. */
  readonly code: number;
  /** What it wrote to stdout and stderr. */
  readonly output: string;
}

/**
 * Looks once whether a running service is ready.
 *
 * @param service The service
 * @param options The engine, and the description of the service's container
 */
export async function checkHealth(
  service: DockerService,
  { engine, container }: { engine: Engine; container: ContainerDescription },
): Promise<HealthReport> {
  const { health } = service;
  try {
    if (health.kind === "exit") {
      const healthy = !container.State.Running && container.State.ExitCode === 0;
      return { healthy, reason: healthy ? "" : "it has not finished" };
    }
    if (health.kind === "exec") {
      const { code, output } = await execute(engine, container.Id, { command: health.command });
      return { healthy: code === 0, reason: output.trim() || `the check exits with ${code}` };
    }
    const port = hostPort(container, health.port);
    if (port === undefined) return { healthy: false, reason: `port ${health.port} is not bound` };
    return await get(`http://127.0.0.1:${port}${health.path}`, health.body);
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    return { healthy: false, reason: late ? "no answer in time" : firstLine(error) };
  }
}

/**
 * The port on 127.0.0.1 that a container's port is bound to; nothing when it is not.
 *
 * @param container Description of the container
 * @param port The port inside the container
 */
export function hostPort(container: ContainerDescription, port: number): number | undefined {
  const bindings = container.NetworkSettings.Ports[`${port}/tcp`] ?? [];
  const found = bindings.find(({ HostIp }) => HostIp === "127.0.0.1") ?? bindings[0];
  return found === undefined ? undefined : Number(found.HostPort);
}

async function get(url: string, body: string | undefined): Promise<HealthReport> {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new DOMException("Too late", "TimeoutError")),
    CHECK_TIMEOUT,
  );
  try {
    const response = await fetch(url, { signal: controller.signal, redirect: "manual" });
    const text = await response.text();
    if (response.status !== 200) return { healthy: false, reason: `HTTP ${response.status}` };
    const healthy = body === undefined || new RegExp(body).test(text);
    return { healthy, reason: healthy ? "" : `it answers ${text.slice(0, 200).trim()}` };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs a command in a running container.
 *
 * @param engine The engine
 * @param container Name or id of the container
 * @param options The command, and as whom and with what environment it runs
 */
export async function execute(
  engine: Engine,
  container: string,
  { command, user, environment = {}, timeout = CHECK_TIMEOUT }: {
    command: readonly string[];
    user?: string | undefined;
    environment?: Readonly<Record<string, string>> | undefined;
    timeout?: number;
  },
): Promise<ExecOutcome> {
  const exec = await engine.client.getContainer(container).exec({
    Cmd: command,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    AttachStdout: true,
    AttachStderr: true,
    ...user === undefined ? {} : { User: user },
  });
  const stream = await exec.start({ Detach: false, Tty: false });
  try {
    const late = `The command '${command[0]}' took longer than ${timeout / 1000} s`;
    const output = await within(textOf(stream), { milliseconds: timeout, late });
    const { ExitCode } = await exec.inspect();
    return { code: ExitCode ?? -1, output };
  } finally {
    stream.destroy();
  }
}

/**
 * Waits until a service is ready.
 *
 * @param service The service
 * @param options The engine, the container's name, who hears of the wait, and what ends it
 * @throws {Error} If the container ends, or is not ready within the service's deadline
 */
export async function waitHealthy(
  service: DockerService,
  { engine, name, onWait, signal, deadline = service.deadline }: {
    engine: Engine;
    name: string;
    onWait?: (reason: string) => void;
    signal?: AbortSignal | undefined;
    deadline?: number | undefined;
  },
): Promise<void> {
  const end = performance.now() + deadline * 1000;
  for (;;) {
    signal?.throwIfAborted();
    const container = await findContainer(engine, name);
    if (container === undefined) throw new Error(`The container "${name}" was removed meanwhile`);
    if (hasEnded(service, container)) {
      throw new Error(`${ending(service, container)}${await logTail(engine, name)}`);
    }
    const { healthy, reason } = await checkHealth(service, { engine, container });
    if (healthy) return;
    if (performance.now() > end) {
      throw new Error(
        `"${service.name}" is not ready after ${deadline} s: ${reason}${await logTail(
          engine,
          name,
        )}`,
      );
    }
    onWait?.(reason);
    await pause(CHECK_INTERVAL, signal);
  }
}

function hasEnded(service: DockerService, { State }: ContainerDescription): boolean {
  if (State.Running || State.Status === "created" || State.Status === "restarting") return false;
  return service.health.kind !== "exit" || State.ExitCode !== 0;
}

function ending(service: DockerService, { State }: ContainerDescription): string {
  if (State.OOMKilled) {
    return `"${service.name}" ran out of its ${service.memory} MiB of memory`;
  }
  const why = State.Error === "" ? "" : ` (${State.Error})`;
  return `"${service.name}" ended with exit code ${State.ExitCode}${why}`;
}

async function logTail(engine: Engine, name: string): Promise<string> {
  const container = engine.client.getContainer(name);
  try {
    const bytes = await container.logs({
      stdout: true,
      stderr: true,
      follow: false,
      tail: LOG_LINES,
    });
    const text = await textOf(bytes instanceof Uint8Array ? only(bytes) : bytes);
    if (text.trim() === "") return "";
    return `. Its last words:\n${text.trimEnd().split("\n").map((line) => `  ${line}`).join("\n")}`;
  } catch {
    return "";
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function firstLine(error: unknown): string {
  return String((error as { message?: unknown } | null)?.message ?? error).split("\n")[0] ?? "";
}
