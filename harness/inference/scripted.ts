/**
 * The `scripted` back end: canned answers, for tests of what uses models. Nothing selects it but a
 * program that calls it.
 *
 * @module
 */

import type {
  GenerateRequest,
  Generation,
  Inference,
  InferenceInfo,
  ModelInfo,
  ModelRole,
} from "./backend.ts";

/** Answers a request: with the text of the reply, or with more of a {@linkcode Generation}. */
export type Script = (
  role: ModelRole,
  request: GenerateRequest,
) => string | Partial<Generation> | Promise<string | Partial<Generation>>;

const MODEL: ModelInfo = {
  model: "scripted",
  sha256: null,
  adapter: null,
  adapterSha256: null,
  templateSha256: null,
};

/** Words stand in for tokens. */
const countWords = (text: string): number => text.match(/\S+/g)?.length ?? 0;

/**
 * Opens a back end that answers what a function says.
 *
 * @param script Answers each request.
 */
export function openScripted(script: Script): Inference {
  const info: InferenceInfo = {
    backend: "scripted",
    device: "cpu",
    versions: {},
    threads: null,
    batch: 1,
    kvType: null,
    batchInvariant: true,
    models: { gateway: MODEL, executor: MODEL, critic: MODEL },
  };
  return {
    info,
    async generate(role: ModelRole, request: GenerateRequest): Promise<Generation> {
      request.signal?.throwIfAborted();
      const begun = performance.now();
      const answer = await script(role, request);
      const given = typeof answer === "string" ? { text: answer } : answer;
      const text = given.text ?? "";
      return {
        text,
        finish: "stop",
        promptTokens: request.messages.reduce((sum, turn) => sum + countWords(turn.content), 0),
        generatedTokens: countWords(text),
        ...(request.choice === undefined ? {} : { choiceProbability: null }),
        ms: performance.now() - begun,
        ...given,
      };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
