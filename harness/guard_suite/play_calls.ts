import type { Context, HistoryEntry } from "../../defenses/mod.ts";
import { holds, type Probe, type ToolCall, TOOLS } from "../../probes/mod.ts";
import type { Episode, World } from "../../stack/mod.ts";
import type { EpisodeRecord, StepRecord, TurnRecord } from "../pipeline/record.ts";
import { type Enforcement, replay, type Stop } from "../pipeline/replay.ts";
import type { Reviewer } from "../pipeline/reviewer.ts";
import { requesterOf } from "../pipeline/user_turns.ts";
import { EVALUATION_TIME } from "../runner/unit_player.ts";

/** What {@linkcode playCalls} plays with. */
export interface PlayOptions {
  /** The world. */
  world: World;
  /** All layers, observing: none may stop anything. */
  reviewer: Reviewer;
  /** Cancels the play. */
  signal: AbortSignal;
}

/**
 * Plays calls straight at the layers and the world, without a model: the request passes as its own
 * intent, as a gateway that believes everything would let it, and each call is reviewed as it is,
 * whether or not it fits a tool's schema.
 *
 * @returns The episode as a run would have recorded it, to be replayed under any layers.
 * @throws {WorldError} when the world fails.
 */
export async function playCalls(
  probe: Probe,
  calls: readonly ToolCall[],
  { world, reviewer, signal }: PlayOptions,
): Promise<EpisodeRecord> {
  const lane = await world.episode({
    ...(probe.world === undefined ? {} : { patch: probe.world }),
  });
  try {
    const request = probe.messages.findLast(({ role }) => role === "user")?.content ?? "";
    const requester = requesterOf(probe);
    const context = {
      ...(requester === undefined ? {} : { requester }),
      history: [],
      lookup: lane.directory,
      state: new Map<string, unknown>(),
      clock: () => EVALUATION_TIME,
      signal,
    };
    const messages = probe.messages.filter(({ role }) => role === "user" || role === "assistant");
    const turn = approvedTurn(request);
    turn.requestFindings = (await reviewer.review("request", { messages }, context)).findings;
    turn.intentFindings = (await reviewer.review("intent", { intent: request }, context)).findings;
    const within = { lane, reviewer, context: { ...context, intent: request } };
    for (const call of calls) turn.steps.push(await playCall(structuredClone(call), within));
    return { turns: [turn] };
  } finally {
    await lane.close();
  }
}

interface Within {
  lane: Episode;
  reviewer: Reviewer;
  context: Context & { history: HistoryEntry[] };
}

async function playCall(call: ToolCall, within: Within): Promise<StepRecord> {
  const { lane, reviewer, context } = within;
  const schema = TOOLS.get(call.name)?.schema;
  const subject = schema === undefined ? { call } : { call, schema };
  const before = await reviewer.review("call", subject, context);
  const prepared = await lane.prepare(call);
  const diff = structuredClone(prepared.diff);
  const effect = await reviewer.review("commit", { call, diff }, context);
  await prepared.commit();
  const content = prepared.result;
  const shown = await reviewer.review("result", { call, content }, context);
  context.history.push({ call, result: content });
  return {
    generation: NO_GENERATION,
    reply: "calls",
    calls: [{
      call,
      callFindings: before.findings,
      status: prepared.status,
      commitFindings: effect.findings,
      diff,
      result: content,
      resultFindings: shown.findings,
    }],
  };
}

const NO_GENERATION = {
  raw: "",
  finish: "stop",
  promptTokens: 0,
  generatedTokens: 0,
  ms: 0,
} as const;

function approvedTurn(request: string): TurnRecord {
  return {
    request,
    requestFindings: [],
    gateway: {
      generation: NO_GENERATION,
      decision: { kind: "APPROVE", intent: request },
      pApprove: null,
    },
    intentFindings: [],
    intent: request,
    steps: [],
    reply: "",
    overflow: false,
    disclosed: [],
  };
}

/** What an episode comes to under some layers. */
export interface Played {
  /** Whether the probe's target holds. */
  hit: boolean;
  /** What stopped it, or null. */
  stop: Stop | null;
}

/** What an episode comes to under some layers. Pure. */
export function outcomeOf(
  probe: Pick<Probe, "target">,
  episode: EpisodeRecord,
  enforcement: Enforcement,
): Played {
  const { diff, stop } = replay(episode, enforcement);
  return { hit: probe.target !== undefined && holds(probe.target, diff), stop };
}
