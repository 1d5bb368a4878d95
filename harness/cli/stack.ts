import {
  type DockerService,
  SERVICES,
  stackDown,
  StackError,
  type StackEvent,
  stackEventLine,
  stackLogs,
  type StackOptions,
  stackReset,
  stackSeed,
  stackSeeded,
  stackStatus,
  stackUp,
} from "../../stack/docker/mod.ts";
import { environment } from "../environment.ts";
import type { StackCommandOptions } from "./commands/stack.ts";
import { EXIT_INFRASTRUCTURE } from "./exit.ts";

/** Brings the stack up. */
export async function up(options: StackCommandOptions): Promise<void> {
  const named = optionsOf(options);
  const report = await stackUp(named);
  const seeded = ["keycloak", "postgres"];
  if (seeded.every((name) => report.some(({ service }) => service === name))) {
    if (!await stackSeeded(named)) await stackSeed({ ...named, onStep: tell });
  } else {
    console.error("no world was put in: that needs keycloak and postgres together");
  }
  const changed = report.filter(({ change }) => change !== "none").length;
  console.log(`${report.length} services are up, ${changed} of them changed`);
}

/** Fills the stack with the world anew. */
export async function seed(options: StackCommandOptions): Promise<void> {
  const { seed = 1 } = options;
  await stackSeed({ ...optionsOf(options), seed, onStep: tell });
  console.log(`keycloak and postgres hold the world of seed ${seed}`);
}

function tell(service: string, detail: string): void {
  console.error(`${service.padEnd(12)}  seed      ${detail}`);
}

/** Takes the containers down. */
export async function down(options: StackCommandOptions): Promise<void> {
  const removed = await stackDown(optionsOf(options));
  console.log(removed.length === 0 ? "nothing was up" : `removed ${removed.join(", ")}`);
}

/** Prints a line a service; exit code 3 when one is not as it should be. */
export async function status(options: StackCommandOptions): Promise<void> {
  const services = await stackStatus(optionsOf(options));
  for (const { service, state, reason, url } of services) {
    console.log(
      `${service.padEnd(12)}  ${state.padEnd(8)}  ${url ?? ""}${
        reason === "" ? "" : `  ${reason}`
      }`,
    );
  }
  if (services.some(({ state }) => state !== "ready" && state !== "done")) {
    Deno.exitCode = EXIT_INFRASTRUCTURE;
  }
}

/** Prints a service's log until it ends or is interrupted. */
export async function logs(service: string, options: StackCommandOptions): Promise<void> {
  const { follow = false, tail } = options;
  const named = { ...optionsOf(options), follow, ...(tail === undefined ? {} : { tail }) };
  for await (const line of stackLogs(service, named)) console.log(line);
}

/** Deletes the stack with its data. */
export async function reset(options: StackCommandOptions): Promise<void> {
  const deleted = await stackReset({
    ...optionsOf(options),
    confirm: (names) =>
      options.yes === true ||
      confirm(`Delete the stack and the volumes ${names.join(", ")}, with all their data?`),
  });
  console.log(deleted ? "deleted" : "nothing was deleted");
}

function optionsOf({ engine, service: names }: StackCommandOptions): StackOptions {
  const dockerHost = environment("DOCKER_HOST");
  const home = environment("HOME");
  return {
    ...(engine === undefined ? {} : { engine }),
    ...(dockerHost === undefined ? {} : { dockerHost }),
    ...(home === undefined ? {} : { home }),
    ...(names === undefined ? {} : { services: chosen(names) }),
    onEvent: (event: StackEvent) => console.error(stackEventLine(event)),
  };
}

function chosen(names: readonly string[]): DockerService[] {
  const known = SERVICES.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new StackError(`There is no service "${unknown}": choose from ${known.join(", ")}`);
  }
  return SERVICES.filter(({ name }) => names.includes(name));
}
