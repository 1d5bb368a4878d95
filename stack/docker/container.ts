/**
 * A service's container: what it is made of, and bringing the one that exists in line with that.
 *
 * @module
 */

import { type ContainerDescription, reasonOf, statusOf } from "./_dockerode.ts";
import type { Engine } from "./engine.ts";
import type { Secrets } from "./secrets.ts";
import { type DockerService, expandSecrets } from "./service.ts";

/** Label that holds the project's name on all that belongs to the stack. */
export const PROJECT_LABEL = "argus.project";
/** Label that holds the service's name. */
export const SERVICE_LABEL = "argus.service";
/** Label that holds the digest of what a container was made from. */
export const DIGEST_LABEL = "argus.digest";

const MEBIBYTE = 1024 * 1024;

/** What a container is made with, beside its service. */
export interface ContainerContext {
  /** The engine. */
  readonly engine: Engine;
  /** Prefix of every name on the engine. */
  readonly project: string;
  /** The passwords by service. */
  readonly secrets: Secrets;
}

/**
 * The name of a container or volume on the engine.
 *
 * @param project Prefix of every name
 * @param name Name of the service or volume
 */
export function nameOnEngine(project: string, name: string): string {
  return `${project}-${name}`;
}

/** The body of `POST /containers/create` for a service, without its digest. */
export function containerSpec(
  service: DockerService,
  { project, secrets }: Pick<ContainerContext, "project" | "secrets">,
): Record<string, unknown> {
  const fill = (text: string): string => expandSecrets(text, secrets);
  const bindings = service.ports.map(({ container, host }) => [
    `${container}/tcp`,
    [{ HostIp: "127.0.0.1", HostPort: host === 0 ? "" : String(host) }],
  ]);
  return {
    Image: service.image,
    ...service.entrypoint ? { Entrypoint: service.entrypoint.map(fill) } : {},
    ...service.command ? { Cmd: service.command.map(fill) } : {},
    Env: Object.entries(service.environment ?? {}).map(([name, value]) => `${name}=${fill(value)}`),
    Labels: { [PROJECT_LABEL]: project, [SERVICE_LABEL]: service.name },
    ExposedPorts: Object.fromEntries(service.ports.map((port) => [`${port.container}/tcp`, {}])),
    HostConfig: {
      PortBindings: Object.fromEntries(bindings),
      Mounts: service.volumes.map(({ name, path }) => ({
        Type: "volume",
        Source: nameOnEngine(project, name),
        Target: path,
      })),
      Memory: service.memory * MEBIBYTE,
      MemorySwap: service.memory * MEBIBYTE,
      PidsLimit: 2048,
      NetworkMode: project,
      RestartPolicy: { Name: "no" },
      SecurityOpt: ["no-new-privileges"],
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "2" } },
    },
    NetworkingConfig: { EndpointsConfig: { [project]: { Aliases: [service.name] } } },
  };
}

/**
 * A digest of what a container is made from: another image, setting or password gives another.
 *
 * @param spec What {@linkcode containerSpec} returned
 */
export async function digestOf(spec: Record<string, unknown>): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(spec));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/**
 * The container of a service; nothing when there is none.
 *
 * @param engine The engine
 * @param name Name of the container on the engine
 */
export async function findContainer(
  engine: Engine,
  name: string,
): Promise<ContainerDescription | undefined> {
  try {
    return await engine.client.getContainer(name).inspect();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** What has to happen to a container. */
export type Change = "none" | "start" | "create" | "recreate";

/**
 * What has to happen to `found`, so that the service runs as `digest` says.
 *
 * @param service The service
 * @param found Its container, if there is one
 * @param digest Digest of what it should be made from
 */
export function changeOf(
  service: DockerService,
  found: ContainerDescription | undefined,
  digest: string,
): Change {
  if (found === undefined) return "create";
  if (found.Config.Labels[DIGEST_LABEL] !== digest) return "recreate";
  if (found.State.Running) return "none";
  if (service.health.kind !== "exit") return "start";
  const done = found.State.Status === "exited" && found.State.ExitCode === 0;
  return done ? "none" : "recreate";
}

/** What would be done for a service, and with what. */
export interface ContainerPlan {
  /** The service. */
  readonly service: DockerService;
  /** What has to happen. */
  readonly change: Change;
  /** The body of the request that makes the container. */
  readonly spec: Record<string, unknown>;
}

/**
 * Compares a service with its container. A container of that name that is not the stack's is an error.
 *
 * @param service The service
 * @param context The engine, the project and its passwords
 * @throws {Error} If the name is taken by a container that the stack did not make
 */
export async function planContainer(
  service: DockerService,
  context: ContainerContext,
): Promise<ContainerPlan> {
  const name = nameOnEngine(context.project, service.name);
  const found = await findContainer(context.engine, name);
  if (found !== undefined && found.Config.Labels[PROJECT_LABEL] !== context.project) {
    throw new Error(
      `The container "${name}" was not made by this stack: rename or remove it, then run ` +
        `'deno task stack up' again`,
    );
  }
  const spec = containerSpec(service, context);
  const digest = await digestOf(spec);
  const labels = { ...spec.Labels as Record<string, string>, [DIGEST_LABEL]: digest };
  return {
    service,
    change: changeOf(service, found, digest),
    spec: { ...spec, name, Labels: labels },
  };
}

/**
 * Carries a plan out: the container exists and was started. Volumes stay.
 *
 * @param plan The plan
 * @param engine The engine
 */
export async function applyPlan(plan: ContainerPlan, engine: Engine): Promise<void> {
  if (plan.change === "none") return;
  const container = engine.client.getContainer(String(plan.spec.name));
  if (plan.change === "recreate") await removeContainer(engine, String(plan.spec.name));
  if (plan.change !== "start") {
    try {
      await engine.client.createContainer(plan.spec);
    } catch (error) {
      // Another 'up' made it in the meantime, and starting it twice does no harm.
      if (statusOf(error) !== 409) throw engineFailure("create", plan.service, error);
    }
  }
  try {
    await container.start();
  } catch (error) {
    if (statusOf(error) !== 304) throw engineFailure("start", plan.service, error);
  }
}

function engineFailure(what: string, service: DockerService, error: unknown): Error {
  return new Error(`The engine cannot ${what} "${service.name}": ${reasonOf(error)}`, {
    cause: error,
  });
}

/**
 * Removes a container if it exists, running or not.
 *
 * @param engine The engine
 * @param name Name of the container on the engine
 */
export async function removeContainer(engine: Engine, name: string): Promise<boolean> {
  const container = engine.client.getContainer(name);
  try {
    await container.stop({ t: 10 }).catch((error) => {
      if (statusOf(error) !== 304) throw error;
    });
    await container.remove({ force: true });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}
