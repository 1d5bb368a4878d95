import { z } from "zod";
import type { ReplyKind } from "../../probes/mod.ts";

/** Version of the verdict line. */
export const VERDICT_SCHEMA = "argus.verdict/1";

/** A verdict line is at most this many bytes long, its newline included. */
export const MAX_VERDICT_BYTES = 1024;

/** What came of an attack. */
export type AttackOutcome =
  | "refused"
  | "blocked"
  | "declined"
  | "denied"
  | "no_action"
  | "acted"
  | "hit"
  | "malformed";

/** What came of a benign request. */
export type BenignOutcome =
  | "completed"
  | "incomplete"
  | "wrong_tool"
  | "over_refused"
  | "over_blocked"
  | "over_confirmed"
  | "denied"
  | "malformed";

/** What came of a probe, in one word. */
export type Outcome = AttackOutcome | BenignOutcome;

/** How a reply reads; `redirect` is a refusal that names a legitimate way. */
export type ReplyClass = ReplyKind | "redirect";

/** What the gateway said, by user turn. */
export type DecisionKind = "APPROVE" | "REJECT" | "MALFORMED";

/** What came of one tool call. */
export type CallOutcome = "executed" | "blocked" | "confirm" | "denied" | "invalid" | "error";

/** A finding that was not "allow": defense, stage, step, action. */
export type FindingTuple = [
  defense: string,
  stage: string,
  step: number,
  action: "confirm" | "block" | "rewrite" | "error",
];

/** One line of `verdicts.jsonl`: all that aggregation needs to know about one unit. */
export interface Verdict {
  /** Always {@linkcode VERDICT_SCHEMA}. */
  schema: string;
  /** Key of the unit. */
  key: string;
  /** Id of the probe. */
  probe_id: string;
  /** Catalog. */
  suite: string;
  /** Family within the catalog. */
  family: string;
  /** Cluster for statistics. */
  template: string;
  /** Attack or benign. */
  kind: "attack" | "benign";
  /** Where the payload sits. */
  channel: "direct" | "indirect";
  /** Technique ids. */
  mitre: string[];
  /** Hash of the arm; the manifest spells it out. */
  arm: string;
  /** Number of the trial, from 0. */
  trial: number;
  /** The gateway's decision for each user turn. */
  decisions: DecisionKind[];
  /** Probability of APPROVE against REJECT for each user turn; null when the back end can't tell. */
  p_approve: (number | null)[];
  /** Findings other than "allow", in order. */
  findings: FindingTuple[];
  /** Calls in order: tool and what came of it. */
  calls: [tool: string, outcome: CallOutcome][];
  /** Whether the executor was invited: approved and not stopped before. */
  granted: boolean;
  /** Whether an executed call changed something or revealed a marked record. */
  acted: boolean;
  /** Whether the target holds at the end; null when the probe has none. */
  hit: boolean | null;
  /** The result in one word. */
  outcome: Outcome;
  /** Who stopped it first: `"gateway"`, a defense, `"executor"`, `"service"`, or nobody. */
  stopped_by: string | null;
  /** Whether the agent did what the probe expects. */
  pass: boolean;
  /** How the last reply reads; absent unless the probe is scored by it and there is one. */
  reply?: ReplyClass | undefined;
  /** Number of user turns played. */
  turns: number;
  /** Prompt and generated tokens of gateway and executor. */
  tokens: number;
  /** Wall-clock time in milliseconds. */
  ms: number;
  /** Findings and calls that did not fit the line; absent when all are there. */
  cut?: [findings: number, calls: number] | undefined;
  /** Byte offset of the episode in `evidence.jsonl`, and the SHA-256 of its line. */
  evidence: [offset: number, sha256: string];
  /** SHA-256 of the line before; of the manifest for the first line. */
  prev: string;
}

const hex = z.string().regex(/^[0-9a-f]{64}$/);

/** Schema of {@linkcode Verdict}. */
export const Verdict: z.ZodType<Verdict> = z.strictObject({
  schema: z.literal(VERDICT_SCHEMA),
  key: hex,
  probe_id: z.string(),
  suite: z.string(),
  family: z.string(),
  template: z.string(),
  kind: z.enum(["attack", "benign"]),
  channel: z.enum(["direct", "indirect"]),
  mitre: z.array(z.string()),
  arm: z.string(),
  trial: z.int().min(0),
  decisions: z.array(z.enum(["APPROVE", "REJECT", "MALFORMED"])),
  p_approve: z.array(z.number().min(0).max(1).nullable()),
  findings: z.array(
    z.tuple([
      z.string(),
      z.string(),
      z.int(),
      z.enum(["confirm", "block", "rewrite", "error"]),
    ]),
  ),
  calls: z.array(
    z.tuple([
      z.string(),
      z.enum(["executed", "blocked", "confirm", "denied", "invalid", "error"]),
    ]),
  ),
  granted: z.boolean(),
  acted: z.boolean(),
  hit: z.boolean().nullable(),
  outcome: z.enum([
    "refused",
    "blocked",
    "declined",
    "denied",
    "no_action",
    "acted",
    "hit",
    "malformed",
    "completed",
    "incomplete",
    "wrong_tool",
    "over_refused",
    "over_blocked",
    "over_confirmed",
  ]),
  stopped_by: z.string().nullable(),
  pass: z.boolean(),
  reply: z.enum(["refusal", "redirect", "clarification", "report", "answer"]).optional(),
  turns: z.int().min(0),
  tokens: z.int().min(0),
  ms: z.number().min(0),
  cut: z.tuple([z.int().min(0), z.int().min(0)]).optional(),
  evidence: z.tuple([z.int().min(0), hex]),
  prev: hex,
});

/** A file of a run that cannot be read as what it should be; names file, line and field. */
export class RunFileError extends Error {
  override readonly name = "RunFileError";
}

/** A file of a run cannot be written, because the disk is full, say. */
export class RunWriteError extends Error {
  override readonly name = "RunWriteError";

  /** Creates the error for one file. */
  constructor(path: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `Cannot write "${path}": ${reason}; everything before is kept: make room, then go on with ` +
        '"--resume"',
      { cause },
    );
  }
}

/**
 * Parses one line of `verdicts.jsonl`.
 *
 * @param line The line without its newline.
 * @param place File and line, for errors: `"runs/x/verdicts.jsonl:12"`.
 * @throws {RunFileError} when it is not a verdict of this version.
 */
export function parseVerdict(line: string, place: string): Verdict {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new RunFileError(`${place}: Not JSON: ${(error as Error).message}`);
  }
  const schema = (value as { schema?: unknown } | null)?.schema;
  if (schema !== VERDICT_SCHEMA) {
    throw new RunFileError(
      `${place}: field "schema": Expected "${VERDICT_SCHEMA}", found ${JSON.stringify(schema)}; ` +
        "read it with the version of Argus that wrote it",
    );
  }
  const parsed = Verdict.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new RunFileError(`${place}: field "${issue?.path.join(".")}": ${issue?.message}`);
}

/**
 * Text of a verdict line, without its newline. When the line would be longer than
 * {@linkcode MAX_VERDICT_BYTES}, calls and findings are dropped from their ends and counted in `cut`;
 * failures of defenses are kept to the last. The evidence keeps everything.
 *
 * @throws {RangeError} when even a line without them is too long.
 */
export function formatVerdict(verdict: Verdict): string {
  const calls = [...verdict.calls];
  const findings = [...verdict.findings];
  const [lostFindings, lostCalls] = verdict.cut ?? [0, 0];
  for (;;) {
    const lost: [number, number] = [
      lostFindings + verdict.findings.length - findings.length,
      lostCalls + verdict.calls.length - calls.length,
    ];
    const cut = lost[0] + lost[1] > 0 ? { cut: lost } : {};
    const trimmed = { ...verdict, findings, calls, ...cut };
    if (sizeOf(trimmed) < MAX_VERDICT_BYTES) return JSON.stringify(trimmed);
    const minor = findings.findLastIndex(([, , , action]) => action !== "error");
    if (calls.length > 0 && calls.length >= findings.length) calls.pop();
    else if (minor >= 0) findings.splice(minor, 1);
    else if (calls.length > 0) calls.pop();
    else if (findings.length > 1) findings.pop();
    else {
      throw new RangeError(
        `Cannot write the verdict of "${verdict.probe_id}": its line is longer than ` +
          `${MAX_VERDICT_BYTES} bytes; shorten the ids of the probe`,
      );
    }
  }
}

/** Bytes of a line whose times and places take their greatest room: what is cut is the same in any run. */
function sizeOf(verdict: Verdict): number {
  const widest = {
    ...verdict,
    ms: 99_999_999,
    tokens: 9_999_999,
    evidence: [1e12, verdict.evidence[1]],
  };
  return new TextEncoder().encode(JSON.stringify(widest)).length;
}
