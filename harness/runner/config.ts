import { z } from "zod";
import type { DefenseMode } from "./arm.ts";

/** What a run is asked to do, with every default filled in. */
export interface EvalConfig {
  /** Suites to run. */
  suites: string[];
  /** Only these families; empty means all. */
  families: string[];
  /** Only these probe ids, or prefixes that end in "/"; empty means all. */
  probes: string[];
  /** Catalog files to run beside the plugins' probes. */
  files: string[];
  /** Plugins to load beside the first-party ones: folders or URLs. */
  plugins: string[];
  /** What plugins are granted: `"@acme/badge:net=127.0.0.1:8080"`. */
  grants: string[];
  /** Most probes of each suite; null means all. */
  limit: number | null;
  /** Gateway: a name in the catalog, a GGUF file, or a server's URL with `#model`. */
  gateway: string;
  /**
   * Adapter of the gateway: a name in the catalog, a file, `"none"`, or `"default"`, which is the
   * catalog's for a catalog model and none for a file or a server.
   */
  adapter: string;
  /** Executor, in the same forms, or `"gateway"` for the gateway's base without its adapter. */
  executor: string;
  /** Critic, in the same forms, or `"none"`. */
  critic: string;
  /** How the gateway decides. */
  decision: "parsed" | "scored";
  /** Least probability of APPROVE that approves, under `scored`. */
  threshold: number;
  /** Sampling temperature. */
  temperature: number;
  /** Profile of the defenses. */
  profile: "none" | "seed" | "full";
  /** Modes that differ from the profile, by defense. */
  defenses: Record<string, DefenseMode>;
  /** What the approver answers. */
  approver: "deny" | "approve";
  /** Whose rights the tools have. */
  credential: "agent" | "persona";
  /** Where the world runs. */
  stack: "embedded" | "docker";
  /** Trials of each probe. */
  trials: number;
  /** Seed of samplers, generated probes and the world. */
  seed: number;
  /** Episodes in flight; null lets the engine choose. */
  parallel: number | null;
  /** Tokens that prompt and reply may take together; null means the model's own, at most 2,048. */
  context: number | null;
  /** Shard `index` of `count`, or null. */
  shard: [index: number, count: number] | null;
}

/** The configuration unless options name something else. */
export const DEFAULT_CONFIG: EvalConfig = {
  suites: ["corpus-v1", "argus-eval-v1"],
  families: [],
  probes: [],
  files: [],
  plugins: [],
  grants: [],
  limit: null,
  gateway: "nano",
  adapter: "default",
  executor: "gateway",
  critic: "nano-critic",
  decision: "parsed",
  threshold: 0.5,
  temperature: 0,
  profile: "full",
  defenses: {},
  approver: "deny",
  credential: "agent",
  stack: "embedded",
  trials: 1,
  seed: 1,
  parallel: null,
  context: null,
  shard: null,
};

const strings = z.array(z.string());

/** Schema of a configuration file: every member is optional. */
export const ConfigFile: z.ZodType<Partial<EvalConfig>> = z.strictObject({
  suites: strings,
  families: strings,
  probes: strings,
  files: strings,
  plugins: strings,
  grants: strings,
  limit: z.int().min(1).nullable(),
  gateway: z.string(),
  adapter: z.string(),
  executor: z.string(),
  critic: z.string(),
  decision: z.enum(["parsed", "scored"]),
  threshold: z.number().min(0).max(1),
  temperature: z.number().min(0).max(5),
  profile: z.enum(["none", "seed", "full"]),
  defenses: z.record(z.string(), z.enum(["off", "observe", "enforce"])),
  approver: z.enum(["deny", "approve"]),
  credential: z.enum(["agent", "persona"]),
  stack: z.enum(["embedded", "docker"]),
  trials: z.int().min(1),
  seed: z.int().min(0),
  parallel: z.int().min(1).max(64).nullable(),
  context: z.int().min(256).nullable(),
  shard: z.tuple([z.int().min(1), z.int().min(1)]).nullable(),
}).partial() as z.ZodType<Partial<EvalConfig>>;

/** A configuration that contradicts itself or asks for something that cannot be. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Checks what no single option can be blamed for.
 *
 * @throws {ConfigError} naming the options and what to do.
 */
export function checkConfig(config: EvalConfig): void {
  if (config.trials > 1 && config.temperature === 0) {
    throw new ConfigError(
      `Cannot run ${config.trials} trials at temperature 0: they would all be the same ` +
        'observation; set "--temperature" above 0 or drop "--trials"',
    );
  }
  if (config.shard !== null && config.shard[0] > config.shard[1]) {
    const [index, count] = config.shard;
    throw new ConfigError(`Cannot run shard ${index} of ${count}: expected 1 to ${count}`);
  }
}
