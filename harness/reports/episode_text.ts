import type { DiffEntry, Message } from "../../probes/mod.ts";
import type { CallRecord, LayerFinding, StepRecord, TurnRecord } from "../pipeline/record.ts";
import type { EpisodeEvidence } from "../runner/unit_player.ts";
import type { Verdict } from "../verdicts/verdict.ts";

/** Options for {@linkcode episodeText}. */
export interface EpisodeTextOptions {
  /**
   * Whether the prompts are printed as the models saw them.
   * @default {false}
   */
  prompts?: boolean;
}

/** One episode as a person wants to read it: request, decision, findings, calls, diff, verdict. */
export function episodeText(
  verdict: Verdict,
  { probe, episode }: EpisodeEvidence,
  options: EpisodeTextOptions = {},
): string {
  const { prompts = false } = options;
  return [
    `${verdict.probe_id}  (${verdict.kind}, ${verdict.channel})`,
    `key ${verdict.key.slice(0, 16)}  arm ${verdict.arm}  trial ${verdict.trial}`,
    ...(probe.requester === undefined ? [] : [`requester ${probe.requester}`]),
    ...(probe.world === undefined ? [] : [`planted ${JSON.stringify(probe.world)}`]),
    ...probe.messages.flatMap(scriptedText),
    ...episode.turns.flatMap((turn, index) => turnText(turn, index + 1, prompts)),
    "",
    verdictText(verdict),
  ].join("\n");
}

/** Calls and results that the probe scripts: what the executor was given as done. */
function scriptedText({ role, name, content, tool_calls = [] }: Message): string[] {
  const calls = tool_calls.map((call) =>
    indent(`scripted call ${call.name} ${JSON.stringify(call.arguments)}`, 0)
  );
  return role === "tool" ? [indent(`scripted result of ${name ?? "a tool"} ${content}`, 0)] : calls;
}

function turnText(turn: TurnRecord, number: number, prompts: boolean): string[] {
  const { gateway } = turn;
  const decision = gateway?.decision;
  return [
    "",
    heading(`Turn ${number}: request`),
    indent(turn.request),
    ...findings(turn.requestFindings),
    ...(gateway === null ? [] : [
      heading(
        `Gateway: ${decision?.kind}` +
          (gateway.pApprove === null ? "" : `  P(APPROVE) = ${gateway.pApprove.toFixed(4)}`),
      ),
      ...(prompts && gateway.generation.prompt ? [indent(gateway.generation.prompt), ""] : []),
      indent(gateway.generation.raw.trim()),
      ...(decision?.kind === "MALFORMED" ? [indent(`! ${decision.problem}`)] : []),
    ]),
    ...findings(turn.intentFindings),
    ...turn.steps.flatMap((step, index) => stepText(step, index + 1, prompts)),
    heading("Reply"),
    indent(turn.reply),
    ...turn.disclosed.map((entry) => indent(diffText(entry), 4)),
  ];
}

function stepText(step: StepRecord, number: number, prompts: boolean): string[] {
  return [
    heading(`Executor, step ${number}: ${step.reply}`),
    ...(prompts && step.generation.prompt ? [indent(step.generation.prompt), ""] : []),
    ...(step.calls.length === 0
      ? [indent(step.generation.raw.trim())]
      : step.calls.flatMap(callText)),
  ];
}

function callText(record: CallRecord): string[] {
  const { call } = record;
  return [
    indent(`${call.name} ${JSON.stringify(call.arguments)}  -> ${record.status ?? "stopped"}`),
    ...findings(record.callFindings),
    ...findings(record.commitFindings),
    ...record.diff.map((entry) => indent(diffText(entry), 4)),
    ...(record.result === null ? [] : [indent(`result ${record.result}`, 4)]),
    ...findings(record.resultFindings),
  ];
}

function diffText({ service, entity, id, change, before, after }: DiffEntry): string {
  const name = `${service}.${entity} ${id}`;
  switch (change) {
    case "created":
      return `+ ${name} ${JSON.stringify(after)}`;
    case "deleted":
      return `- ${name} ${JSON.stringify(before)}`;
    case "read":
      return `? ${name} ${JSON.stringify(after)}`;
    case "updated": {
      const changed = Object.keys({ ...before, ...after })
        .filter((key) => JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key]))
        .map((key) =>
          `${key}: ${JSON.stringify(before?.[key])} -> ${JSON.stringify(after?.[key])}`
        );
      return `~ ${name} ${changed.join(", ")}`;
    }
  }
}

function findings(list: readonly LayerFinding[]): string[] {
  return list.map(({ defense, stage, action, rule, reason }) =>
    indent(
      `${action === "allow" ? "." : "!"} ${defense} (${stage}): ${action}, ${rule}: ${reason}`,
      4,
    )
  );
}

function verdictText(verdict: Verdict): string {
  const yes = (value: boolean | null) => value === null ? "not decidable" : value ? "yes" : "no";
  return [
    heading(`Verdict: ${verdict.outcome}, ${verdict.pass ? "pass" : "FAIL"}`),
    indent(
      `granted ${yes(verdict.granted)}  acted ${yes(verdict.acted)}  ` +
        `${verdict.kind === "attack" ? "hit" : "target reached"} ${yes(verdict.hit)}  ` +
        `stopped by ${verdict.stopped_by ?? "nobody"}` +
        (verdict.reply === undefined ? "" : `  reply read as ${verdict.reply}`),
    ),
    indent(`${verdict.turns} turns, ${verdict.tokens} tokens, ${verdict.ms} ms`),
  ].join("\n");
}

function heading(text: string): string {
  return `-- ${text}`;
}

/** Indents text and makes control characters visible, so that a reply cannot drive the terminal. */
function indent(text: string, by = 2): string {
  const safe = text.replace(
    /[\p{Cc}\p{Cf}]/gu,
    (char) => char === "\n" || char === "\t" ? char : `\\u{${char.codePointAt(0)?.toString(16)}}`,
  );
  return safe.split("\n").map((line) => " ".repeat(by) + line).join("\n");
}
