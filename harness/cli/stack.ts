import {
  stackDown,
  type StackEvent,
  stackEventLine,
  stackLogs,
  type StackOptions,
  stackReset,
  stackStatus,
  stackUp,
} from "../../stack/docker/mod.ts";
import { environment } from "../environment.ts";
import type { StackCommandOptions } from "./commands/stack.ts";
import { EXIT_INFRASTRUCTURE } from "./exit.ts";

/** Brings the stack up. */
export async function up(options: StackCommandOptions): Promise<void> {
  const report = await stackUp(optionsOf(options));
  const changed = report.filter(({ change }) => change !== "none").length;
  console.log(`${report.length} services are up, ${changed} of them changed`);
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

function optionsOf({ engine }: StackCommandOptions): StackOptions {
  const dockerHost = environment("DOCKER_HOST");
  const home = environment("HOME");
  return {
    ...(engine === undefined ? {} : { engine }),
    ...(dockerHost === undefined ? {} : { dockerHost }),
    ...(home === undefined ? {} : { home }),
    onEvent: (event: StackEvent) => console.error(stackEventLine(event)),
  };
}
