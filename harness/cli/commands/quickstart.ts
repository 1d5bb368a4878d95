import { Command } from "commander";

/** Declares `argus quickstart`. */
export function quickstartCommand(): Command {
  return new Command("quickstart")
    .description("Asks the nano gateway about two requests, as in the README.")
    .action(async () => {
      await import("../../../examples/quickstart.ts");
    });
}
