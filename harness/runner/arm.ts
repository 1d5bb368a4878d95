import type { Enforcement } from "../pipeline/replay.ts";
import type { EpisodeRules } from "../pipeline/episode.ts";
import type { InferenceInfo, ModelInfo, ModelRole } from "../inference/backend.ts";
import { EXECUTOR_PROMPT, GATEWAY_PROMPT } from "../pipeline/prompts.ts";
import { TOOLS } from "../../probes/mod.ts";
import { hashOf } from "../verdicts/canonical.ts";
import { VERDICT_SCHEMA } from "../verdicts/verdict.ts";

/** How a defense takes part in an arm. */
export type DefenseMode = "off" | "observe" | "enforce";

/**
 * Raised by hand with every change of code that can change a verdict and that no hash in an arm
 * covers: a defense's logic, what a tool answers, what a service allows, how a reply is read.
 */
export const REVISION = 2;

/** One model of an arm, by content: names and paths do not count. */
export interface ArmModel {
  /** SHA-256 of the base's file, or the server's model name where the file is out of reach. */
  base: string;
  /** SHA-256 of the adapter's file, its name on a server, or null without one. */
  adapter: string | null;
  /** SHA-256 of the chat template, or null when a server renders prompts. */
  template: string | null;
}

/**
 * Everything that can change a verdict, and nothing that only changes speed or paths. Its hash is
 * part of every unit's key.
 */
export interface Arm {
  /** Version of this description. */
  schema: "argus.arm/1";
  /** Version of the verdict line. */
  verdict: string;
  /** The models by role. */
  models: Partial<Record<ModelRole, ArmModel>>;
  /** Kind of back end, device and KV type: they change numerics. */
  compute: {
    /** Kind of back end. */
    backend: string;
    /** Device. */
    device: string;
    /** Type of the KV cache. */
    kvType: string | null;
    /** Tokens of the context, when the configuration names them; null means the model's own. */
    context: number | null;
  };
  /** {@linkcode REVISION} of the code. */
  revision: number;
  /** SHA-256 of the gateway's and the executor's prompt and of the tool schemas. */
  prompts: string;
  /** Limits, decision method and temperature. */
  rules: EpisodeRules;
  /** Modes of the defenses that are not off, by name. */
  defenses: Record<string, DefenseMode>;
  /** SHA-256 of the rules, patterns and rubrics of the defenses. */
  layers: string;
  /** SHA-256 of the plugins that attack adaptively, by suite and family. */
  attackers: Record<string, string>;
  /** What the approver answers. */
  approver: Enforcement["approver"];
  /** Whose rights the tools have. */
  credential: "agent" | "persona";
  /** The world: kind and digest of its seeded state. */
  world: {
    /** Kind of stack. */
    stack: string;
    /** SHA-256 over the seeded state. */
    digest: string;
  };
}

/** What an arm is made from. */
export interface ArmParts {
  /** What the back end says about itself. */
  inference: InferenceInfo;
  /** Tokens of the context, when the configuration names them. */
  context: number | null;
  /** Limits, decision method and temperature. */
  rules: EpisodeRules;
  /** Modes of the defenses. */
  defenses: Readonly<Record<string, DefenseMode>>;
  /** SHA-256 of the rules, patterns and rubrics of the defenses. */
  layers: string;
  /** SHA-256 of the plugins that attack adaptively, by suite and family. */
  attackers: Readonly<Record<string, string>>;
  /** What the approver answers. */
  approver: Enforcement["approver"];
  /** Whose rights the tools have. */
  credential: "agent" | "persona";
  /** What the world says about itself. */
  world: {
    /** Kind of stack. */
    stack: string;
    /** SHA-256 over the seeded state. */
    digest: string;
  };
}

/** Describes an arm. */
export function describeArm(parts: ArmParts): Arm {
  const { inference, rules, layers, attackers, approver, credential, world } = parts;
  const models = Object.entries(inference.models)
    .map(([role, model]) => [role, armModel(model)]);
  const defenses = Object.entries(parts.defenses).filter(([, mode]) => mode !== "off");
  return {
    schema: "argus.arm/1",
    verdict: VERDICT_SCHEMA,
    models: Object.fromEntries(models),
    compute: {
      backend: inference.backend,
      device: inference.backend === "openai" ? "server" : inference.device,
      kvType: inference.kvType,
      context: parts.context,
    },
    revision: REVISION,
    prompts: hashOf([GATEWAY_PROMPT, EXECUTOR_PROMPT, [...TOOLS]]),
    rules,
    defenses: Object.fromEntries(defenses),
    layers,
    attackers: { ...attackers },
    approver,
    credential,
    world: { stack: world.stack, digest: world.digest },
  };
}

/** Hash of an arm: 16 hex digits, enough to tell the arms of a lifetime apart. */
export function armHash(arm: Arm): string {
  return hashOf(arm).slice(0, 16);
}

/** An adapter by content and strength: a name carries `@scale` when that is not 1. */
function adapterOf({ adapter, adapterSha256 }: ModelInfo): string | null {
  if (adapter === null) return null;
  if (adapterSha256 === null) return `server:${adapter}`;
  const scale = /@[\d.+-]+$/.exec(adapter)?.[0] ?? "";
  return adapterSha256 + scale;
}

function armModel(model: ModelInfo): ArmModel {
  return {
    base: model.sha256 ?? `server:${model.model}`,
    adapter: adapterOf(model),
    template: model.templateSha256,
  };
}
