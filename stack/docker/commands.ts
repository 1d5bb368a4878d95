/**
 * The commands of the stack other than `up`.
 *
 * @module
 */

import { demultiplexed, linesOf } from "./_byte_stream.ts";
import { type ByteStream, type ContainerDescription, statusOf } from "./_dockerode.ts";
import { findContainer, nameOnEngine, PROJECT_LABEL, removeContainer } from "./container.ts";
import { connectEngine, type Engine } from "./engine.ts";
import { checkHealth } from "./health.ts";
import { deleteSecrets, readSecrets } from "./secrets.ts";
import { type DockerService, expandSecrets, secretNames, type ServiceAccess } from "./service.ts";
import { SERVICES } from "./services.ts";
import { StackError } from "./stack_error.ts";
import { STACK_FOLDER, STACK_PROJECT } from "./project.ts";
import type { StackOptions } from "./up.ts";
import { removeVolume } from "./volume.ts";

/** How a service is. */
export interface ServiceStatus {
  /** The service. */
  readonly service: string;
  /** `ready`, `done` (a one-shot that succeeded), `starting`, `stopped`, `failed` or `absent`. */
  readonly state: "ready" | "done" | "starting" | "stopped" | "failed" | "absent";
  /** Why it is not ready, in words; empty when it is. */
  readonly reason: string;
  /** The image that it should run. */
  readonly image: string;
  /** Where it is reached; nothing for a service without an address. */
  readonly url?: string;
}

/** Options of {@linkcode stackLogs}. */
export interface StackLogsOptions extends StackOptions {
  /**
   * Goes on with what is written from now on.
   *
   * @default {false}
   */
  readonly follow?: boolean;
  /**
   * How many of the last lines.
   *
   * @default {200}
   */
  readonly tail?: number;
}

/** Options of {@linkcode stackReset}. */
export interface StackResetOptions extends StackOptions {
  /**
   * Asks whether what is named may be deleted. Nothing is deleted unless it says yes.
   *
   * @param names The volumes, by their names on the engine
   */
  readonly confirm: (names: readonly string[]) => boolean | Promise<boolean>;
}

/**
 * Stops and removes the containers and the network. The data and the passwords stay.
 *
 * @param options Which engine and project
 * @returns The services that had a container
 * @throws {EngineError} If no engine can be used
 */
export async function stackDown(options: StackOptions = {}): Promise<string[]> {
  const engine = await connectEngine(options);
  return await descend(engine, options);
}

async function descend(engine: Engine, options: StackOptions): Promise<string[]> {
  const { project = STACK_PROJECT } = options;
  const filters = { label: [`${PROJECT_LABEL}=${project}`] };
  const containers = await engine.client.listContainers({ all: true, filters });
  const removed = await Promise.all(containers.map(async ({ Id, Labels, Names }) => {
    const service = Labels["argus.service"] ?? (Names[0] ?? Id).replace(/^\//, "");
    await removeContainer(engine, Id);
    options.onEvent?.({ service, phase: "removed" });
    return service;
  }));
  await engine.client.getNetwork(project).remove().catch((error) => {
    if (statusOf(error) !== 404) throw error;
  });
  return removed.sort();
}

/**
 * Looks at each service once.
 *
 * @param options Which engine and project
 * @throws {EngineError} If no engine can be used
 */
export async function stackStatus(options: StackOptions = {}): Promise<ServiceStatus[]> {
  const { services = SERVICES, project = STACK_PROJECT } = options;
  const engine = await connectEngine(options);
  return await Promise.all(services.map(async (service) => {
    const container = await findContainer(engine, nameOnEngine(project, service.name));
    const url = service.access?.url;
    return {
      service: service.name,
      image: service.image,
      ...await stateOf(service, { engine, container }),
      ...url === undefined ? {} : { url },
    };
  }));
}

async function stateOf(
  service: DockerService,
  { engine, container }: { engine: Engine; container: ContainerDescription | undefined },
): Promise<Pick<ServiceStatus, "state" | "reason">> {
  if (container === undefined) return { state: "absent", reason: "it has no container" };
  const { Running, ExitCode } = container.State;
  if (!Running && ExitCode !== 0) return { state: "failed", reason: `exit code ${ExitCode}` };
  if (service.health.kind === "exit") {
    return Running ? { state: "starting", reason: "it has not finished" } : {
      state: "done",
      reason: "",
    };
  }
  if (!Running) return { state: "stopped", reason: "its container does not run" };
  const { healthy, reason } = await checkHealth(service, { engine, container });
  return healthy ? { state: "ready", reason: "" } : { state: "starting", reason };
}

/**
 * The log of a service, line by line.
 *
 * @param name The service
 * @param options Which engine and project, and how much of the log
 * @throws {EngineError} If no engine can be used
 * @throws {StackError} If there is no such service, or it has no container
 */
export async function* stackLogs(
  name: string,
  options: StackLogsOptions = {},
): AsyncGenerator<string> {
  const { services = SERVICES, project = STACK_PROJECT, follow = false, tail = 200 } = options;
  const known = services.map((service) => service.name);
  if (!known.includes(name)) {
    throw new StackError(`There is no service "${name}": choose one of ${known.join(", ")}`);
  }
  const engine = await connectEngine(options);
  const container = engine.client.getContainer(nameOnEngine(project, name));
  let log: Uint8Array | ByteStream;
  try {
    log = await container.logs({ stdout: true, stderr: true, follow, tail });
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new StackError(`"${name}" has no container: run 'deno task stack up' first`);
  }
  if (log instanceof Uint8Array) {
    yield* linesOf(demultiplexed(only(log)));
    return;
  }
  const stream = log;
  const stop = (): void => stream.destroy();
  options.signal?.addEventListener("abort", stop, { once: true });
  try {
    yield* linesOf(demultiplexed(stream));
  } catch (error) {
    if (!options.signal?.aborted) throw error;
  } finally {
    options.signal?.removeEventListener("abort", stop);
    stream.destroy();
  }
}

/**
 * Deletes the stack with all its data and its passwords, after asking.
 *
 * @param options Which engine and project, and who is asked
 * @returns Whether it was deleted
 * @throws {EngineError} If no engine can be used
 */
export async function stackReset(options: StackResetOptions): Promise<boolean> {
  const { services = SERVICES, project = STACK_PROJECT, folder = STACK_FOLDER } = options;
  const engine = await connectEngine(options);
  const volumes = services.flatMap((service) => service.volumes)
    .map((volume) => nameOnEngine(project, volume.name));
  if (!await options.confirm(volumes)) return false;
  await descend(engine, options);
  for (const name of volumes) await removeVolume(engine, { name, project });
  await deleteSecrets(folder);
  return true;
}

/**
 * Where each service is reached, and as whom. Needs no engine.
 *
 * @param options Where the passwords are
 * @throws {StackError} If the stack was never brought up
 */
export async function stackAccess(
  options: Pick<StackOptions, "folder" | "services"> = {},
): Promise<Record<string, ServiceAccess>> {
  const { services = SERVICES, folder = STACK_FOLDER } = options;
  const secrets = await readSecrets(folder);
  const known = services.flatMap(secretNames).every((name) => secrets?.[name] !== undefined);
  if (secrets === undefined || !known) {
    throw new StackError("The stack has no passwords yet: run 'deno task stack up' first");
  }
  const entries = services.flatMap(({ name, access }) => {
    if (access === undefined) return [];
    const filled = Object.entries(access).map(([key, text]) => [key, expandSecrets(text, secrets)]);
    return [[name, Object.fromEntries(filled) as ServiceAccess]];
  });
  return Object.fromEntries(entries);
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
