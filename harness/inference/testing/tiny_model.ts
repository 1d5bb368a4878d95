/**
 * Tiny random-weight language models and adapters as GGUF bytes, for tests: real enough for
 * llama.cpp to load and decode, meaningless in what they say, unless told which token follows which.
 *
 * @module
 */

import {
  encodeGguf,
  type MetadataValue,
  packTensor,
  type Tensor,
  TensorFormat,
} from "../gguf_writer.ts";

/** A chat template in the manner of Llama 3, with tools and JSON tool results. */
export const LLAMA_3_TEMPLATE: string = `{{- bos_token }}
{%- for message in messages %}
{%- if message.role == 'system' %}
{{- '<|start_header_id|>system<|end_header_id|>\\n\\n' + message.content | trim }}
{%- if tools %}{{- '\\n\\nTools:' }}{%- for tool in tools %}{{- '\\n' + (tool | tojson) }}{%- endfor %}{%- endif %}
{{- '<|eot_id|>' }}
{%- elif message.role == 'tool' %}
{{- '<|start_header_id|>ipython<|end_header_id|>\\n\\n{"output": ' + (message.content | tojson) + '}<|eot_id|>' }}
{%- elif message.tool_calls %}
{%- for call in message.tool_calls %}
{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments | tojson) + '}<|eot_id|>' }}
{%- endfor %}
{%- else %}
{{- '<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' + message.content | trim + '<|eot_id|>' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}`;

/** Control tokens of the tiny vocabulary. */
export const CONTROL_TOKENS: readonly string[] = [
  "<|begin_of_text|>",
  "<|start_header_id|>",
  "<|end_header_id|>",
  "<|eot_id|>",
  "<|python_tag|>",
];

/** Shape of a tiny model. */
export interface TinyModelOptions {
  /** @default {2} */
  layers?: number;
  /** Width. @default {64} */
  width?: number;
  /** Attention heads. @default {2} */
  heads?: number;
  /** Trained context length. @default {2048} */
  context?: number;
  /** @default {1} */
  seed?: number;
  /** Merges of the byte-level BPE vocabulary, such as `"Ġ A"`. */
  merges?: readonly string[];
  /** Whole words that are one token each, matched in any text. */
  words?: readonly string[];
  /** Makes the greedy next token depend on the last one only, by token text. */
  successors?: Record<string, string>;
  /** Number format of the matrices. @default {8} (Q8_0) */
  format?: number;
  /** `null` leaves the chat template out. @default {LLAMA_3_TEMPLATE} */
  chatTemplate?: string | null;
  /** Name in the metadata. @default {"tiny"} */
  name?: string;
}

/** The byte-to-character map of GPT-2's byte-level BPE. */
export function byteCharacters(): string[] {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from(
    { length: 256 },
    (_, byte) => String.fromCharCode(printable(byte) ? byte : next++),
  );
}

/** Normally distributed numbers from a seed (mulberry32 and Box-Muller). */
export function gaussian(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
}

function vocabulary(options: TinyModelOptions): { tokens: string[]; types: number[] } {
  const plain = [...byteCharacters(), ...(options.merges ?? []).map((m) => m.replace(" ", ""))];
  const words = options.words ?? [];
  return {
    tokens: [...plain, ...words, ...CONTROL_TOKENS],
    types: [...plain.map(() => 1), ...words.map(() => 4), ...CONTROL_TOKENS.map(() => 3)],
  };
}

function metadataOf(
  options: TinyModelOptions,
  vocabulary: { tokens: string[]; types: number[] },
): Record<string, MetadataValue> {
  const { layers = 2, width = 64, heads = 2, context = 2048, merges = [] } = options;
  const u32 = (value: number): MetadataValue => ({ type: "u32", value });
  const str = (value: string): MetadataValue => ({ type: "str", value });
  const id = (text: string): MetadataValue => u32(vocabulary.tokens.indexOf(text));
  const template = options.chatTemplate === undefined ? LLAMA_3_TEMPLATE : options.chatTemplate;
  return {
    "general.architecture": str("llama"),
    "general.name": str(options.name ?? "tiny"),
    "llama.context_length": u32(context),
    "llama.embedding_length": u32(width),
    "llama.block_count": u32(layers),
    "llama.feed_forward_length": u32(width * 2),
    "llama.attention.head_count": u32(heads),
    "llama.attention.head_count_kv": u32(heads),
    "llama.attention.layer_norm_rms_epsilon": { type: "f32", value: 1e-5 },
    "llama.rope.dimension_count": u32(width / heads),
    "llama.vocab_size": u32(vocabulary.tokens.length),
    "tokenizer.ggml.model": str("gpt2"),
    "tokenizer.ggml.pre": str("llama-bpe"),
    "tokenizer.ggml.tokens": { type: "str[]", value: vocabulary.tokens },
    "tokenizer.ggml.token_type": { type: "i32[]", value: vocabulary.types },
    "tokenizer.ggml.merges": { type: "str[]", value: merges },
    "tokenizer.ggml.bos_token_id": id("<|begin_of_text|>"),
    "tokenizer.ggml.eos_token_id": id("<|eot_id|>"),
    "tokenizer.ggml.add_bos_token": { type: "bool", value: false },
    ...(template === null ? {} : { "tokenizer.chat_template": str(template) }),
  };
}

/** Output rows that make each token's successor the most likely next token. */
function successorRows(
  tokens: readonly string[],
  embedding: Float32Array,
  options: { successors: Record<string, string>; width: number },
): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(embedding.length);
  for (const [token, next] of Object.entries(options.successors)) {
    const [from, to] = [tokens.indexOf(token), tokens.indexOf(next)];
    if (from < 0 || to < 0) throw new RangeError(`Cannot link "${token}" to "${next}": no token`);
    for (let i = 0; i < options.width; i++) {
      rows[to * options.width + i] = (rows[to * options.width + i] ?? 0) +
        (embedding[from * options.width + i] ?? 0);
    }
  }
  return rows;
}

/** A tiny model as GGUF bytes. */
export function tinyModel(options: TinyModelOptions = {}): Uint8Array<ArrayBuffer> {
  const { metadata, tensors } = tinyModelTensors(options);
  return encodeGguf(metadata, tensors);
}

/** What a tiny model's file holds, to be changed before it is encoded. */
export function tinyModelTensors(
  options: TinyModelOptions = {},
): { metadata: Record<string, MetadataValue>; tensors: Tensor[] } {
  return { metadata: metadataOf(options, vocabulary(options)), tensors: tensorsOf(options) };
}

/** A tiny model cut into files, as llama.cpp's `gguf-split` does; the first has the metadata. */
export function tinyModelParts(
  count: number,
  options: TinyModelOptions = {},
): Uint8Array<ArrayBuffer>[] {
  const tensors = tensorsOf(options);
  const size = Math.ceil(tensors.length / count);
  return Array.from({ length: count }, (_, part) =>
    encodeGguf({
      ...(part === 0 ? metadataOf(options, vocabulary(options)) : {}),
      "split.no": { type: "u16", value: part },
      "split.count": { type: "u16", value: count },
      "split.tensors.count": { type: "i32", value: tensors.length },
    }, tensors.slice(part * size, (part + 1) * size)));
}

function tensorsOf(options: TinyModelOptions): Tensor[] {
  const { layers = 2, width = 64, seed = 1, format = TensorFormat.Q8_0 } = options;
  const vocab = vocabulary(options);
  const random = gaussian(seed);
  const tensors: Tensor[] = [];
  const push = (name: string, dims: number[], values: Float32Array<ArrayBuffer>): void => {
    const kind = dims.length === 1 ? TensorFormat.F32 : format;
    tensors.push({ name, dims, format: kind, data: packTensor(values, kind) });
  };
  const noise = (size: number, deviation: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: size }, () => random() * deviation);
  const matrix = (name: string, columns: number, rows: number): void =>
    push(name, [columns, rows], noise(columns * rows, 1 / Math.sqrt(columns)));
  const ones = (name: string): void => push(name, [width], new Float32Array(width).fill(1));

  const embedding = noise(width * vocab.tokens.length, 1);
  push("token_embd.weight", [width, vocab.tokens.length], embedding);
  for (let layer = 0; layer < layers; layer++) {
    const block = `blk.${layer}.`;
    ones(`${block}attn_norm.weight`);
    for (const name of ["attn_q", "attn_k", "attn_v"]) {
      matrix(`${block}${name}.weight`, width, width);
    }
    const silent = options.successors !== undefined;
    const out = `${block}attn_output.weight`;
    if (silent) push(out, [width, width], new Float32Array(width * width));
    else matrix(out, width, width);
    ones(`${block}ffn_norm.weight`);
    matrix(`${block}ffn_gate.weight`, width, width * 2);
    matrix(`${block}ffn_up.weight`, width, width * 2);
    const down = `${block}ffn_down.weight`;
    if (silent) push(down, [width * 2, width], new Float32Array(width * width * 2));
    else matrix(down, width * 2, width);
  }
  ones("output_norm.weight");
  const size = width * vocab.tokens.length;
  const rows = options.successors === undefined
    ? noise(size, 3 / Math.sqrt(width))
    : successorRows(vocab.tokens, embedding, { successors: options.successors, width });
  push("output.weight", [width, vocab.tokens.length], rows);
  return tensors;
}

/** Shape of a tiny adapter. */
export interface TinyAdapterOptions {
  /** Layers that it changes. @default {2} */
  layers?: number;
  /** Width of its base. @default {64} */
  width?: number;
  /** @default {8} */
  rank?: number;
  /** @default {7} */
  seed?: number;
  /** Number format of the matrices. @default {0} (F32) */
  format?: number;
  /** Architecture that it names. @default {"llama"} */
  architecture?: string;
}

/** A LoRA adapter for {@linkcode tinyModel} as GGUF bytes. */
export function tinyAdapter(options: TinyAdapterOptions = {}): Uint8Array<ArrayBuffer> {
  const {
    layers = 2,
    width = 64,
    rank = 8,
    seed = 7,
    architecture = "llama",
    format = TensorFormat.F32,
  } = options;
  const random = gaussian(seed);
  const tensors: Tensor[] = [];
  for (let layer = 0; layer < layers; layer++) {
    for (const target of ["attn_q", "attn_v"]) {
      for (const [part, dims] of [["a", [width, rank]], ["b", [rank, width]]] as const) {
        const values = Float32Array.from({ length: width * rank }, () => random() * 0.4);
        tensors.push({
          name: `blk.${layer}.${target}.weight.lora_${part}`,
          dims,
          format,
          data: packTensor(values, format),
        });
      }
    }
  }
  return encodeGguf({
    "general.architecture": { type: "str", value: architecture },
    "general.type": { type: "str", value: "adapter" },
    "adapter.type": { type: "str", value: "lora" },
    "adapter.lora.alpha": { type: "f32", value: rank * 2 },
  }, tensors);
}
