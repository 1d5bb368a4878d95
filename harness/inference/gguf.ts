/**
 * Reads the header of a GGUF file: metadata and tensor shapes, without the weights. It follows
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3. It does not own the
 * judgement whether files fit each other; see `model_check.ts`.
 *
 * @module
 */

import { ModelLoadError } from "./backend.ts";

/** Shape and place of one tensor. */
export interface GgufTensor {
  /** Size of each dimension; the first is the contiguous one. */
  dims: readonly number[];
  /** Number of the GGML format. */
  format: number;
  /** First byte, from the start of the tensor data. */
  offset: number;
}

/** The header of a GGUF file. */
export interface GgufHeader {
  /** Path of the file. */
  path: string;
  /** Size of the file in bytes. */
  fileSize: number;
  /** Scalar metadata by key. */
  metadata: ReadonlyMap<string, string | number | boolean>;
  /** Tokens that are not plain text, with their type: 2 unknown, 3 control, 4 user-defined. */
  specialTokens: readonly { id: number; text: string; type: number }[];
  /** Shapes by tensor name. */
  tensors: ReadonlyMap<string, GgufTensor>;
  /** Where tensor data starts, in bytes. */
  dataOffset: number;
}

/** The bytes that were read end before the header does. */
class Exhausted extends Error {}

/** The bytes are not what a header holds. */
class Malformed extends Error {}

const SCALAR_SIZES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const STRING = 8;
const ARRAY = 9;
const MOST_ITEMS = 1 << 24;

class Cursor {
  #at = 0;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #decoder = new TextDecoder();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get at(): number {
    return this.#at;
  }

  skip(size: number): number {
    if (!Number.isSafeInteger(size) || size < 0) throw new Malformed("a length is out of range");
    const start = this.#at;
    if (start + size > this.#bytes.length) throw new Exhausted();
    this.#at += size;
    return start;
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  u64(): number {
    return Number(this.#view.getBigUint64(this.skip(8), true));
  }

  count(what: string): number {
    const count = this.u64();
    if (count > MOST_ITEMS) throw new Malformed(`it claims ${count} ${what}`);
    return count;
  }

  string(): string {
    const size = this.u64();
    const start = this.skip(size);
    return this.#decoder.decode(this.#bytes.subarray(start, start + size));
  }

  scalar(type: number): string | number | boolean {
    if (type === STRING) return this.string();
    const size = SCALAR_SIZES[type];
    if (size === undefined) throw new Malformed(`metadata type ${type} is unknown`);
    const start = this.skip(size);
    switch (type) {
      case 0:
        return this.#view.getUint8(start);
      case 1:
        return this.#view.getInt8(start);
      case 2:
        return this.#view.getUint16(start, true);
      case 3:
        return this.#view.getInt16(start, true);
      case 4:
        return this.#view.getUint32(start, true);
      case 5:
        return this.#view.getInt32(start, true);
      case 6:
        return this.#view.getFloat32(start, true);
      case 7:
        return this.#view.getUint8(start) !== 0;
      case 10:
        return Number(this.#view.getBigUint64(start, true));
      case 11:
        return Number(this.#view.getBigInt64(start, true));
      default:
        return this.#view.getFloat64(start, true);
    }
  }

  /** Steps over an array, keeping its items when `keep` is set. */
  array(keep: boolean): (string | number | boolean)[] {
    const type = this.u32();
    const length = this.count("items in an array");
    const size = SCALAR_SIZES[type];
    if (!keep && size !== undefined) {
      this.skip(size * length);
      return [];
    }
    const items: (string | number | boolean)[] = [];
    for (let i = 0; i < length; i++) {
      if (keep) items.push(this.scalar(type));
      else if (type === STRING) this.skip(this.u64());
      else throw new Malformed(`arrays of type ${type} are unknown`);
    }
    return items;
  }
}

function parseTensors(cursor: Cursor, count: number): Map<string, GgufTensor> {
  const tensors = new Map<string, GgufTensor>();
  for (let i = 0; i < count; i++) {
    const name = cursor.string();
    const rank = cursor.u32();
    if (rank > 8) throw new Malformed(`tensor "${name}" claims ${rank} dimensions`);
    const dims = Array.from({ length: rank }, () => cursor.u64());
    tensors.set(name, { dims, format: cursor.u32(), offset: cursor.u64() });
  }
  return tensors;
}

function parse(bytes: Uint8Array, file: { path: string; fileSize: number }): GgufHeader {
  const cursor = new Cursor(bytes);
  if (cursor.u32() !== 0x46554747) throw new Malformed("it does not start with GGUF");
  const version = cursor.u32();
  if (version !== 2 && version !== 3) throw new Malformed(`GGUF version ${version} is unknown`);
  const tensorCount = cursor.count("tensors");
  const metadataCount = cursor.count("metadata entries");
  const metadata = new Map<string, string | number | boolean>();
  let tokens: (string | number | boolean)[] = [];
  let types: (string | number | boolean)[] = [];
  for (let i = 0; i < metadataCount; i++) {
    const key = cursor.string();
    const type = cursor.u32();
    if (type !== ARRAY) metadata.set(key, cursor.scalar(type));
    else if (key === "tokenizer.ggml.tokens") tokens = cursor.array(true);
    else if (key === "tokenizer.ggml.token_type") types = cursor.array(true);
    else cursor.array(false);
  }
  const tensors = parseTensors(cursor, tensorCount);
  const alignment = Number(metadata.get("general.alignment") ?? 32);
  const specialTokens = types.flatMap((type, id) =>
    type === 2 || type === 3 || type === 4
      ? [{ id, text: String(tokens[id] ?? ""), type: Number(type) }]
      : []
  );
  const dataOffset = Math.ceil(cursor.at / alignment) * alignment;
  return { ...file, metadata, specialTokens, tensors, dataOffset };
}

async function readStart(file: Deno.FsFile, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  await file.seek(0, Deno.SeekMode.Start);
  while (filled < size) {
    const read = await file.read(bytes.subarray(filled));
    if (read === null) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

/**
 * Reads the header of a GGUF file.
 *
 * @param path Path of the file.
 * @throws {ModelLoadError} when the file is missing, is not GGUF, or ends inside its header.
 */
export async function readGgufHeader(path: string): Promise<GgufHeader> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const why = cause instanceof Deno.errors.NotFound ? "there is no such file" : String(cause);
    throw new ModelLoadError(`Cannot load "${path}": ${why}; check the path`, { cause });
  }
  using _closed = file;
  const { size: fileSize, isFile } = await file.stat();
  if (!isFile) {
    throw new ModelLoadError(`Cannot load "${path}": it is not a file; name a GGUF file`);
  }
  for (let size = 1 << 20;; size *= 4) {
    const bytes = await readStart(file, Math.min(size, fileSize));
    try {
      return parse(bytes, { path, fileSize });
    } catch (cause) {
      if (cause instanceof Exhausted && bytes.length < fileSize) continue;
      const why = cause instanceof Exhausted
        ? `the file ends inside its header after ${fileSize} bytes; it is truncated, fetch it again`
        : `${(cause as Error).message}; name a GGUF model file`;
      throw new ModelLoadError(`Cannot load "${path}": ${why}`, { cause });
    }
  }
}
