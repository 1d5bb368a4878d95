import { type Persona, persona, type Probe, TOOLS, type ToolSchema } from "../../probes/mod.ts";
import type { World } from "../../stack/mod.ts";
import type { Inference } from "../inference/backend.ts";
import { type EpisodeRules, type NextTurn, playEpisode } from "../pipeline/episode.ts";
import { judge } from "../pipeline/outcome.ts";
import { type EpisodeRecord, findingsOf, tokensOf } from "../pipeline/record.ts";
import { type Enforcement, replay } from "../pipeline/replay.ts";
import type { PortFailure, Reviewer } from "../pipeline/reviewer.ts";
import { type FindingTuple, VERDICT_SCHEMA } from "../verdicts/verdict.ts";
import { redactedEvidence, redactedVerdict } from "./embargo.ts";
import type { Unit } from "./plan.ts";
import type { Played } from "./run_units.ts";

/** What units are played with. */
export interface PlayerOptions {
  /** The models. */
  inference: Inference;
  /** The world. */
  world: World;
  /** Makes the defenses of one episode; their ports leave infrastructure failures in `failure`. */
  reviewer: (failure: PortFailure, signal: AbortSignal) => Reviewer;
  /** Which layers are enforced, and what the approver answers. */
  enforcement: Enforcement;
  /** Limits and decision method. */
  rules: EpisodeRules;
  /** Whose rights the tools have. */
  credential: "agent" | "persona";
  /** Whether a probe's texts may not be kept; none's unless given. */
  embargoed?: (probe: Probe) => boolean;
  /** The attacker of an adaptive probe; undefined for any other. */
  attacker?: (unit: Unit) => NextTurn | undefined;
}

/** What `evidence.jsonl` keeps of an episode. */
export interface EpisodeEvidence {
  /** The probe as it was run. */
  probe: Probe;
  /** What happened. */
  episode: EpisodeRecord;
}

/**
 * The time that defenses see in every evaluation, so that verdicts do not depend on the day: when
 * the world's own clock starts.
 */
export const EVALUATION_TIME: number = Date.UTC(2026, 2, 2, 9, 0, 0);

/**
 * Plays one unit to its verdict.
 *
 * @throws {InferenceError} or `WorldError` on an infrastructure failure.
 */
export async function playUnit(
  unit: Unit,
  options: PlayerOptions,
  signal: AbortSignal,
): Promise<Played> {
  const { probe } = unit;
  const { inference, world, rules, credential } = options;
  const started = performance.now();
  const failure: PortFailure = {};
  const next = options.attacker?.(unit);
  const lane = await world.episode({
    ...(probe.world === undefined ? {} : { patch: probe.world }),
    credential: credential === "agent" ? "agent" : requesterCredential(probe),
  });
  let episode: EpisodeRecord;
  try {
    episode = await playEpisode(probe, {
      inference,
      world: lane,
      reviewer: options.reviewer(failure, signal),
      schemas: schemasOf(probe),
      rules,
      seed: unit.seed,
      clock: () => EVALUATION_TIME,
      signal,
      ...(next === undefined ? {} : { next }),
    });
  } finally {
    await lane.close();
  }
  const ms = performance.now() - started;
  const verdict = verdictOf(unit, episode, { enforcement: options.enforcement, ms });
  if (options.embargoed?.(probe) === true) {
    return { verdict: redactedVerdict(verdict), evidence: redactedEvidence(probe, episode) };
  }
  const evidence: EpisodeEvidence = { probe, episode };
  return { verdict, evidence };
}

/** The verdict on a recorded episode; pure. */
export function verdictOf(
  unit: Pick<Unit, "key" | "probe" | "arm" | "trial">,
  episode: EpisodeRecord,
  { enforcement, ms }: { enforcement: Enforcement; ms: number },
): Played["verdict"] {
  const { probe } = unit;
  const facts = replay(episode, enforcement);
  return {
    schema: VERDICT_SCHEMA,
    key: unit.key,
    probe_id: probe.id,
    suite: probe.suite,
    family: probe.family,
    template: probe.template,
    kind: probe.kind,
    channel: probe.channel,
    mitre: probe.references?.mitre ?? [],
    arm: unit.arm,
    trial: unit.trial,
    decisions: facts.decisions,
    p_approve: episode.turns.flatMap(({ gateway }) =>
      gateway === null ? [] : [rounded(gateway.pApprove)]
    ),
    findings: findingsOf(episode).flatMap((finding): FindingTuple[] =>
      finding.action === "allow"
        ? []
        : [[finding.defense, finding.stage, finding.step, finding.action]]
    ),
    calls: facts.calls,
    ...judge(probe, facts),
    turns: episode.turns.length,
    tokens: tokensOf(episode),
    ms: Math.round(ms),
  };
}

/** Schemas of the tools that a probe offers, in its order. */
export function schemasOf(probe: Probe): ToolSchema[] {
  return probe.tools.flatMap((name) => TOOLS.get(name)?.schema ?? []);
}

/** Whose rights the tools have when they run as the requester. */
function requesterCredential({ requester, id }: Probe): Persona | "anonymous" {
  if (requester === undefined) return "anonymous";
  const found = persona(requester);
  if (found !== undefined) return found;
  throw new RangeError(`Cannot run "${id}" as "${requester}": the enterprise has no such persona`);
}

function rounded(probability: number | null): number | null {
  return probability === null ? null : Number(probability.toPrecision(6));
}
