import { Command, InvalidArgumentError } from "commander";

/** Options that name an engine. */
export interface StackCommandOptions {
  engine?: string;
  follow?: boolean;
  tail?: number;
  yes?: boolean;
  service?: string[];
  seed?: number;
}

/** Declares `argus stack`. */
export function stackCommand(): Command {
  const stack = new Command("stack").description("Drives the Docker stack of the seven services.");
  const add = (name: string, description: string) =>
    stack.command(name).description(description)
      .option("--engine <address>", "socket or tcp://host:port; a remote engine must be named");
  add("up", "Creates and starts what is missing, waits until all are healthy, and fills them once.")
    .option("--service <name...>", "only these services")
    .action(async (options: StackCommandOptions) => await (await commands()).up(options));
  add("down", "Stops and removes the containers; data and passwords stay.")
    .action(async (options: StackCommandOptions) => await (await commands()).down(options));
  add("status", "Says how each service is, and where it is reached.")
    .option("--service <name...>", "only these services")
    .action(async (options: StackCommandOptions) => await (await commands()).status(options));
  add("seed", "Fills Keycloak and PostgreSQL anew with the world of a seed.")
    .option("--seed <n>", "seed of the world", seedOf, 1)
    .action(async (options: StackCommandOptions) => await (await commands()).seed(options));
  add("logs", "Prints the log of one service.")
    .argument("<service>", "name of the service")
    .option("--follow", "go on with what is written from now on")
    .option("--tail <n>", "how many of the last lines", lines)
    .action(async (service: string, options: StackCommandOptions) =>
      await (await commands()).logs(service, options)
    );
  add("reset", "Deletes the stack with all its data and passwords, after asking.")
    .option("--yes", "do not ask")
    .action(async (options: StackCommandOptions) => await (await commands()).reset(options));
  return stack;
}

async function commands(): Promise<typeof import("../stack.ts")> {
  return await import("../stack.ts");
}

function lines(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError("Expected a whole number");
  return Number(text);
}

function seedOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("Expected a whole number");
  return Number(text);
}
