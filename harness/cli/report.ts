import { basename, join } from "node:path";
import { readEvidence } from "../matrix/recorded_run.ts";
import { readRun, type RunFiles } from "../runner/run_folder.ts";
import type { ReportOptions } from "./commands/report.ts";
import { UsageError } from "./exit.ts";
import { findRun } from "./find_run.ts";
import { summaryOf } from "./runs.ts";
import { userPath } from "./user_path.ts";

/** Name of each format's file in a run's folder, and what writes it. */
const FORMATS: Record<string, { file: string; write: (run: RunFiles) => Promise<string> }> = {
  html: {
    file: "report.html",
    async write(run) {
      const { runReport } = await import("../reports/html/run_report.ts");
      return await runReport(run, summaryOf(run));
    },
  },
  markdown: {
    file: "report.md",
    async write(run) {
      const { summaryMarkdown } = await import("../reports/table.ts");
      return summaryMarkdown(summaryOf(run));
    },
  },
  csv: {
    file: "verdicts.csv",
    async write(run) {
      const { verdictsCsv } = await import("../reports/exports/verdicts_csv.ts");
      return verdictsCsv(run.verdicts);
    },
  },
  junit: {
    file: "junit.xml",
    async write(run) {
      const { junit } = await import("../reports/exports/junit.ts");
      return junit(basename(run.path), run.plan, run.verdicts);
    },
  },
  inspect: {
    file: "inspect.json",
    async write(run) {
      const { inspectLog } = await import("../reports/exports/inspect_log.ts");
      return JSON.stringify(inspectLog(readEvidence(run), summaryOf(run)), null, 1) + "\n";
    },
  },
};

/** Writes a run's report in a format, and says where. */
export async function report(name: string, options: ReportOptions): Promise<void> {
  const format = Object.hasOwn(FORMATS, options.format) ? FORMATS[options.format] : undefined;
  if (format === undefined) {
    throw new UsageError(
      `Unknown format "${options.format}": use ${Object.keys(FORMATS).join(", ")}`,
    );
  }
  const run = readRun(findRun(name));
  const file = options.out === undefined ? join(run.path, format.file) : userPath(options.out);
  await Deno.writeTextFile(file, await format.write(run));
  console.log(file);
}
