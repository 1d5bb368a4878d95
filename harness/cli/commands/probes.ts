import { Command, Option } from "commander";

/** Options that choose probes. */
export interface ProbeOptions {
  suite?: string[];
  family?: string[];
  probes?: string[];
  plugin?: string[];
  pluginGrant?: string[];
  json?: boolean;
}

/** Declares `argus probes`. */
export function probesCommand(): Command {
  const probes = new Command("probes").description("Lists, shows and checks probes.");
  withSelection(probes.command("list").description("Lists probes, a line each."))
    .action(async (options: ProbeOptions) => {
      const { listProbes } = await import("../probes.ts");
      await listProbes(options);
    });
  withSelection(probes.command("show").description("Prints one probe as JSON."))
    .argument("<id>", "id of the probe")
    .action(async (id: string, options: ProbeOptions) => {
      const { showProbe } = await import("../probes.ts");
      await showProbe(id, options);
    });
  withSelection(
    probes.command("check").description("Proves that targets are reachable and not vacuous."),
  ).action(async (options: ProbeOptions) => {
    const { checkProbes } = await import("../probes.ts");
    Deno.exitCode = await checkProbes(options);
  });
  return probes;
}

function withSelection(command: Command): Command {
  return command
    .addOption(new Option("--suite <name...>", "only these suites"))
    .option("--family <name...>", "only these families")
    .option("--probes <file...>", "catalog files (JSONL) instead of the plugins' suites")
    .option("--plugin <folder...>", "plugins: folders or file: URLs")
    .option("--plugin-grant <name:kind=what...>", "grant a plugin what it asks for")
    .option("--json", "print JSON");
}
