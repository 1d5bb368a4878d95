import { basename, dirname, join } from "node:path";
import { summaryTable } from "../reports/table.ts";
import { summarise, type Summary } from "../reports/summary.ts";
import { ConfigError, ConfigFile, type EvalConfig } from "../runner/config.ts";
import { CONTROL_CONFIGS, type ControlArm } from "../runner/control_arms.ts";
import { evaluate, type Evaluation, type EvaluationPlan } from "../runner/evaluate.ts";
import { readRun } from "../runner/run_folder.ts";
import { indexRun } from "../runner/run_index.ts";
import { EXIT_INFRASTRUCTURE, EXIT_INTERRUPTED, EXIT_THRESHOLD, UsageError } from "./exit.ts";
import { brokenRules, parseFailRule } from "./fail_on.ts";
import { findRun, RUNS } from "./find_run.ts";
import { ProgressLine } from "./progress.ts";
import { StopOnSignal } from "./stop_on_signal.ts";
import { userModel, userPath, userPlugin } from "./user_path.ts";

/** Least share of units with a verdict for a run to count as complete. */
const COMPLETION = 0.98;

/** Options of `argus eval` as the command line gives them. */
export interface EvalOptions {
  suite?: string[];
  family?: string[];
  probe?: string[];
  probes?: string[];
  plugin?: string[];
  pluginGrant?: string[];
  limit?: number;
  gateway?: string;
  adapter?: string;
  executor?: string;
  critic?: string;
  decision?: "parsed" | "scored";
  threshold?: number;
  temperature?: number;
  profile?: "none" | "seed" | "full";
  defense?: string[];
  control?: ControlArm;
  approver?: "deny" | "approve";
  credential?: "agent" | "persona";
  stack?: "embedded" | "docker";
  trials?: number;
  seed?: number;
  parallel?: number;
  context?: number;
  shard?: [number, number];
  config?: string;
  dryRun?: boolean;
  out?: string;
  resume?: string;
  failOn?: string[];
  remote?: boolean;
  json?: boolean;
}

/** Runs `argus eval`; returns the exit code. */
export async function runEval(options: EvalOptions): Promise<number> {
  const rules = (options.failOn ?? []).map(parseFailRule);
  const config = configOf(options);
  if (options.resume !== undefined) checkResume(config, options);
  const progress = new ProgressLine();
  using stop = new StopOnSignal();
  const evaluation = await evaluate(config, {
    runs: RUNS,
    signal: stop.signal,
    remote: options.remote ?? false,
    dryRun: options.dryRun ?? false,
    ...(options.out === undefined ? {} : { out: userPath(options.out) }),
    ...(options.resume === undefined ? {} : { resume: findRun(options.resume) }),
    onPlan: (plan) => console.error(announcement(plan, options)),
    onProgress: (state) => progress.update(state),
  });
  progress.end();
  if (options.dryRun === true) return 0;
  const summary = await finish(evaluation);
  if (options.json === true) console.log(JSON.stringify(summary, null, 2));
  else console.log(summaryTable(summary));
  console.error(farewell(evaluation));
  if (stop.signal.aborted) return EXIT_INTERRUPTED;
  if (evaluation.done < COMPLETION * evaluation.total) return EXIT_INFRASTRUCTURE;
  const broken = brokenRules(rules, summary);
  for (const line of broken) console.error(`fail-on: ${line}`);
  return broken.length > 0 ? EXIT_THRESHOLD : 0;
}

/** A run keeps the configuration that it began with; only its speed may change. */
function checkResume(config: Partial<EvalConfig>, { resume, out, dryRun }: EvalOptions): void {
  const given = Object.keys(config).filter((name) => name !== "parallel");
  if (out !== undefined) given.push("out");
  if (given.length === 0 || dryRun === true) return;
  throw new UsageError(
    `Cannot change ${
      given.join(", ")
    } of the run "${resume}": a run goes on as it began; leave them ` +
      'out, or start a new run without "--resume"',
  );
}

/** The configuration of the file, if one is named, with the options on top. */
function configOf(options: EvalOptions): Partial<EvalConfig> {
  const { suite, family, probe, probes, plugin, defense, config } = options;
  const { limit, gateway, adapter, executor, critic, decision, threshold, temperature } = options;
  const { profile, approver, credential, stack, trials, seed, parallel, context, shard } = options;
  // Catalog files or plugins of one's own are run alone, unless suites are named beside them.
  const own = probes !== undefined || plugin !== undefined;
  const given = {
    suites: suite ?? (own ? [] : undefined),
    families: family,
    probes: probe,
    files: probes?.map(userPath),
    plugins: plugin?.map(userPlugin),
    grants: options.pluginGrant,
    limit,
    gateway: gateway && userModel(gateway),
    adapter: adapter && userModel(adapter),
    executor: executor && userModel(executor),
    critic: critic && userModel(critic),
    decision,
    threshold,
    temperature,
    profile,
    defenses: defense === undefined ? undefined : defensesOf(defense),
    approver,
    credential,
    stack,
    trials,
    seed,
    parallel,
    context,
    shard,
  };
  const set = {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...controlOf(options),
  };
  return { ...(config === undefined ? {} : readConfig(userPath(config))), ...set };
}

function controlOf({ control, ...others }: EvalOptions): Partial<EvalConfig> {
  if (control === undefined) return {};
  const clash = (["profile", "defense", "credential"] as const)
    .find((name) => others[name] !== undefined);
  if (clash === undefined) return CONTROL_CONFIGS[control];
  throw new UsageError(
    `Cannot set "--${clash}" beside "--control ${control}", which sets it: drop one of them`,
  );
}

function readConfig(path: string): Partial<EvalConfig> {
  let value: unknown;
  try {
    value = JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    throw new ConfigError(`Cannot read the configuration "${path}": ${(error as Error).message}`);
  }
  const parsed = ConfigFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ConfigError(`${path}: field "${issue?.path.join(".")}": ${issue?.message}`);
}

function defensesOf(pairs: readonly string[]): EvalConfig["defenses"] {
  return Object.fromEntries(pairs.map((pair) => {
    const match = /^([\w-]+)=(off|observe|enforce)$/.exec(pair);
    if (match === null) {
      throw new ConfigError(
        `Cannot read "--defense ${pair}": expected a name, "=", and off, observe or enforce`,
      );
    }
    return [match[1] as string, match[2] as "off" | "observe" | "enforce"];
  }));
}

/** What is about to run: on a dry run the whole answer. */
function announcement(plan: EvaluationPlan, options: EvalOptions): string {
  const { manifest } = plan;
  const models = Object.entries(manifest.inference.models)
    .map(([role, { model, adapter }]) =>
      `${role} ${model}${adapter === null ? "" : `+${adapter}`}`
    );
  const defenses = Object.entries(manifest.arms[plan.arm]?.defenses ?? {})
    .map(([name, mode]) => `${name}=${mode}`);
  const lines = [
    `${plan.units.length} units, probe set ${manifest.probes.sha256.slice(0, 12)}: ` +
    Object.entries(manifest.probes.count).map(([suite, n]) => `${suite} ${n}`).join(", "),
    `models: ${models.join(", ")} on ${manifest.inference.device}`,
    `arm ${plan.arm}: profile ${manifest.config.profile} (${defenses.join(", ")}), ` +
    `approver ${manifest.config.approver}, credential ${manifest.config.credential}, ` +
    `world ${manifest.world.stack} seed ${manifest.world.seed}`,
  ];
  if (options.dryRun === true) {
    lines.push("dry run: nothing was run");
    lines.push(...plan.units.map(({ key, probe }) => `${key.slice(0, 16)}  ${probe.id}`));
  } else lines.push(`run ${plan.folder}`);
  return lines.join("\n");
}

/** Writes what is derived from the verdicts and brings the index up to date. */
async function finish(evaluation: Evaluation): Promise<Summary> {
  const run = readRun(evaluation.folder);
  const summary = summarise(run.verdicts, {
    run: basename(evaluation.folder),
    units: run.plan.length,
    probeSet: run.manifest.probes.sha256,
    arms: run.manifest.arms,
  });
  try {
    Deno.writeTextFileSync(
      join(evaluation.folder, "summary.json"),
      JSON.stringify(summary, null, 2) + "\n",
    );
    const { runReport } = await import("../reports/html/run_report.ts");
    const page = await runReport(run, summary);
    Deno.writeTextFileSync(join(evaluation.folder, "report.html"), page);
    if (dirname(evaluation.folder) === RUNS) indexRun(RUNS, run, summary);
  } catch (error) {
    // All of it can be made again from the verdicts, so that no result is lost with them.
    console.error(`argus: Cannot write summary, report or index: ${(error as Error).message}`);
  }
  return summary;
}

function farewell({ folder, done, total, failed, stopped, lastError }: Evaluation): string {
  const lines = [`${done} of ${total} units have a verdict; run ${folder}`];
  if (failed > 0) {
    const [reason = ""] = (lastError ?? "").split("\n");
    lines.push(`${failed} units failed, the last with: ${reason}`, `see ${folder}/errors.jsonl`);
  }
  if (done < total) lines.push(`go on with: deno task eval --resume ${folder}`);
  else {
    lines.push(`look at one with: deno task show ${nameOf(folder)} <key or probe id>`);
    lines.push(`look at all of it in a browser: ${folder}/report.html`);
  }
  if (stopped && failed === 0) lines.unshift("stopped; everything written is kept");
  return lines.join("\n");
}

/** A run of `runs/` goes by its name, any other by its path. */
function nameOf(folder: string): string {
  return dirname(folder) === RUNS ? basename(folder) : folder;
}
