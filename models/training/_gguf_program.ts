/**
 * Opens GGUF files in a process that may load native code: a {@linkcode GgufQuestion} on stdin, a
 * {@linkcode GgufAnswer} on stdout.
 */
import { openRunner } from "../evaluation/model.ts";

/** What is asked of one model. */
export interface GgufQuestion {
  /** Path of the model. */
  path: string;
  /** Path of an adapter. */
  adapter?: string;
  /** Whether the KV cache is quantised, as the harness does. */
  quantisedCache: boolean;
  /** Texts to cut into tokens and to predict the next token of. */
  texts: readonly string[];
  /** A user's turn to answer with a few tokens. */
  turn?: string;
}

/** What it answers. */
export interface GgufAnswer {
  /** Tokens of each text. */
  tokens: number[][];
  /** Log-probabilities of the token after each text; null for what is impossible. */
  logs: (number | null)[][];
  /** The answer to the turn. */
  reply: string | null;
}

async function answer(question: GgufQuestion): Promise<GgufAnswer> {
  const { path, adapter, quantisedCache, texts, turn } = question;
  const runner = await openRunner(path, {
    quantisedCache,
    ...(adapter === undefined ? {} : { adapter }),
  });
  const logs: number[][] = [];
  for (const text of texts) logs.push([...await runner.distribution(text)]);
  const reply = turn === undefined
    ? null
    : await runner.generate(runner.prompt({ messages: [{ role: "user", content: turn }] }), 4);
  return { tokens: texts.map((text) => runner.tokenize(text)), logs, reply };
}

if (import.meta.main) {
  const text = await new Response(Deno.stdin.readable).text();
  console.log(JSON.stringify(await answer(JSON.parse(text))));
  // Native threads are left to the process's end.
  Deno.exit(0);
}
