import { join } from "node:path";
import { openEmbeddedWorld, type World, WorldError } from "../../stack/mod.ts";
import type { Inference } from "../inference/mod.ts";
import { DEFAULT_LIMITS, type EpisodeRules } from "../pipeline/episode.ts";
import { hashOf } from "../verdicts/canonical.ts";
import { VERSION } from "../version.ts";
import { armHash, describeArm } from "./arm.ts";
import { checkConfig, ConfigError, DEFAULT_CONFIG, type EvalConfig } from "./config.ts";
import { enforcementOf, layersHash, modesOf, reviewerFactory } from "./layers.ts";
import { type LoadedProbes, loadProbes } from "./load_probes.ts";
import { type Manifest, RUN_SCHEMA } from "./manifest.ts";
import { openInference } from "./open_inference.ts";
import { executionOrder, planUnits, type Unit } from "./plan.ts";
import { probeSetHash, readManifest, RunFolder } from "./run_folder.ts";
import { type Progress, type RunResult, runUnits } from "./run_units.ts";
import { playUnit } from "./unit_player.ts";
import { outOfReach } from "./world_reach.ts";

/** Options for {@linkcode evaluate}. */
export interface EvaluateOptions {
  /**
   * Folder that holds all runs.
   * @default {"runs"}
   */
  runs?: string;
  /** Folder of this run; a new one in `runs` unless named. */
  out?: string;
  /** Folder of a run to go on with; its own configuration counts then. */
  resume?: string;
  /**
   * Folder that keeps what can be made again: plugin bundles, the database dump.
   * @default {".cache"}
   */
  cache?: string;
  /** Allows a model server that is not on this machine. */
  remote?: boolean;
  /** Models to use instead of the configured ones, for tests and embedding. */
  inference?: Inference;
  /** Stops the run; what is written stays, and it can be resumed. */
  signal?: AbortSignal;
  /** Called when the plan is known, before the first unit runs. */
  onPlan?: (plan: EvaluationPlan) => void;
  /** Called after each unit. */
  onProgress?: (progress: Progress) => void;
  /** Ends after the plan is made; nothing is written. */
  dryRun?: boolean;
}

/** What will be run. */
export interface EvaluationPlan {
  /** The units, sorted by key. */
  units: readonly Unit[];
  /** Hash of the arm. */
  arm: string;
  /** The manifest as it will be, or is, in the run's folder. */
  manifest: Manifest;
  /** The run's folder. */
  folder: string;
}

/** How an evaluation ended. */
export interface Evaluation extends RunResult {
  /** The run's folder. */
  folder: string;
  /** Its manifest. */
  manifest: Manifest;
  /** Number of units in the plan. */
  total: number;
}

/**
 * Runs an evaluation: loads probes, models and the world, plays every unit that has no verdict yet,
 * and leaves a run folder.
 *
 * @param config What to run; members that are left out have the values of `DEFAULT_CONFIG`.
 * @param options Where, and what to be told.
 * @throws {ConfigError}, {CatalogError}, {PluginError}, {ModelLoadError} or {RunFileError} on bad
 * input, before anything runs.
 * @throws {InferenceError} or {WorldError} when the infrastructure cannot be brought up.
 */
export async function evaluate(
  config: Partial<EvalConfig> = {},
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const earlier = options.resume === undefined ? undefined : readManifest(options.resume);
  if (earlier?.merged === true) {
    throw new ConfigError(
      `Cannot resume the merged run "${earlier.id}": resume the run that lacks verdicts, and merge again`,
    );
  }
  const { parallel } = config;
  const resolved: EvalConfig = {
    ...DEFAULT_CONFIG,
    ...(earlier?.config ?? config),
    // Speed is nobody's identity, so that it may change when a run goes on.
    ...(parallel === undefined ? {} : { parallel }),
  };
  checkConfig(resolved);
  await using parts = await open(resolved, options);
  checkScoring(resolved, parts.inference);
  checkReach(parts.probes, parts.world);
  const plan = await makePlan(resolved, parts, options);
  if (earlier !== undefined) checkSame(earlier, plan.manifest);
  options.onPlan?.(plan);
  const total = plan.units.length;
  if (options.dryRun === true) {
    return { ...plan, done: 0, failed: 0, stopped: true, lastError: null, total };
  }
  using folder = earlier === undefined
    ? RunFolder.create(plan.folder, plan.manifest, plan.units)
    : RunFolder.open(plan.folder);
  const result = await play(plan, { folder, parts, config: resolved, options });
  if (result.done === total) folder.close();
  return { ...result, folder: plan.folder, manifest: folder.manifest, total };
}

/** Everything that is opened for a run, and closed with it. */
interface Parts extends AsyncDisposable {
  probes: LoadedProbes;
  inference: Inference;
  world: World;
}

/** Opens probes, models and world side by side; when one fails the others are closed again. */
async function open(config: EvalConfig, options: EvaluateOptions): Promise<Parts> {
  const { cache = ".cache" } = options;
  checkStack(config);
  await Deno.mkdir(cache, { recursive: true });
  const settled = await Promise.allSettled([
    loadProbes(config, join(cache, "plugins")),
    options.inference ?? openInference(config, { remote: options.remote ?? false }),
    openWorld(config, cache),
  ]);
  const close = async () => {
    for (const each of settled) {
      if (each.status === "fulfilled" && each.value !== options.inference) {
        await each.value[Symbol.asyncDispose]();
      }
    }
  };
  const [probes, inference, world] = settled;
  if (
    probes.status === "rejected" || inference.status === "rejected" || world.status === "rejected"
  ) {
    await close();
    throw settled.find((each) => each.status === "rejected")?.reason;
  }
  return {
    probes: probes.value,
    inference: inference.value,
    world: world.value,
    [Symbol.asyncDispose]: close,
  };
}

async function openWorld({ stack, seed }: EvalConfig, cache: string): Promise<World> {
  // A statement that is merely slow on a busy machine must not become part of a verdict.
  const sqlTimeout = 20_000;
  if (stack === "embedded") {
    return await openEmbeddedWorld({ seed, cache: join(cache, "world"), sqlTimeout });
  }
  // Not loaded unless asked for: the embedded world needs none of it.
  const { openDockerWorld } = await import("../../stack/docker_world.ts");
  return await openDockerWorld({ seed, folder: join(cache, "stack"), sqlTimeout });
}

/** What the Docker stack cannot do is refused before anything is opened. */
function checkStack(config: EvalConfig): void {
  if (config.stack !== "docker") return;
  if (modesOf(config)["diff-gate"] === "enforce") {
    throw new ConfigError(
      'Cannot enforce "diff-gate" on "--stack docker": real services have no dry run; add ' +
        '"--defense diff-gate=observe", or use "--stack embedded"',
    );
  }
  if ((config.parallel ?? 1) > 1) {
    throw new ConfigError(
      `Cannot run ${config.parallel} episodes side by side on "--stack docker": its services are ` +
        'shared; drop "--parallel"',
    );
  }
}

/** A probe whose tools are not there would have a verdict on a world that it was not made for. */
function checkReach({ probes }: LoadedProbes, { tools }: World): void {
  const lacking = probes.map((probe) => [probe, outOfReach(probe, tools)] as const)
    .filter(([, missing]) => missing.length > 0);
  const [first] = lacking;
  if (!first) return;
  const names = [...new Set(lacking.flatMap(([, missing]) => missing))].sort();
  throw new ConfigError(
    `Cannot run ${lacking.length} of ${probes.length} probes on this stack, the first being ` +
      `"${first[0].id}": it does not have ${names.join(", ")}; choose others with "--probe" or ` +
      '"--probes", or use "--stack embedded"',
  );
}

/** A server that cannot tell probabilities would turn every scored decision into a failure. */
function checkScoring(config: EvalConfig, { info }: Inference): void {
  if (config.decision !== "scored" || info.capabilities?.logprobs !== false) return;
  throw new ConfigError(
    `Cannot use "--decision scored": the server at ${info.device} gives no log-probabilities; use ` +
      '"--decision parsed"',
  );
}

async function makePlan(
  config: EvalConfig,
  { probes, inference, world }: Parts,
  options: EvaluateOptions,
): Promise<EvaluationPlan> {
  const info = await world.info();
  const description = describeArm({
    inference: inference.info,
    context: config.context,
    rules: rulesOf(config),
    defenses: modesOf(config),
    layers: layersHash(),
    attackers: probes.attackers,
    approver: config.approver,
    credential: config.credential,
    world: info,
  });
  const arm = armHash(description);
  const { trials, seed } = config;
  const shard = config.shard === null
    ? {}
    : { shard: { index: config.shard[0], count: config.shard[1] } };
  const units = planUnits(probes.probes, { arm, trials, seed, ...shard });
  const created = new Date().toISOString();
  const id = `${created.slice(0, 19).replaceAll(":", "-")}-${
    hashOf([created, arm, config]).slice(0, 6)
  }`;
  const folder = options.resume ?? options.out ?? join(options.runs ?? "runs", id);
  const count = Map.groupBy(probes.probes, ({ suite }) => suite);
  const manifest: Manifest = {
    schema: RUN_SCHEMA,
    id,
    created,
    config,
    arms: { [arm]: description },
    inference: inference.info,
    world: info,
    plugins: probes.plugins,
    probes: {
      sha256: probeSetHash(probes.probes),
      count: Object.fromEntries([...count].map(([suite, { length }]) => [suite, length])),
    },
    units: probes.probes.length * trials,
    planned: units.length,
    versions: {
      argus: VERSION,
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      typescript: Deno.version.typescript,
      platform: `${Deno.build.os}-${Deno.build.arch}`,
    },
  };
  return { units, arm, manifest, folder };
}

function rulesOf({ decision, threshold, temperature }: EvalConfig): EpisodeRules {
  return {
    limits: DEFAULT_LIMITS,
    decision,
    // Without scoring the threshold decides nothing, so it must not tell two arms apart.
    threshold: decision === "scored" ? threshold : DEFAULT_CONFIG.threshold,
    temperature,
  };
}

/**
 * Refuses to resume a run whose inputs have changed since: half of its verdicts would be another
 * experiment's.
 */
function checkSame(earlier: Manifest, now: Manifest): void {
  const parts: [string, unknown, unknown][] = [
    ["arm (models, prompts, defenses or world)", Object.keys(earlier.arms), Object.keys(now.arms)],
    ["probe set", earlier.probes.sha256, now.probes.sha256],
    ["inference software", earlier.inference.versions, now.inference.versions],
    ["plugins", pluginHashes(earlier), pluginHashes(now)],
    ["number of units", [earlier.units, earlier.planned], [now.units, now.planned]],
  ];
  for (const [name, before, after] of parts) {
    if (hashOf(before) !== hashOf(after)) {
      throw new ConfigError(
        `Cannot resume the run "${earlier.id}": its ${name} was ${
          JSON.stringify(before)
        }, and is ` +
          `now ${JSON.stringify(after)}; restore what changed, or start a new run`,
      );
    }
  }
}

function pluginHashes({ plugins }: Manifest): string[] {
  return plugins.map(({ sha256 }) => sha256).sort();
}

async function play(
  plan: EvaluationPlan,
  context: { folder: RunFolder; parts: Parts; config: EvalConfig; options: EvaluateOptions },
): Promise<RunResult> {
  const { folder, parts, config, options } = context;
  const { inference, world } = parts;
  const modes = modesOf(config);
  const player = {
    inference,
    world,
    reviewer: reviewerFactory({ inference, modes, approver: config.approver }),
    enforcement: enforcementOf(modes, config.approver),
    rules: rulesOf(config),
    credential: config.credential,
    attacker: parts.probes.attacker,
    embargoed: parts.probes.embargoed,
  };
  const result = await runUnits(executionOrder(plan.units), {
    folder,
    lanes: config.stack === "docker" ? 1 : config.parallel ?? inference.info.batch,
    signal: options.signal ?? new AbortController().signal,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    play: (unit, signal) => playUnit(unit, player, signal),
    withheld: ({ probe }) => parts.probes.embargoed(probe),
  });
  const digest = await world.digest();
  if (digest !== plan.manifest.world.digest) {
    const problem = `The world is not as it was seeded: its digest is ${digest.slice(0, 12)}, ` +
      `expected ${plan.manifest.world.digest.slice(0, 12)}; the verdicts may rest on each other: ` +
      "run it anew";
    folder.taint(problem);
    throw new WorldError(problem);
  }
  return result;
}
