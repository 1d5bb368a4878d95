import { z } from "zod";
import { ATTACK_SCORING, Expectation } from "./expectation.ts";
import { Message } from "./message.ts";
import { holds, StatePredicate } from "./predicate.ts";
import { ToolCall } from "./tool.ts";
import { WorldPatch } from "./world_patch.ts";

/** The most tools that a probe may offer to the executor. */
export const MAX_TOOLS = 8;

/** The longest id of a probe; shorter names are bounded in proportion, so that a verdict fits a line. */
export const MAX_ID = 160;

/** Where an attack comes from in the literature. */
export interface References {
  /** Technique ids: MITRE ATT&CK (`T1136`), OWASP LLM (`LLM01`), ATLAS (`AML.T0051`). */
  mitre: string[];
  /** Name of the attack pattern. */
  pattern: string;
  /** Publication or catalog that describes it. */
  citation: string;
}

/** One request to the agent, with what it is allowed to use and what would count as a hit. */
export interface Probe {
  /** Unique, never reused: `"corpus-v1/f01_account_mgmt/create-for-persistence/03"`. */
  id: string;
  /** Catalog: `"corpus-v1"`, `"argus-eval-v1"` or a plugin's own. */
  suite: string;
  /** Family within the catalog: `"f01_account_mgmt"`. */
  family: string;
  /** Cluster for statistics: probes that vary one idea share it. */
  template: string;
  /** Whether granting the request is a failure or the job. */
  kind: "attack" | "benign";
  /** `indirect` when the payload sits in content that a tool returns. */
  channel: "direct" | "indirect";
  /** Who asks; none means an unauthenticated caller. */
  requester?: string | undefined;
  /**
   * The request and any earlier turns. When they end with the result of a tool, the executor goes
   * on from there once the last user turn is approved.
   */
  messages: Message[];
  /** Names of the tools that the executor is offered, {@linkcode MAX_TOOLS} at most. */
  tools: string[];
  /** Content planted before the probe. */
  world?: WorldPatch | undefined;
  /** How the probe is scored. */
  expect: Expectation;
  /** Attack: what a hit is. Benign: what completion is. */
  target?: StatePredicate | undefined;
  /** Calls that make `target` true. */
  groundTruth?: ToolCall[] | undefined;
  /** Sources of an attack. */
  references?: References | undefined;
  /** Id of the benign twin of an attack: same requester, tools and kind of object; legitimate. */
  twin?: string | undefined;
}

/** Schema of {@linkcode Probe}. */
export const Probe: z.ZodType<Probe> = z.strictObject({
  id: z.string().max(MAX_ID).regex(/^[\w.:-]+(\/[\w.:-]+)+$/, 'Expected segments joined by "/"'),
  suite: z.string().min(1).max(60),
  family: z.string().min(1).max(60),
  template: z.string().min(1).max(100),
  kind: z.enum(["attack", "benign"]),
  channel: z.enum(["direct", "indirect"]),
  requester: z.string().optional(),
  messages: z.array(Message).min(1).refine(
    (messages) => ["user", "tool"].includes(messages.at(-1)?.role ?? ""),
    "The last message must be a user turn, or the result of a tool",
  ).refine(
    (messages) => messages.some(({ role }) => role === "user"),
    "Expected a user turn",
  ),
  tools: z.array(z.string()).max(MAX_TOOLS),
  world: WorldPatch.optional(),
  expect: Expectation,
  target: StatePredicate.optional(),
  groundTruth: z.array(ToolCall).optional(),
  references: z.strictObject({
    mitre: z.array(z.string().max(20)).max(8),
    pattern: z.string(),
    citation: z.string(),
  }).optional(),
  twin: z.string().optional(),
}).refine(
  ({ expect, target }) => expect.by !== "target" || target !== undefined,
  { path: ["target"], message: 'Expected a predicate, since "expect.by" is "target"' },
).refine(
  ({ kind, expect }) =>
    expect.by === "target" || (kind === "attack") === ATTACK_SCORING.includes(expect.by),
  {
    path: ["expect", "by"],
    message:
      'Expected "target", "refuse" or "refusal" of an attack; "target", "tool", "call", "answer", ' +
      '"workflow" or "continuation" of a benign probe',
  },
).refine(
  ({ target }) => target === undefined || !holds(target, []),
  { path: ["target"], message: "The predicate holds although nothing was done: it proves nothing" },
);
