import { Command, InvalidArgumentError } from "commander";

/** Declares `argus matrix`. */
export function matrixCommand(): Command {
  return new Command("matrix")
    .description(
      "Gateway variants × defense layers × suites: records each variant once, replays every " +
        "subset of the blocking layers, and tests the declared contrasts.",
    )
    .option(
      "--gateway <model>",
      "base of the variants: name in the catalog, GGUF file, or http://host:port/v1#model",
    )
    .option(
      "--adapter <name...>",
      'adapters to compare with "none"; all of the catalog\'s unless named',
    )
    .option("--executor <model>", "executor; the gateway's base unless named")
    .option("--critic <model>", 'critic, or "none"')
    .option("--suite <name...>", "suites")
    .option("--family <name...>", "only these families")
    .option("--limit <n>", "most probes of each suite", positive)
    .option("--seed <n>", "seed of samplers, generated probes and the world", natural)
    .option("--run <run...>", "replay these recorded runs instead; live rows are left out")
    .option("--live", "run every row instead of replaying it")
    .option("--out <folder>", "folder of the matrix; runs/matrices/<hash> unless named")
    .option("--json", "print the matrix as JSON on stdout")
    .action(async (options: MatrixOptions) => {
      const { runMatrix } = await import("../matrix.ts");
      await runMatrix(options);
    });
}

/** Options of `argus matrix`. */
export interface MatrixOptions {
  gateway?: string;
  adapter?: string[];
  executor?: string;
  critic?: string;
  suite?: string[];
  family?: string[];
  limit?: number;
  seed?: number;
  run?: string[];
  live?: boolean;
  out?: string;
  json?: boolean;
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
