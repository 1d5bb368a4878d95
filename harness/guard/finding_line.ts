import type { LayerReview, Review, Stage } from "../../defenses/mod.ts";
import { hashOf } from "../verdicts/canonical.ts";

/** One line of a guard's log: what the layers said about one call or one result. */
export interface FindingLine {
  /** Version of this line. */
  schema: "argus.guard/1";
  /** When, in ISO 8601. */
  time: string;
  /** The connection, a UUID. */
  connection: string;
  /** Id of the request in the protocol. */
  id: string | number;
  /** Stage at which the layers looked. */
  stage: Stage;
  /** Tool that is called. */
  tool: string;
  /** SHA-256 of the arguments' canonical JSON: arguments may hold secrets, so they stay out. */
  arguments: string;
  /** What became of it. */
  verdict: Review["verdict"];
  /** The layer that stopped it, or null. */
  stopped_by: string | null;
  /** What each layer said. */
  findings: {
    /** Name of the layer. */
    defense: string;
    /** Its answer; `error` when it failed. */
    action: string;
    /** The rule that decided, or what went wrong. */
    rule: string;
    /** One sentence for a person. */
    reason: string;
    /** What the decision rests on. */
    evidence?: Record<string, unknown>;
    /** Time of the review in milliseconds. */
    ms: number;
  }[];
}

/** What {@linkcode findingLine} is about. */
export interface FindingLineOptions {
  /** The connection. */
  connection: string;
  /** Id of the request. */
  id: string | number;
  /** Stage of the review. */
  stage: Stage;
  /** The call. */
  call: { name: string; arguments: unknown };
}

/** The log's line on one review. */
export function findingLine(
  { verdict, stoppedBy, layers }: Review<"call"> | Review<"result">,
  { connection, id, stage, call }: FindingLineOptions,
): FindingLine {
  return {
    schema: "argus.guard/1",
    time: new Date().toISOString(),
    connection,
    id,
    stage,
    tool: call.name,
    arguments: hashOf(call.arguments),
    verdict,
    stopped_by: stoppedBy,
    findings: layers.map(finding),
  };
}

function finding({ defense, finding, error, ms }: LayerReview): FindingLine["findings"][number] {
  const spent = Number(ms.toFixed(3));
  if (finding === null) {
    return { defense, action: "error", rule: "failed", reason: error ?? "", ms: spent };
  }
  const { action, rule, reason, evidence } = finding;
  return {
    defense,
    action,
    rule,
    reason,
    ...(evidence === undefined ? {} : { evidence }),
    ms: spent,
  };
}
