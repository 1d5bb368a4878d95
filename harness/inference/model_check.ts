/**
 * Judges from the headers of GGUF files, before anything is loaded, whether a model can be used and
 * whether an adapter fits its base. Pure but for reading the headers.
 *
 * @module
 */

import { ModelLoadError } from "./backend.ts";
import { type GgufHeader, type GgufTensor, readGgufHeader } from "./gguf.ts";

/** Values and bytes in a block of each GGML format, by its number (ggml.h, ggml-common.h). */
const BLOCKS: Readonly<Record<number, readonly [values: number, bytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  9: [32, 36],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  15: [256, 292],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  29: [256, 56],
  30: [1, 2],
  34: [256, 54],
  35: [256, 66],
  39: [32, 17],
};

/** What a model's header says that inference needs. */
export interface ModelFacts {
  /** The header, of the first file. */
  header: GgufHeader;
  /** All files: a large model may be cut into several. */
  files: readonly string[];
  /** Size of all files in bytes. */
  bytes: number;
  /** Shapes by tensor name, of all files. */
  tensors: ReadonlyMap<string, GgufTensor>;
  /** Name in the metadata, or the file name. */
  name: string;
  /** Architecture. */
  architecture: string;
  /** Width of the residual stream. */
  width: number;
  /** Context length that the model was trained for, in tokens. */
  contextLength: number;
  /** Number of values in a token's keys and values, over all layers. */
  cacheWidth: number;
  /** Size of a head's keys; a Q8_0 cache needs a multiple of 32. */
  headSize: number;
  /** The chat template. */
  template: string;
  /** Text of the token that begins a text. */
  bosToken: string;
  /** Text of the token that ends a text. */
  eosToken: string;
}

const fileName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

function checkComplete(header: GgufHeader): void {
  for (const [name, { dims, format, offset }] of header.tensors) {
    const block = BLOCKS[format];
    const values = dims.reduce((product, size) => product * size, 1);
    const bytes = block === undefined ? 1 : values / block[0] * block[1];
    const end = header.dataOffset + offset + bytes;
    if (end > header.fileSize) {
      throw new ModelLoadError(
        `Cannot load "${header.path}": tensor "${name}" ends at byte ${end}, the file at ` +
          `${header.fileSize}; it is truncated, fetch it again`,
      );
    }
  }
}

function isAdapter(header: GgufHeader): boolean {
  return header.metadata.get("general.type") === "adapter" ||
    header.metadata.has("adapter.type");
}

/** Text of a special token that the metadata names by number. */
function tokenText(header: GgufHeader, key: string): string {
  const id = header.metadata.get(key);
  return header.specialTokens.find((token) => token.id === id)?.text ?? "";
}

/** Headers of all files of a model that is cut into several, as llama.cpp names them. */
async function readParts(first: GgufHeader): Promise<GgufHeader[]> {
  const count = Number(first.metadata.get("split.count") ?? 1);
  if (count <= 1) return [first];
  const name = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/.exec(first.path);
  if (name === null || Number(name[2]) !== 1 || Number(name[3]) !== count) {
    throw new ModelLoadError(
      `Cannot load "${first.path}": it is one of ${count} files of a model; name the first, ` +
        `which ends in "-00001-of-${String(count).padStart(5, "0")}.gguf"`,
    );
  }
  const rest = Array.from(
    { length: count - 1 },
    (_, i) => `${name[1]}-${String(i + 2).padStart(5, "0")}-of-${name[3]}.gguf`,
  );
  const headers = [first];
  // One after another, so that none is still open when another is missing.
  for (const path of rest) headers.push(await readGgufHeader(path));
  return headers;
}

/**
 * Reads and checks a model's header.
 *
 * @param path Path of the model.
 * @throws {ModelLoadError} when the file is missing, garbage, truncated, an adapter, or has no chat
 * template.
 */
export async function checkModel(path: string): Promise<ModelFacts> {
  const header = await readGgufHeader(path);
  const { metadata } = header;
  if (isAdapter(header)) {
    throw new ModelLoadError(`Cannot load "${path}" as a model: it is an adapter; name its base`);
  }
  const architecture = String(metadata.get("general.architecture") ?? "");
  const number = (key: string): number => Number(metadata.get(`${architecture}.${key}`) ?? 0);
  const width = number("embedding_length");
  const parts = await readParts(header);
  const tensors = new Map(parts.flatMap((part) => [...part.tensors]));
  if (tensors.size === 0 || width === 0) {
    throw new ModelLoadError(`Cannot load "${path}": it holds no language model`);
  }
  for (const part of parts) checkComplete(part);
  const template = metadata.get("tokenizer.chat_template");
  if (typeof template !== "string" || template === "") {
    throw new ModelLoadError(
      `Cannot load "${path}": it has no chat template; convert the model again with its tokenizer`,
    );
  }
  const heads = number("attention.head_count") || 1;
  const headSize = number("attention.key_length") || width / heads;
  const kvHeads = number("attention.head_count_kv") || heads;
  return {
    header,
    files: parts.map((part) => part.path),
    bytes: parts.reduce((sum, part) => sum + part.fileSize, 0),
    tensors,
    name: String(metadata.get("general.name") ?? fileName(path).replace(/\.gguf$/, "")),
    architecture,
    width,
    contextLength: number("context_length") || 2048,
    cacheWidth: 2 * number("block_count") * kvHeads * headSize,
    headSize,
    template,
    bosToken: tokenText(header, "tokenizer.ggml.bos_token_id"),
    eosToken: tokenText(header, "tokenizer.ggml.eos_token_id"),
  };
}

/**
 * Texts that text of a conversation must not turn into a token of: all control tokens, and other
 * marked tokens that the chat template writes itself, such as `<tool_call>`.
 *
 * @param facts What the model's header says.
 */
export function barredTexts(facts: ModelFacts): string[] {
  return facts.header.specialTokens
    .filter(({ text, type }) => text.trim() !== "" && (type !== 4 || facts.template.includes(text)))
    .map(({ text }) => text);
}

/**
 * Whether all matrices that are multiplied are quantised. Products of floats come out differently,
 * in the last bits, by the number of rows in a batch; quantising what follows hides that from most
 * tokens, and so from a short test, but not from all.
 *
 * @param tensors Shapes by tensor name, of a model or an adapter.
 */
export function isQuantised(tensors: ReadonlyMap<string, GgufTensor>): boolean {
  const floats = new Set([0, 1, 28, 30]);
  return [...tensors].every(([name, { dims, format }]) =>
    dims.length < 2 || !floats.has(format) ||
    // With a matrix for the output, that of the input is only looked up.
    (name === "token_embd.weight" && tensors.has("output.weight"))
  );
}

/**
 * Reads an adapter's header and checks that it fits its base.
 *
 * @param path Path of the adapter.
 * @param base What the base's header says.
 * @throws {ModelLoadError} when it is missing, garbage, truncated, no adapter, or for another base.
 */
export async function checkAdapter(path: string, base: ModelFacts): Promise<GgufHeader> {
  const header = await readGgufHeader(path);
  if (!isAdapter(header)) {
    throw new ModelLoadError(`Cannot load the adapter "${path}": it is not a GGUF LoRA adapter`);
  }
  checkComplete(header);
  const why = misfit(header, base);
  if (why === undefined) return header;
  throw new ModelLoadError(
    `Cannot load the adapter "${path}": ${why}; use the adapter with the base that it was trained on`,
  );
}

/** Why an adapter does not fit a base; nothing when it does. */
function misfit(adapter: GgufHeader, base: ModelFacts): string | undefined {
  const architecture = adapter.metadata.get("general.architecture");
  if (architecture !== base.architecture) {
    return `it is for "${architecture}" models, base "${base.name}" is "${base.architecture}"`;
  }
  let pairs = 0;
  for (const [name, a] of adapter.tensors) {
    if (!name.endsWith(".lora_a")) continue;
    const target = name.slice(0, -".lora_a".length);
    const b = adapter.tensors.get(`${target}.lora_b`);
    if (b === undefined) return `its tensor "${name}" has no "lora_b"; it is damaged`;
    const rank = a.dims[1] ?? 0;
    const weights = base.tensors.get(target);
    if (weights === undefined) {
      return `it changes "${target}", which base "${base.name}" does not have`;
    }
    const fits = target === "token_embd.weight" ||
      (a.dims[0] === weights.dims[0] && b.dims[1] === weights.dims[1] && b.dims[0] === rank);
    if (!fits) {
      return `its rank-${rank} tensors do not fit base "${base.name}" (d = ${base.width})`;
    }
    pairs++;
  }
  return pairs === 0 ? "it changes no tensor of the base" : undefined;
}
