import { Command } from "commander";

/** Declares `argus show`. */
export function showCommand(): Command {
  return new Command("show")
    .description("Prints one episode in full, as a person wants to read it.")
    .argument("[run]", 'folder, name or beginning of a name of a run, or "latest"', "latest")
    .argument("[unit]", "key, beginning of a key, or probe id; without it the verdicts are listed")
    .option("--prompts", "print the prompts as the models saw them")
    .option("--json", "print the verdict and its evidence as JSON")
    .action(async (run: string, unit: string | undefined, options: ShowOptions) => {
      const { show } = await import("../show.ts");
      show(run, unit, options);
    });
}

/** Options of `argus show`. */
export interface ShowOptions {
  prompts?: boolean;
  json?: boolean;
}
