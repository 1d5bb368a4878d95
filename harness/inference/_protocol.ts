/**
 * What the harness and the model process say to each other: one JSON object a line over the
 * process's standard input and output. Failures travel as data.
 *
 * @module
 */

import { z } from "zod";
import { Message, type ToolSchema } from "../../probes/mod.ts";

const Role = z.enum(["gateway", "executor", "critic"]);
const Id = z.int().nonnegative();

/** What decides how a model's prompts are rendered, from the header of its file. */
export const PromptFormat = z.strictObject({
  template: z.string(),
  bosToken: z.string(),
  eosToken: z.string(),
  /** Texts that would become a control token. */
  barred: z.array(z.string()),
  /** Extra variables for the template. */
  variables: z.record(z.string(), z.json()),
});
/** What decides how a model's prompts are rendered, from the header of its file. */
export type PromptFormat = z.infer<typeof PromptFormat>;

const Binding = z.strictObject({
  gpu: z.union([z.literal(false), z.enum(["metal", "cuda", "vulkan"])]),
  addon: z.string(),
  backends: z.string().optional(),
});
/** A build of llama.cpp for one kind of device. */
export type Binding = z.infer<typeof Binding>;

const ContextPlan = z.strictObject({
  roles: z.array(Role).min(1),
  /** Index in `models`. */
  model: Id,
  adapter: z.strictObject({ path: z.string(), scale: z.number() }).optional(),
  contextSize: z.int().positive(),
  kvType: z.enum(["F16", "Q8_0", "F32"]),
  /** Whether the formats allow replies that do not depend on the batch; the self-test decides. */
  batchable: z.boolean(),
  /** Estimate of the memory that the cache takes, in bytes. */
  cacheBytes: z.number(),
});
/** One context that the process opens. */
export type ContextPlan = z.infer<typeof ContextPlan>;

const Open = z.strictObject({
  type: z.literal("open"),
  id: Id,
  /** URL of the entry module of node-llama-cpp. */
  library: z.string(),
  /** Builds to choose from; the first that detection finds usable is loaded. */
  bindings: z.array(Binding).min(1),
  /** Whether to look for devices before choosing; otherwise the first build is loaded. */
  detect: z.boolean(),
  threads: z.int().positive(),
  lanes: z.int().positive(),
  models: z.array(z.strictObject({ path: z.string(), bytes: z.number(), format: PromptFormat })),
  contexts: z.array(ContextPlan).min(1),
});
/** Loads models and opens contexts; the first message. */
export type Open = z.infer<typeof Open>;

const Choice = z.strictObject({ prefix: z.string(), labels: z.tuple([z.string(), z.string()]) });
const Conversation = {
  id: Id,
  role: Role,
  messages: z.array(Message),
  tools: z.array(z.custom<ToolSchema>((value) => typeof value === "object")).optional(),
};
const Generate = z.strictObject({
  type: z.literal("generate"),
  ...Conversation,
  maxTokens: z.int().positive(),
  temperature: z.number().nonnegative(),
  seed: z.int().nonnegative().optional(),
  choice: Choice.optional(),
  callOrText: z.boolean(),
});
/** Generates a reply. */
export type Generate = z.infer<typeof Generate>;

const Score = z.strictObject({ type: z.literal("score"), ...Conversation, choice: Choice });
/** Measures a choice without generating. */
export type Score = z.infer<typeof Score>;

/** What the harness sends. */
export const Command = z.discriminatedUnion("type", [
  Open,
  Generate,
  Score,
  z.strictObject({ type: z.literal("cancel"), id: Id }),
  z.strictObject({ type: z.literal("close") }),
]);
/** What the harness sends. */
export type Command = z.infer<typeof Command>;

const Opened = z.strictObject({
  type: z.literal("opened"),
  id: Id,
  device: z.enum(["cpu", "metal", "cuda", "vulkan"]),
  threads: z.int().positive(),
  batch: z.int().positive(),
  batchInvariant: z.boolean(),
  versions: z.record(z.string(), z.string()),
});
/** What opening found. */
export type Opened = z.infer<typeof Opened>;

const Generated = z.strictObject({
  type: z.literal("generated"),
  id: Id,
  text: z.string(),
  finish: z.enum(["stop", "length"]),
  choiceProbability: z.number().min(0).max(1).optional(),
  promptTokens: z.int().nonnegative(),
  generatedTokens: z.int().nonnegative(),
  prompt: z.string(),
});
/** A reply. */
export type Generated = z.infer<typeof Generated>;

/** Kinds of failure. */
export const FailureKind = z.enum(["prompt-too-long", "load", "device", "cancelled", "failed"]);
/** Kinds of failure. */
export type FailureKind = z.infer<typeof FailureKind>;

/** What the model process sends. */
export const Event = z.discriminatedUnion("type", [
  /** A build is about to be loaded, which may end the process. */
  z.strictObject({ type: z.literal("trying"), gpu: Binding.shape.gpu }),
  /** A model is being read; says no more than that the process lives. */
  z.strictObject({ type: z.literal("loading"), part: z.number() }),
  Opened,
  /** The request got a sequence. */
  z.strictObject({ type: z.literal("started"), id: Id }),
  Generated,
  z.strictObject({ type: z.literal("failed"), id: Id, kind: FailureKind, message: z.string() }),
]);
/** What the model process sends. */
export type Event = z.infer<typeof Event>;

/** An error with its kind, on its way to a `failed` message. */
export class Failure extends Error {
  /** What kind of failure it is. */
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Splits a byte stream into lines and hands each to a function. */
export async function eachLine(
  stream: ReadableStream<Uint8Array>,
  visit: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    rest += decoder.decode(bytes, { stream: true });
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      visit(line);
    }
  }
  if (rest !== "") visit(rest);
}
