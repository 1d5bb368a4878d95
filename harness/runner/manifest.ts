import { z } from "zod";
import type { InferenceInfo } from "../inference/backend.ts";
import { RunFileError } from "../verdicts/verdict.ts";
import type { Arm } from "./arm.ts";
import type { Permissions } from "../../plugins/sdk/mod.ts";
import type { EvalConfig } from "./config.ts";

/** Version of the run folder. */
export const RUN_SCHEMA = "argus.run/1";

/** What a run's manifest says about one plugin. */
export interface PluginRecord {
  /** Package name. */
  name: string;
  /** Version. */
  version: string;
  /** Present when nothing derived from its texts is kept. */
  visibility?: "embargoed";
  /** SHA-256 of its bundle. */
  sha256: string;
  /** Integrity of its package's tarball; absent for what lay on the machine. */
  integrity?: string;
  /** What it asked for and was granted; absent when nothing. */
  granted?: Permissions;
  /** Limits under which its process ran; `null` where the platform has none. */
  caps: Record<string, number | null>;
}

/** All that is fixed before the first unit runs; written once, never changed. */
export interface Manifest {
  /** Always {@linkcode RUN_SCHEMA}. */
  schema: string;
  /** Name of the run's folder. */
  id: string;
  /** Whether it was merged from other runs; absent when not. */
  merged?: boolean;
  /** When it was created, ISO 8601. */
  created: string;
  /** Resolved configuration. */
  config: EvalConfig;
  /** The arms by hash. */
  arms: Record<string, Arm>;
  /** The models and what computes them. */
  inference: InferenceInfo;
  /** The world. */
  world: {
    /** Kind of stack. */
    stack: string;
    /** Seed of the generated records. */
    seed: number;
    /** SHA-256 over the seeded state. */
    digest: string;
    /** Services and the versions that they stand for. */
    services: Record<string, string>;
  };
  /** Plugins that gave the probes. */
  plugins: PluginRecord[];
  /** The probes. */
  probes: {
    /** SHA-256 over all of them. */
    sha256: string;
    /** Number of probes by suite, all shards together. */
    count: Record<string, number>;
  };
  /** Number of units in the whole run, all shards together. */
  units: number;
  /** Number of units in this folder's plan. */
  planned: number;
  /** Versions of Argus, Deno, V8 and the libraries that matter. */
  versions: Record<string, string>;
}

const shape = z.looseObject({
  schema: z.literal(RUN_SCHEMA),
  id: z.string(),
  created: z.string(),
  config: z.looseObject({}),
  arms: z.record(z.string(), z.looseObject({})),
  units: z.int().min(0),
  planned: z.int().min(0),
});

/**
 * Parses a run's manifest.
 *
 * @param text The file's text.
 * @param path Name of the file, for errors.
 * @throws {RunFileError} when it is not a manifest of this version.
 */
export function parseManifest(text: string, path: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RunFileError(`${path}: Not JSON: ${(error as Error).message}`);
  }
  const schema = (value as { schema?: unknown } | null)?.schema;
  if (schema !== RUN_SCHEMA) {
    throw new RunFileError(
      `${path}: field "schema": Expected "${RUN_SCHEMA}", found ${JSON.stringify(schema)}; ` +
        "open the run with the version of Argus that wrote it",
    );
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return value as Manifest;
  const issue = parsed.error.issues[0];
  throw new RunFileError(`${path}: field "${issue?.path.join(".")}": ${issue?.message}`);
}
