import {
  ACTION_WORDS,
  alwaysBlock,
  alwaysConfirm,
  type AnyDefense,
  AUDIT_PATHS,
  AUDIT_PRINCIPALS,
  AUDIT_RESOURCES,
  AUDIT_ROLES,
  AUDIT_TABLE_NAMES,
  auditNamespaceGuard,
  chain,
  CLAIM_PATTERNS,
  confirmation,
  CONFIRMATION_RULES,
  CONSTANTS,
  CONTROL_ARMS,
  CRITIC_PROMPT,
  DELEGATION_WORDS,
  diffGate,
  GATE_RULES,
  GUARD_RULES,
  INCIDENT_ACTIONS,
  intentCritic,
  type IntentCriticOptions,
  LIMIT_RULES,
  limits,
  ORIGIN_RULES,
  PERSONNEL_ACTIONS,
  PRIVILEGED_ORIGINS,
  PRIVILEGED_ROLES,
  profileModes,
  provenance,
  REGISTERED_ACTIONS,
  REGISTERS,
  sandwich,
  SANDWICH_POLICY,
  sanitiser,
  TOKEN_ARGUMENTS,
  TOOL_POLICY,
  toolPolicy,
  truthVerifier,
} from "../../defenses/mod.ts";
import type { Inference } from "../inference/backend.ts";
import type { Enforcement } from "../pipeline/replay.ts";
import { chainReviewer, type PortFailure, type Reviewer } from "../pipeline/reviewer.ts";
import { hashOf } from "../verdicts/canonical.ts";
import type { DefenseMode } from "./arm.ts";
import { ConfigError, type EvalConfig } from "./config.ts";

/** Names of the defenses that an evaluation can use, in the order of the chain. */
export const LAYERS: readonly string[] = [
  "intent-critic",
  "truth-verifier",
  "audit-namespace-guard",
  "tool-policy",
  "provenance",
  "limits",
  "confirmation",
  "diff-gate",
  "sanitiser",
  "sandwich",
  "always-block",
  "always-confirm",
];

/** SHA-256 of the rules, patterns and rubrics of the layers: their configuration in an arm. */
export function layersHash(): string {
  return hashOf([
    GUARD_RULES,
    AUDIT_PRINCIPALS,
    AUDIT_ROLES,
    AUDIT_TABLE_NAMES,
    AUDIT_PATHS,
    AUDIT_RESOURCES,
    CRITIC_PROMPT,
    ACTION_WORDS,
    DELEGATION_WORDS,
    REGISTERS,
    REGISTERED_ACTIONS,
    PERSONNEL_ACTIONS,
    INCIDENT_ACTIONS,
    CLAIM_PATTERNS,
    TOOL_POLICY,
    ORIGIN_RULES,
    PRIVILEGED_ORIGINS,
    CONSTANTS,
    LIMIT_RULES,
    GATE_RULES,
    PRIVILEGED_ROLES,
    CONFIRMATION_RULES,
    TOKEN_ARGUMENTS,
    SANDWICH_POLICY,
  ]);
}

/** Modes of all layers under a configuration: the profile's, then the options'. */
export function modesOf(
  config: Pick<EvalConfig, "profile" | "defenses" | "critic">,
): Record<string, DefenseMode> {
  const unknown = Object.keys(config.defenses).find((name) => !LAYERS.includes(name));
  if (unknown !== undefined) {
    throw new ConfigError(`Unknown defense "${unknown}"; there are ${LAYERS.join(", ")}`);
  }
  const layers = LAYERS.map((name) => ({ name }));
  const modes = { ...profileModes(config.profile, layers), ...config.defenses };
  if (config.critic !== "none") return modes;
  if (config.defenses["intent-critic"] === "enforce") {
    throw new ConfigError('Cannot enforce "intent-critic" with "--critic none"; name a critic');
  }
  return { ...modes, "intent-critic": "off" };
}

/**
 * Which layers only block, so that their subsets can be replayed, and which rewrite; in the order
 * of the chain, the control arms left out.
 */
export function rowLayers(): { blocking: string[]; rewriting: string[] } {
  const unasked = () => Promise.reject(new Error("The critic is not asked here"));
  const layers = layersWith(unasked).filter(({ name }) => !CONTROL_ARMS.includes(name));
  const names = (blockingOnly: boolean) =>
    layers.filter((layer) => layer.blockingOnly === blockingOnly).map(({ name }) => name);
  return { blocking: names(true), rewriting: names(false) };
}

/** Every layer that an evaluation can use, in the order of the chain. */
function layersWith(chat: IntentCriticOptions["chat"]): AnyDefense[] {
  return [
    intentCritic({ chat }),
    truthVerifier(),
    auditNamespaceGuard(),
    toolPolicy(),
    provenance(),
    limits(),
    confirmation(),
    diffGate(),
    // Seeded, so that an evaluation can be repeated.
    sanitiser({ seed: "evaluation" }),
    sandwich(),
    alwaysBlock(),
    alwaysConfirm(),
  ];
}

/** Which layers are enforced under these modes. */
export function enforcementOf(
  modes: Readonly<Record<string, DefenseMode>>,
  approver: Enforcement["approver"],
): Enforcement {
  const enforced = Object.keys(modes).filter((name) => modes[name] === "enforce");
  return { enforced: new Set(enforced), approver };
}

/** What {@linkcode reviewerFactory} needs. */
export interface LayerOptions {
  /** The models; the critic's is asked through it. */
  inference: Inference;
  /** Modes of the layers. */
  modes: Readonly<Record<string, DefenseMode>>;
  /** What the approver answers. */
  approver: Enforcement["approver"];
}

/** Makes the defenses of one episode, with ports that report infrastructure failures. */
export function reviewerFactory(
  { inference, modes, approver }: LayerOptions,
): (failure: PortFailure, signal: AbortSignal) => Reviewer {
  return (failure, signal) => {
    const spent = new Map<string, number>();
    const layers = layersWith(async (messages, { maxTokens }) => {
      try {
        const reply = await inference.generate("critic", { messages, maxTokens, signal });
        const tokens = reply.promptTokens + reply.generatedTokens;
        spent.set("intent-critic", (spent.get("intent-critic") ?? 0) + tokens);
        return reply.text;
      } catch (error) {
        failure.error = error;
        throw error;
      }
    });
    // A local model's answer may take long; its own deadline is the back end's.
    return chainReviewer(chain(layers, { modes, approver, timeoutMs: 600_000 }), failure, spent);
  };
}
