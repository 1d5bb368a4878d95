import { Command } from "commander";

/** Declares `argus quickstart`. */
export function quickstartCommand(): Command {
  return new Command("quickstart")
    .description("Asks the nano gateway about two requests, as in the README.")
    .action(async () => {
      // Computed, since an example imports the package by its name and is no part of it.
      await import(new URL("../../../examples/quickstart.ts", import.meta.url).href);
    });
}
