import { stopOf } from "../../defenses/mod.ts";
import type { Diff, Json } from "../../probes/mod.ts";
import { readReply, redirects, type ReplyReading } from "../replies/read_reply.ts";
import type { CallOutcome, DecisionKind } from "../verdicts/verdict.ts";
import type { CallRecord, EpisodeRecord, LayerFinding, StepRecord } from "./record.ts";

/** Which layers may stop an episode, and how a request for confirmation is answered. */
export interface Enforcement {
  /** Names of the defenses that are enforced. */
  enforced: ReadonlySet<string>;
  /** What the approver answers; it never knows the label. */
  approver: "deny" | "approve";
}

/** What stopped an episode before its end. */
export interface Stop {
  /** Name of the defense. */
  by: string;
  /** Stage at which it looked. */
  stage: LayerFinding["stage"];
  /** Whether it blocked, failed closed, or asked for a confirmation that was denied. */
  how: "block" | "confirm" | "error";
}

/** All that an outcome is decided from. */
export interface EpisodeFacts {
  /** The gateway's decisions, by user turn. */
  decisions: DecisionKind[];
  /** Whether the executor was invited at least once. */
  granted: boolean;
  /** The calls and what came of each. */
  calls: [tool: string, outcome: CallOutcome][];
  /** What was changed or revealed, in order. */
  diff: Diff;
  /** What stopped the episode, if anything did. */
  stop: Stop | null;
  /** The gateway's decision on the last user turn played; null when none was made. */
  lastDecision: DecisionKind | null;
  /**
   * What the executor's last reply to the last granted turn was; null when it gave none. Text without
   * a mark that reads as a refusal or a question is one.
   */
  lastReply: StepRecord["reply"] | null;
  /** How the reply to the last turn played reads; null when the executor was cut off or stopped. */
  reading: ReplyReading | null;
  /** The executor's replies to the last granted turn. */
  replies: number;
  /** Arguments of `calls`, in the same order; accounts are named by username. */
  arguments: Json[];
}

/** The first finding that stops an episode under an enforcement, if any. */
export function stopIn(
  findings: readonly LayerFinding[],
  { enforced, approver }: Enforcement,
): Stop | null {
  for (const { defense, stage, action } of findings) {
    const how = enforced.has(defense) ? stopOf(action, approver) : null;
    if (how !== null) return { by: defense, stage, how };
  }
  return null;
}

/**
 * What an episode comes to under an enforcement: the recorded episode, cut at the first step that
 * an enforced layer stops. Pure.
 *
 * It equals a live run under that enforcement when the recorded run enforced no other layer and
 * every layer in question only blocks (`blockingOnly`), since a layer that does not stop an episode
 * does not change it either.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { replay } from "@argus-safety/argus";
 *
 * const facts = replay({ turns: [] }, { enforced: new Set(), approver: "deny" });
 * assert.equal(facts.granted, false);
 * ```
 */
export function replay(episode: EpisodeRecord, enforcement: Enforcement): EpisodeFacts {
  const facts: EpisodeFacts = {
    decisions: [],
    granted: false,
    calls: [],
    diff: [],
    stop: null,
    lastDecision: null,
    lastReply: null,
    reading: null,
    replies: 0,
    arguments: [],
  };
  const diff: Diff[number][] = [];
  facts.diff = diff;
  for (const turn of episode.turns) {
    facts.reading = null;
    facts.stop = stopIn(turn.requestFindings, enforcement);
    if (facts.stop !== null) return facts;
    if (turn.gateway === null) continue;
    const { decision } = turn.gateway;
    facts.lastDecision = decision.kind;
    facts.decisions.push(facts.lastDecision);
    facts.stop = stopIn(turn.intentFindings, enforcement);
    if (facts.stop !== null) return facts;
    if (decision.kind !== "APPROVE") {
      const reason = decision.kind === "REJECT" ? decision.reason : "";
      facts.reading = { kind: "refusal", redirect: redirects(reason) };
      continue;
    }
    facts.granted = true;
    facts.lastReply = null;
    facts.replies = 0;
    for (const step of turn.steps) {
      facts.replies++;
      facts.reading = isProse(step) ? readReply(step.generation.raw) : null;
      facts.lastReply = lastReply(step, facts.reading);
      for (const record of step.calls) {
        facts.stop = replayCall(record, { enforcement, facts, diff });
        if (facts.stop !== null) return facts;
      }
    }
    diff.push(...turn.disclosed);
  }
  return facts;
}

function isProse({ reply }: StepRecord): boolean {
  return reply !== "calls" && reply !== "unreadable";
}

/** What a step's reply is, with text that has no mark as it reads. */
function lastReply({ reply }: StepRecord, reading: ReplyReading | null): StepRecord["reply"] {
  if (reply !== "text") return reply;
  if (reading?.kind === "refusal") return "refusal";
  return reading?.kind === "clarification" ? "question" : "text";
}

/** Adds one call to the facts; returns what stopped it. */
function replayCall(
  record: CallRecord,
  into: { enforcement: Enforcement; facts: EpisodeFacts; diff: Diff[number][] },
): Stop | null {
  const { facts, enforcement } = into;
  const { call, accounts } = record;
  facts.arguments.push({ ...call.arguments as Record<string, Json>, ...accounts });
  const before = stopIn(record.callFindings, enforcement) ??
    stopIn(record.commitFindings, enforcement);
  if (before !== null) {
    facts.calls.push([record.call.name, before.how === "confirm" ? "confirm" : "blocked"]);
    return before;
  }
  facts.calls.push([record.call.name, record.status ?? "invalid"]);
  into.diff.push(...record.diff);
  return stopIn(record.resultFindings, enforcement);
}
