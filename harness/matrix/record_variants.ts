import { basename, join } from "node:path";
import { CONTROL_ARMS } from "../../defenses/mod.ts";
import type { DefenseMode } from "../runner/arm.ts";
import type { EvalConfig } from "../runner/config.ts";
import { evaluate, type EvaluateOptions } from "../runner/evaluate.ts";
import { readRun } from "../runner/run_folder.ts";
import type { Verdict } from "../verdicts/verdict.ts";
import type { RecordedVariant } from "./matrix.ts";
import { readRecorded } from "./recorded_run.ts";
import type { MatrixRow } from "./rows.ts";

/** A gateway to measure. */
export interface Variant {
  /** Name in the matrix: `"nano+baseline"`. */
  name: string;
  /** Gateway, as an evaluation names it. */
  gateway: string;
  /** Adapter, or `"none"`. */
  adapter: string;
}

/** Options for {@linkcode recordVariants}. */
export interface RecordOptions extends Pick<EvaluateOptions, "cache" | "signal" | "inference"> {
  /** Folder that holds all runs. */
  runs: string;
  /** The rows; those that are live get a run of their own. */
  rows: readonly MatrixRow[];
  /** Suites, families, seed, limit, …: what all variants share. */
  config: Partial<EvalConfig>;
  /** Whether rows that could be replayed are run as well, and their runs used. */
  live?: boolean;
  /** Called before each run, with what it is for and whether it is already there. */
  onRun?: (run: { variant: string; row: string; folder: string; reused: boolean }) => void;
  /** Called after each unit. */
  onProgress?: EvaluateOptions["onProgress"];
}

/**
 * Runs each variant once with all layers observing, and once more for each live row. A run that is
 * there already, complete and of the same units (their keys cover models, prompts, layers, world
 * and seed), is used again.
 *
 * @throws {Error} when a run ends with units that have no verdict, naming it; resume it, then go on.
 */
export async function recordVariants(
  variants: readonly Variant[],
  options: RecordOptions,
): Promise<RecordedVariant[]> {
  const recorded: RecordedVariant[] = [];
  for (const variant of variants) {
    const record = await completeRun(variant, "record", recordingConfig(options.config), options);
    const live = new Map<string, { run: string; verdicts: readonly Verdict[] }>();
    for (const row of options.rows) {
      if (row.how !== "live" && options.live !== true) continue;
      const config = rowConfig(options.config, row);
      const folder = await completeRun(variant, row.name, config, options);
      live.set(row.name, { run: basename(folder), verdicts: readRun(folder).verdicts });
    }
    recorded.push({ name: variant.name, recorded: readRecorded(record), live });
  }
  return recorded;
}

/** All layers observe, the control arms too, so that they can be replayed as well. */
function recordingConfig(config: Partial<EvalConfig>): Partial<EvalConfig> {
  return {
    ...config,
    profile: "none",
    defenses: Object.fromEntries(CONTROL_ARMS.map((name) => [name, "observe" as const])),
  };
}

function rowConfig(config: Partial<EvalConfig>, row: MatrixRow): Partial<EvalConfig> {
  const enforced = row.layers.map((name): [string, DefenseMode] => [name, "enforce"]);
  return {
    ...config,
    profile: "none",
    defenses: Object.fromEntries(enforced),
    approver: row.approver,
    credential: row.credential,
  };
}

/** The folder of a complete run of a configuration: one that is there, or a new one. */
async function completeRun(
  { name, gateway, adapter }: Variant,
  row: string,
  config: Partial<EvalConfig>,
  options: RecordOptions,
): Promise<string> {
  const full = { ...config, gateway, adapter };
  const { runs, signal, inference, cache } = options;
  const shared = {
    runs,
    ...(signal === undefined ? {} : { signal }),
    ...(inference === undefined ? {} : { inference }),
    ...(cache === undefined ? {} : { cache }),
  };
  let keys: string[] = [];
  await evaluate(full, {
    ...shared,
    dryRun: true,
    onPlan: ({ units }) => keys = units.map(({ key }) => key),
  });
  const earlier = findComplete(runs, keys);
  if (earlier !== undefined) {
    options.onRun?.({ variant: name, row, folder: earlier, reused: true });
    return earlier;
  }
  const { folder, done, total } = await evaluate(full, {
    ...shared,
    onPlan: (plan) => options.onRun?.({ variant: name, row, folder: plan.folder, reused: false }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  signal?.throwIfAborted();
  if (done < total) {
    throw new Error(
      `Cannot fill the matrix: ${total - done} units of ${folder} have no verdict; go on with ` +
        `"deno task eval --resume ${folder}", then run the matrix again`,
    );
  }
  return folder;
}

/** The newest complete run of exactly these units, if there is one. */
function findComplete(runs: string, keys: readonly string[]): string | undefined {
  const wanted = keys.join("\n");
  const names = [...Deno.readDirSync(runs)]
    .filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name).sort().reverse();
  for (const name of names) {
    const folder = join(runs, name);
    // The plan is sorted by key: most runs are told apart by its first line.
    const plan = readIfThere(join(folder, "plan.jsonl"));
    if (plan === undefined || !plan.includes(keys[0] ?? "")) continue;
    if (readIfThere(join(folder, "closing.json")) === undefined) continue;
    try {
      const run = readRun(folder);
      if (run.plan.map(({ key }) => key).join("\n") === wanted) return folder;
    } catch {
      // A damaged run is no record; `argus verify` says what is wrong with it.
    }
  }
  return undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}
