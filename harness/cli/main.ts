/**
 * The command line: `deno task <name>` is `argus <name>`. Each command is one file in `commands/`,
 * which declares its options and imports what does the work only when it runs, so that `--help` is
 * instant.
 *
 * @module
 */

import { Command, CommanderError } from "commander";
import { confirmCommand } from "./commands/confirm.ts";
import { evalCommand } from "./commands/eval.ts";
import { matrixCommand } from "./commands/matrix.ts";
import { guardCommand } from "./commands/guard.ts";
import { guardSuiteCommand } from "./commands/guard_suite.ts";
import { modelCommand } from "./commands/model.ts";
import { pluginCommand } from "./commands/plugin.ts";
import { probesCommand } from "./commands/probes.ts";
import { quickstartCommand } from "./commands/quickstart.ts";
import { reportCommand } from "./commands/report.ts";
import { runsCommand } from "./commands/runs.ts";
import { showCommand } from "./commands/show.ts";
import { stackCommand } from "./commands/stack.ts";
import { verifyCommand } from "./commands/verify.ts";
import { viewCommand } from "./commands/view.ts";
import { EXIT_USAGE, exitCodeOf, explain } from "./exit.ts";

function program(): Command {
  const root = new Command("argus")
    .description("Measures how well a language-model agent for identity operations resists attack.")
    .helpCommand(false)
    .showSuggestionAfterError();
  for (
    const command of [
      evalCommand(),
      matrixCommand(),
      reportCommand(),
      showCommand(),
      runsCommand(),
      viewCommand(),
      verifyCommand(),
      quickstartCommand(),
      probesCommand(),
      pluginCommand(),
      modelCommand(),
      stackCommand(),
      guardCommand(),
      guardSuiteCommand(),
      confirmCommand(),
    ]
  ) root.addCommand(command);
  strict(root);
  return root;
}

/** Makes a command and all below it throw instead of ending the process. */
function strict(command: Command): void {
  command.exitOverride().allowExcessArguments(false);
  command.commands.forEach(strict);
}

/** Runs one command line and returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...args], { from: "user" });
    return Number(Deno.exitCode);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    console.error(explain(error));
    return exitCodeOf(error);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
