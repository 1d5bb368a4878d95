import { Command } from "commander";

/** Declares `argus runs`. */
export function runsCommand(): Command {
  const runs = new Command("runs").description("Lists and merges runs.");
  runs.command("list").description("Lists the runs in runs/, oldest first.")
    .option("--json", "print JSON")
    .action(async (options: { json?: boolean }) => {
      const { listRuns } = await import("../runs.ts");
      listRuns(options.json ?? false);
    });
  runs.command("merge")
    .description("Merges runs of one configuration, such as shards, into a new folder.")
    .argument("<run...>", "folders or names of the runs")
    .requiredOption("--out <folder>", "folder of the merged run")
    .action(async (names: string[], options: { out: string }) => {
      const { merge } = await import("../runs.ts");
      merge(names, options.out);
    });
  return runs;
}
