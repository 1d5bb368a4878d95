/**
 * Ports of 127.0.0.1 that the stack needs and somebody else holds.
 *
 * @module
 */

import type { Engine } from "./engine.ts";
import type { DockerService } from "./service.ts";

/** A port that a service needs and cannot have. */
export interface PortConflict {
  /** The service. */
  readonly service: string;
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** Who holds it, or how to find out. */
  readonly holder: string;
}

/**
 * The ports of `services`, whose containers do not run, that cannot be bound.
 *
 * @param services The services that are about to be started
 * @param engine The engine, whose containers may hold a port
 */
export async function findPortConflicts(
  services: readonly DockerService[],
  engine: Engine,
): Promise<PortConflict[]> {
  const conflicts: PortConflict[] = [];
  // On another machine the ports are that machine's, and forwarding has taken them on this one.
  if (engine.address.remote) return conflicts;
  for (const service of services) {
    for (const { host } of service.ports) {
      if (host === 0 || isFree(host)) continue;
      conflicts.push({ service: service.name, port: host, holder: await holderOf(host, engine) });
    }
  }
  return conflicts;
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    // Whatever else forbids it to us need not forbid it to the engine, which will say so itself.
    return true;
  }
}

async function holderOf(port: number, engine: Engine): Promise<string> {
  const containers = await engine.client.listContainers({ all: false });
  const container = containers.find(({ Ports }) => Ports.some((own) => own.PublicPort === port));
  if (container !== undefined) {
    const name = (container.Names[0] ?? container.Id).replace(/^\//, "");
    return `the container "${name}" (${container.Image})`;
  }
  return await holderByLsof(port) ?? await holderBySs(port) ??
    `another program; find it with 'lsof -nP -iTCP:${port} -sTCP:LISTEN'`;
}

async function holderByLsof(port: number): Promise<string | undefined> {
  const args = ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"];
  const text = await outputOf("lsof", args);
  const [, pid] = /^p(\d+)$/m.exec(text) ?? [];
  const [, name] = /^c(.+)$/m.exec(text) ?? [];
  return pid === undefined ? undefined : `the process ${pid} (${name ?? "unnamed"})`;
}

async function holderBySs(port: number): Promise<string | undefined> {
  const text = await outputOf("ss", ["-Hltnp", `sport = :${port}`]);
  const [, name, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(text) ?? [];
  return pid === undefined ? undefined : `the process ${pid} (${name})`;
}

/** What a program prints; nothing where it is missing or may not be run. */
async function outputOf(program: string, args: string[]): Promise<string> {
  try {
    const command = new Deno.Command(program, { args, stdin: "null", stderr: "null" });
    return new TextDecoder().decode((await command.output()).stdout);
  } catch {
    return "";
  }
}
