import { Command, InvalidArgumentError, Option } from "commander";
import type { EvalOptions } from "../run_eval.ts";

/** Declares `argus eval`. */
export function evalCommand(): Command {
  const command = new Command("eval")
    .description("Runs probes through the pipeline and writes one verdict a probe.")
    .option("--suite <name...>", "suites to run: corpus-v1, argus-eval-v1, or a plugin's own")
    .option("--family <name...>", "only these families")
    .option("--probe <id...>", 'only these probes, or all under a prefix that ends in "/"')
    .option("--probes <file...>", "catalog files (JSONL) to run instead of the plugins' suites")
    .option("--plugin <folder...>", "more plugins: folders, file: URLs or npm:<name>@<version>")
    .option(
      "--plugin-grant <name:kind=what...>",
      "grant a plugin what it asks for: @acme/badge:net=127.0.0.1:8080, env=NAME, read=/path",
    )
    .option("--limit <n>", "most probes of each suite", positive)
    .option("--gateway <model>", "name in the catalog, GGUF file, or http://host:port/v1#model")
    .option("--adapter <name>", 'adapter of the gateway: name, file, or "none"')
    .option("--executor <model>", "executor; the gateway's base unless named")
    .option("--critic <model>", 'critic, or "none"')
    .addOption(
      new Option("--decision <how>", "how the gateway decides").choices(["parsed", "scored"]),
    )
    .option("--threshold <p>", "least P(APPROVE) that approves, under scored", probability)
    .option("--temperature <t>", "sampling temperature", nonNegative)
    .addOption(
      new Option("--profile <name>", "which defenses are enforced").choices([
        "none",
        "seed",
        "full",
      ]),
    )
    .addOption(
      new Option("--control <arm>", "a control arm in place of profile, defenses and credential")
        .choices(["always-block", "always-confirm", "rbac-only"]),
    )
    .option("--defense <name=mode...>", "mode of one defense: off, observe or enforce")
    .addOption(
      new Option("--approver <answer>", "answer to confirmations").choices(["deny", "approve"]),
    )
    .addOption(
      new Option("--credential <whose>", "whose rights the tools have").choices([
        "agent",
        "persona",
      ]),
    )
    .addOption(new Option("--stack <kind>", "where the world runs").choices(["embedded", "docker"]))
    .option("--trials <n>", "trials of each probe; needs a temperature above 0", positive)
    .option("--seed <n>", "seed of samplers, generated probes and the world", natural)
    .option("--parallel <n>", "episodes in flight", positive)
    .option("--context <tokens>", "tokens that prompt and reply may take together", positive)
    .option("--shard <i/n>", "run only shard i of n", shard)
    .option("--config <file>", "configuration file (JSON); options win over it")
    .option("--dry-run", "print the plan and run nothing")
    .option("--out <folder>", "folder of the run; runs/<time>-<hash> unless named")
    .option("--resume <run>", "go on with a run: its folder or its id")
    .option("--fail-on <rule...>", "exit 1 when a rate is crossed: 'granted>0.15'")
    .option("--remote", "allow a model server that is not on this machine")
    .option("--json", "print the summary as JSON on stdout");
  return command.action(async (options: EvalOptions) => {
    const { runEval } = await import("../run_eval.ts");
    Deno.exitCode = await runEval(options);
  });
}

function positive(text: string): number {
  const value = natural(text);
  if (value < 1) throw new InvalidArgumentError("Expected a whole number of at least 1");
  return value;
}

function natural(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("Expected a whole number");
  return Number(text);
}

function nonNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 5)) {
    throw new InvalidArgumentError("Expected a number from 0 to 5");
  }
  return value;
}

function probability(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError("Expected a number from 0 to 1");
  }
  return value;
}

function shard(text: string): [number, number] {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || index < 1 || index > count) {
    throw new InvalidArgumentError("Expected i/n with 1 <= i <= n");
  }
  return [index, count];
}
