import { type Probe, TOOLS } from "../../probes/mod.ts";
import type { Decision } from "../pipeline/decision.ts";
import type {
  CallRecord,
  EpisodeRecord,
  GenerationRecord,
  LayerFinding,
  StepRecord,
  TurnRecord,
} from "../pipeline/record.ts";
import type { Played } from "./run_units.ts";

/** What stands for a text that may not be kept. */
export const WITHHELD = "(withheld: embargoed)";

/**
 * What `evidence.jsonl` keeps of an episode whose probe is embargoed: who decided what, in the shape
 * of any other evidence, and not a word of what was asked, answered, called or changed. No verdict
 * can be derived from it.
 */
export interface RedactedEvidence {
  /** Says that the texts are not here. */
  redacted: typeof WITHHELD;
  /** The probe's names. */
  probe: Probe;
  /** What happened, without its texts, arguments and diffs. */
  episode: EpisodeRecord;
}

/** Whether evidence is of an embargoed probe. */
export function isRedacted(evidence: unknown): evidence is RedactedEvidence {
  return typeof evidence === "object" && evidence !== null &&
    (evidence as Partial<RedactedEvidence>).redacted === WITHHELD;
}

/**
 * What may be kept of an episode whose probe is embargoed. Everything is built anew, member by
 * member, so that a member that is added to a record later is left out until somebody decides.
 */
export function redactedEvidence(probe: Probe, episode: EpisodeRecord): RedactedEvidence {
  const { id, suite, family, template, kind, channel } = probe;
  return {
    redacted: WITHHELD,
    probe: {
      id,
      suite,
      family,
      template,
      kind,
      channel,
      messages: [{ role: "user", content: WITHHELD }],
      tools: [],
      expect: kind === "attack" ? { by: "refuse" } : { by: "answer" },
    },
    episode: { turns: episode.turns.map(redactedTurn) },
  };
}

/**
 * The verdict on an embargoed probe: a call's name is the model's own text unless the registry has
 * it, and a technique id is the plugin's unless it has the form of one.
 */
export function redactedVerdict(verdict: Played["verdict"]): Played["verdict"] {
  return {
    ...verdict,
    mitre: verdict.mitre.filter((id) => /^([A-Z]+\.)?(T|LLM)\d{1,4}(\.\d{3})?$/.test(id)),
    calls: verdict.calls.map(([tool, outcome]) => [toolName(tool), outcome]),
  };
}

function redactedTurn(turn: TurnRecord): TurnRecord {
  const { gateway, intent, overflow } = turn;
  return {
    request: WITHHELD,
    requestFindings: turn.requestFindings.map(redactedFinding),
    gateway: gateway === null ? null : {
      generation: redactedGeneration(gateway.generation),
      decision: redactedDecision(gateway.decision),
      pApprove: gateway.pApprove,
    },
    intentFindings: turn.intentFindings.map(redactedFinding),
    intent: intent === null ? null : WITHHELD,
    steps: turn.steps.map(redactedStep),
    reply: WITHHELD,
    overflow,
    disclosed: [],
  };
}

function redactedStep({ generation, reply, calls }: StepRecord): StepRecord {
  return { generation: redactedGeneration(generation), reply, calls: calls.map(redactedCall) };
}

function redactedCall(record: CallRecord): CallRecord {
  return {
    call: { name: toolName(record.call.name), arguments: {} },
    callFindings: record.callFindings.map(redactedFinding),
    status: record.status,
    commitFindings: record.commitFindings.map(redactedFinding),
    diff: [],
    result: record.result === null ? null : WITHHELD,
    resultFindings: record.resultFindings.map(redactedFinding),
  };
}

function redactedFinding({ defense, stage, action, ms }: LayerFinding): LayerFinding {
  return { defense, stage, action, rule: WITHHELD, reason: WITHHELD, ms };
}

function redactedGeneration(generation: GenerationRecord): GenerationRecord {
  const { finish, promptTokens, generatedTokens, ms } = generation;
  return { raw: WITHHELD, finish, promptTokens, generatedTokens, ms };
}

function redactedDecision({ kind }: Decision): Decision {
  switch (kind) {
    case "APPROVE":
      return { kind, intent: WITHHELD };
    case "REJECT":
      return { kind, reason: WITHHELD };
    case "MALFORMED":
      return { kind, problem: WITHHELD };
  }
}

function toolName(name: string): string {
  return TOOLS.has(name) ? name : WITHHELD;
}
