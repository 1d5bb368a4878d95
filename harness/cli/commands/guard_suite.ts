import { Command } from "commander";

/** Options of `argus guard-suite` as the command line gives them. */
export interface GuardSuiteCommandOptions {
  suite?: string[];
  family?: string[];
  probes?: string[];
  disguises: boolean;
  json?: boolean;
}

/** Declares `argus guard-suite`. */
export function guardSuiteCommand(): Command {
  return new Command("guard-suite")
    .description("Plays ground-truth calls at every layer, plain and in disguise; no model.")
    .option("--suite <name...>", "suites; corpus-v1 unless named")
    .option("--family <name...>", "only these families")
    .option("--probes <file...>", "catalog files (JSONL) instead of the plugins' suites")
    .option("--no-disguises", "play attacks in their plain form only")
    .option("--json", "print the report as JSON on stdout")
    .action(async (options: GuardSuiteCommandOptions) => {
      const { guardSuite } = await import("../guard_suite.ts");
      Deno.exitCode = await guardSuite(options);
    });
}
