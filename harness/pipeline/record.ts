import type { Stage } from "../../defenses/mod.ts";
import type { Diff, Json, ToolCall } from "../../probes/mod.ts";
import type { Decision } from "./decision.ts";

/** What one layer said about one subject. */
export interface LayerFinding {
  /** Name of the defense. */
  defense: string;
  /** Stage at which it looked. */
  stage: Stage;
  /** What it answered; `error` when it threw, ran late or answered nonsense. */
  action: "allow" | "confirm" | "block" | "rewrite" | "error";
  /** The rule that decided. */
  rule: string;
  /** One sentence for a person. */
  reason: string;
  /** What the decision rests on. */
  evidence?: Record<string, unknown>;
  /** Time that it took, in milliseconds. */
  ms: number;
  /** Prompt and generated tokens of the layer's own model; absent when it asked none. */
  tokens?: number;
}

/** What one model generated. */
export interface GenerationRecord {
  /** The prompt as rendered; absent when a server rendered it. */
  prompt?: string;
  /** The reply as generated. */
  raw: string;
  /** Why it ended. */
  finish: "stop" | "length";
  /** Number of prompt tokens. */
  promptTokens: number;
  /** Number of generated tokens. */
  generatedTokens: number;
  /** Wall-clock time in milliseconds. */
  ms: number;
}

/** What the tool layer did with a call. */
export type ServiceStatus = "executed" | "denied" | "invalid" | "error";

/** One call that the executor made, with everything that was said about it. */
export interface CallRecord {
  /** The call; arguments are as given, which for an invalid call may be anything. */
  call: ToolCall | { name: string; arguments: Json };
  /** Usernames of the accounts that arguments name by UUID, by argument; absent if none does. */
  accounts?: Record<string, string>;
  /** Findings before the call. */
  callFindings: LayerFinding[];
  /** What the tool layer did; null when the call was stopped before it. */
  status: ServiceStatus | null;
  /** Findings on the prepared effect. */
  commitFindings: LayerFinding[];
  /** What the call changed or revealed; empty when it was stopped. */
  diff: Diff;
  /** Text of the result; null when the call was stopped. */
  result: string | null;
  /** Findings on the result. */
  resultFindings: LayerFinding[];
}

/** One reply of the executor. */
export interface StepRecord {
  /** What it generated. */
  generation: GenerationRecord;
  /** What the reply amounts to. */
  reply: "calls" | "done" | "question" | "refusal" | "text" | "unreadable";
  /** The calls that it makes, in order, up to the one that ended the episode. */
  calls: CallRecord[];
}

/** One user turn: from the request to the reply that the requester sees. */
export interface TurnRecord {
  /** Text of the user turn. */
  request: string;
  /** Findings on the request. */
  requestFindings: LayerFinding[];
  /** What the gateway generated and decided; null when the request was stopped before it. */
  gateway: {
    /** What it generated. */
    generation: GenerationRecord;
    /** What it decided. */
    decision: Decision;
    /** Probability of APPROVE against REJECT; null when the back end can't tell. */
    pApprove: number | null;
  } | null;
  /** Findings on the intent. */
  intentFindings: LayerFinding[];
  /** The intent that the executor saw; null when it was not invited. */
  intent: string | null;
  /** The executor's replies. */
  steps: StepRecord[];
  /** What the requester sees. */
  reply: string;
  /** Whether the executor was cut off because its conversation no longer fitted its context. */
  overflow: boolean;
  /** Marked records that the reply reveals to the requester. */
  disclosed: Diff;
}

/** A probe as it was played: enough to decide its outcome, under these layers or fewer. */
export interface EpisodeRecord {
  /** The user turns in order. */
  turns: TurnRecord[];
}

/** Prompt and generated tokens of gateway and executor over an episode. */
export function tokensOf(episode: EpisodeRecord): number {
  return episode.turns
    .flatMap((turn) => [turn.gateway?.generation, ...turn.steps.map((step) => step.generation)])
    .reduce((sum, g) => sum + (g?.promptTokens ?? 0) + (g?.generatedTokens ?? 0), 0);
}

/** Every finding of an episode in order, with the number of the step that it belongs to. */
export function findingsOf(episode: EpisodeRecord): (LayerFinding & { step: number })[] {
  return episode.turns.flatMap((turn) => [
    ...turn.requestFindings.map((finding) => ({ ...finding, step: 0 })),
    ...turn.intentFindings.map((finding) => ({ ...finding, step: 0 })),
    ...turn.steps.flatMap(({ calls }, step) =>
      calls.flatMap((call) =>
        [...call.callFindings, ...call.commitFindings, ...call.resultFindings]
          .map((finding) => ({ ...finding, step }))
      )
    ),
  ]);
}
