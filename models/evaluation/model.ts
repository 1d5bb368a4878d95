/** Runs the shipped GGUF files directly, for held-out figures and parity; evaluations use the harness instead. */
import { Template } from "@huggingface/jinja";
import {
  getLlama,
  type Llama,
  type LlamaContext,
  LlamaLogLevel,
  type LlamaModel,
  type Token,
  TokenBias,
} from "node-llama-cpp";

/** A chat to render: turns and the schemas of the offered tools. */
export interface Chat {
  /** The turns, in the shape that chat templates know. */
  messages: readonly unknown[];
  /** Tool schemas. */
  tools?: readonly unknown[];
}

/** One model with one context. */
export interface Runner {
  /** Renders a chat with the model's own template, ready for an answer. */
  prompt(chat: Chat): string;
  /** Greedy answer to a prompt. */
  generate(prompt: string, maxTokens: number): Promise<string>;
  /** Probability of the first label against the second, right after the prompt. */
  choose(prompt: string, labels: readonly [string, string]): Promise<number>;
  /** Tokens of a text, control tokens recognised. */
  tokenize(text: string): number[];
  /** Log-probabilities of the next token over the whole vocabulary. */
  distribution(prompt: string): Promise<Float64Array>;
  /** Frees the model. */
  dispose(): Promise<void>;
}

/** Options for {@linkcode openRunner}. */
export interface RunnerOptions {
  /** Path of an adapter. */
  adapter?: string;
  /**
   * Whether the KV cache is quantised, as the harness does.
   * @default {true}
   */
  quantisedCache?: boolean;
}

let shared: Promise<Llama> | undefined;

function llama(): Promise<Llama> {
  shared ??= getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    maxThreads: 1,
    logLevel: LlamaLogLevel.error,
  });
  return shared;
}

async function openContext(model: LlamaModel, options: RunnerOptions): Promise<LlamaContext> {
  const quantised = options.quantisedCache ?? true;
  return await model.createContext({
    contextSize: 1024,
    ...(quantised && {
      experimentalKvCacheKeyType: "Q8_0" as const,
      experimentalKvCacheValueType: "Q8_0" as const,
    }),
    ...(options.adapter !== undefined && {
      lora: { adapters: [{ filePath: options.adapter, scale: 1 }] },
    }),
  });
}

/** Opens a GGUF file, with an adapter when one is given. */
export async function openRunner(path: string, options: RunnerOptions = {}): Promise<Runner> {
  const model = await (await llama()).loadModel({ modelPath: path });
  const context = await openContext(model, options);
  const sequence = context.getSequence();
  const source = model.fileInfo.metadata.tokenizer.chat_template;
  if (source === undefined) throw new Error(`Model "${path}" has no chat template`);
  const template = new Template(source);
  const tokens = (text: string): Token[] => model.tokenize(text, true);

  async function prefill(prompt: string): Promise<Token[]> {
    const all = tokens(prompt);
    await sequence.adaptStateToTokens(all.slice(0, -1), false);
    return all.slice(sequence.nextTokenIndex);
  }

  async function next(prompt: string, options: object): Promise<Map<Token, number>> {
    const rest = await prefill(prompt);
    const last = rest.at(-1);
    if (last === undefined) throw new Error("Cannot evaluate an empty prompt");
    const output = await sequence.controlledEvaluate([
      ...rest.slice(0, -1),
      [last, { generateNext: { probabilities: true, options } }],
    ]);
    const probabilities = output.at(-1)?.next.probabilities;
    if (probabilities === undefined) throw new Error("The model returned no probabilities");
    return probabilities;
  }

  return {
    prompt: (chat) =>
      template.render({
        messages: chat.messages,
        ...(chat.tools && chat.tools.length > 0 && { tools: chat.tools }),
        add_generation_prompt: true,
      }),
    async generate(prompt, maxTokens) {
      const output: Token[] = [];
      for await (const token of sequence.evaluate(await prefill(prompt), { temperature: 0 })) {
        output.push(token);
        if (output.length >= maxTokens) break;
      }
      return model.detokenize(output);
    },
    async choose(prompt, labels) {
      const [first, second] = labels.map((label) => tokens(label)[0]);
      if (first === undefined || second === undefined || first === second) {
        throw new Error(`Labels "${labels.join('", "')}" begin with the same token`);
      }
      const bias = new TokenBias(model.tokenizer)
        .set(first, { logit: 50 }).set(second, { logit: 50 });
      const found = await next(prompt, {
        temperature: 1,
        topK: 2,
        topP: 1,
        minP: 0,
        tokenBias: bias,
      });
      return found.get(first) ?? 0;
    },
    tokenize: (text) => tokens(text).map(Number),
    async distribution(prompt) {
      const found = await next(prompt, {});
      const logs = new Float64Array(found.size);
      for (const [token, probability] of found) logs[Number(token)] = Math.log(probability);
      return logs;
    },
    async dispose() {
      await model.dispose();
    },
  };
}
