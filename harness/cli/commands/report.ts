import { Command } from "commander";

/** Declares `argus report`. */
export function reportCommand(): Command {
  return new Command("report")
    .description("Writes a run's report: one page that opens from disk, or a file for other tools.")
    .argument("[run]", 'folder, name or beginning of a name of a run, or "latest"', "latest")
    .option("--format <name>", "html, markdown, csv, junit or inspect", "html")
    .option("--out <file>", "file to write; in the run's folder unless named")
    .action(async (run: string, options: ReportOptions) => {
      const { report } = await import("../report.ts");
      await report(run, options);
    });
}

/** Options of `argus report`. */
export interface ReportOptions {
  format: string;
  out?: string;
}
