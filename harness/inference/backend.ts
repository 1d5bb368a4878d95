import type { Message, ToolSchema } from "../../probes/mod.ts";

/** Which model a request is for. */
export type ModelRole = "gateway" | "executor" | "critic";

/** One request to a model. */
export interface GenerateRequest {
  /** The conversation. */
  messages: readonly Message[];
  /** Tools that the chat template shows to the model; the executor's only. */
  tools?: readonly ToolSchema[];
  /** Most tokens to generate. */
  maxTokens: number;
  /**
   * Sampling temperature; 0 is greedy.
   * @default {0}
   */
  temperature?: number;
  /** Seed of the sampler; required when `temperature` is above 0. */
  seed?: number;
  /**
   * Two alternatives whose probability is measured at a fixed place of the reply: after `prefix`,
   * how likely is `labels[0]` against `labels[1]`? Measured beside the generation, which it does
   * not touch. For the gateway `{ prefix: "DECISION:", labels: [" APPROVE", " REJECT"] }`.
   */
  choice?: {
    /** Text with which the reply is assumed to begin. */
    prefix: string;
    /** The alternatives, spelled with their leading space. */
    labels: readonly [string, string];
  };
  /**
   * Whether the reply may only be one JSON tool call or plain text.
   * @default {false}
   */
  callOrText?: boolean;
  /** Cancels the request. */
  signal?: AbortSignal;
}

/** What a model answered. */
export interface Generation {
  /** The reply as generated, control tokens removed. */
  text: string;
  /** Tool calls that a server parsed itself, unchecked; local back ends leave it out. */
  toolCalls?: readonly {
    /** Name as the model gave it. */
    name: string;
    /** Arguments as JSON text, as the model gave them. */
    arguments: string;
  }[];
  /** Why the generation ended. */
  finish: "stop" | "length";
  /** Probability of `choice.labels[0]` against `labels[1]`, in [0, 1]; null when the back end cannot tell. */
  choiceProbability?: number | null;
  /** Number of prompt tokens; 0 when a server does not say. */
  promptTokens: number;
  /** Number of generated tokens; 0 when a server does not say. */
  generatedTokens: number;
  /** The prompt as rendered by the chat template, for the evidence; undefined when a server renders it. */
  prompt?: string;
  /** Wall-clock time from request to answer, in milliseconds. */
  ms: number;
}

/** What a run's manifest says about one model. */
export interface ModelInfo {
  /** Name in the model catalog, file name, or the server's model name. */
  model: string;
  /** SHA-256 of the base model's file in hex, of all in order if several; null on a server. */
  sha256: string | null;
  /** Adapter name, with `"@"` and its strength when that is not 1; null without one. */
  adapter: string | null;
  /** SHA-256 of the adapter's file in hex. */
  adapterSha256: string | null;
  /**
   * SHA-256 of the chat template in hex, followed by its variables as JSON when they are not the
   * default; null when a server renders prompts.
   */
  templateSha256: string | null;
}

/** What a run's manifest says about its inference back end. */
export interface InferenceInfo {
  /** Kind of back end. */
  backend: "llama" | "openai" | "scripted";
  /** `"cpu"`, `"metal"`, `"cuda"`, `"vulkan"` or the server's base URL. */
  device: string;
  /** Names and versions of the software that computes. */
  versions: Record<string, string>;
  /** Threads for one decode; null when unknown. */
  threads: number | null;
  /** Greatest number of sequences in one batch; a model for which that changes replies has 1. */
  batch: number;
  /** Type of the KV cache; null when unknown. */
  kvType: string | null;
  /**
   * Whether formats and the start-up self-test say of all models that replies do not depend on
   * what else is in the batch. Those that fail get batches of their own, so that replies can be had
   * again all the same; null when a server batches as it likes.
   */
  batchInvariant: boolean | null;
  /** What a server was found to do: `"logprobs"`, `"tools"`; absent for other back ends. */
  capabilities?: Record<string, boolean>;
  /** The models by role; a role that the run does not use is absent. */
  models: Partial<Record<ModelRole, ModelInfo>>;
}

/** The port through which the pipeline reaches its models. */
export interface Inference extends AsyncDisposable {
  /** What the manifest says about it. */
  readonly info: InferenceInfo;
  /**
   * Generates one reply.
   *
   * @throws {PromptTooLongError} when prompt and reply do not fit the context.
   * @throws {InferenceError} when the back end fails: an infrastructure error, never a verdict.
   */
  generate(role: ModelRole, request: GenerateRequest): Promise<Generation>;
}

/** The back end failed: the process died, the server is unreachable, a deadline passed. */
export class InferenceError extends Error {
  /** Name of the class. */
  override readonly name: string = "InferenceError";
}

/** Prompt and reply do not fit the model's context. */
export class PromptTooLongError extends InferenceError {
  /** Name of the class. */
  override readonly name = "PromptTooLongError";
}

/** A model, adapter or chat template cannot be loaded: bad input, which no retry repairs. */
export class ModelLoadError extends InferenceError {
  /** Name of the class. */
  override readonly name = "ModelLoadError";
}
