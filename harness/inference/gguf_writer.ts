/**
 * Writes GGUF version 3 files: the format of
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, as far as adapters and the tiny models
 * of the tests need it.
 *
 * @module
 */

/** A metadata value with its GGUF type. */
export type MetadataValue =
  | { type: "u16" | "u32" | "i32" | "f32"; value: number }
  | { type: "bool"; value: boolean }
  | { type: "str"; value: string }
  | { type: "str[]"; value: readonly string[] }
  | { type: "i32[]"; value: readonly number[] };

/** Numeric formats that are written, by their GGML number. */
export const TensorFormat = { F32: 0, Q8_0: 8 } as const;

/** A tensor; `dims[0]` is the contiguous dimension. */
export interface Tensor {
  /** Name as llama.cpp expects it. */
  name: string;
  /** Size of each dimension. */
  dims: readonly number[];
  /** Number of the format, see {@linkcode TensorFormat}. */
  format: number;
  /** The packed numbers. */
  data: Uint8Array;
}

const ALIGNMENT = 32;
const encoder = new TextEncoder();

class Writer {
  #parts: Uint8Array[] = [];
  #length = 0;

  bytes(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  number(size: number, write: (view: DataView) => void): void {
    const view = new DataView(new ArrayBuffer(size));
    write(view);
    this.bytes(new Uint8Array(view.buffer));
  }

  u32(value: number): void {
    this.number(4, (view) => view.setUint32(0, value, true));
  }

  u64(value: number): void {
    this.number(8, (view) => view.setBigUint64(0, BigInt(value), true));
  }

  string(value: string): void {
    const bytes = encoder.encode(value);
    this.u64(bytes.length);
    this.bytes(bytes);
  }

  align(): void {
    this.bytes(new Uint8Array((ALIGNMENT - this.#length % ALIGNMENT) % ALIGNMENT));
  }

  finish(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }
}

function writeValue(writer: Writer, item: MetadataValue): void {
  switch (item.type) {
    case "u16":
      writer.u32(2);
      writer.number(2, (view) => view.setUint16(0, item.value, true));
      break;
    case "i32":
      writer.u32(5);
      writer.number(4, (view) => view.setInt32(0, item.value, true));
      break;
    case "u32":
      writer.u32(4);
      writer.u32(item.value);
      break;
    case "f32":
      writer.u32(6);
      writer.number(4, (view) => view.setFloat32(0, item.value, true));
      break;
    case "bool":
      writer.u32(7);
      writer.bytes(Uint8Array.of(item.value ? 1 : 0));
      break;
    case "str":
      writer.u32(8);
      writer.string(item.value);
      break;
    case "str[]":
      writer.u32(9);
      writer.u32(8);
      writer.u64(item.value.length);
      for (const value of item.value) writer.string(value);
      break;
    case "i32[]":
      writer.u32(9);
      writer.u32(5);
      writer.u64(item.value.length);
      for (const value of item.value) writer.number(4, (view) => view.setInt32(0, value, true));
      break;
  }
}

/**
 * Encodes a GGUF file.
 *
 * @param metadata Metadata by key.
 * @param tensors Tensors in file order.
 */
export function encodeGguf(
  metadata: Record<string, MetadataValue>,
  tensors: readonly Tensor[],
): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.bytes(encoder.encode("GGUF"));
  writer.u32(3);
  writer.u64(tensors.length);
  writer.u64(Object.keys(metadata).length);
  for (const [key, item] of Object.entries(metadata)) {
    writer.string(key);
    writeValue(writer, item);
  }
  let offset = 0;
  for (const tensor of tensors) {
    writer.string(tensor.name);
    writer.u32(tensor.dims.length);
    for (const size of tensor.dims) writer.u64(size);
    writer.u32(tensor.format);
    writer.u64(offset);
    offset += Math.ceil(tensor.data.length / ALIGNMENT) * ALIGNMENT;
  }
  writer.align();
  for (const tensor of tensors) {
    writer.bytes(tensor.data);
    writer.align();
  }
  return writer.finish();
}

/**
 * Packs numbers in a format.
 *
 * @param values The numbers; a multiple of 32 for Q8_0.
 * @param format Number of the format.
 */
export function packTensor(values: Float32Array<ArrayBuffer>, format: number): Uint8Array {
  if (format === TensorFormat.F32) return new Uint8Array(values.slice().buffer);
  const blocks = values.length / 32;
  const view = new DataView(new ArrayBuffer(blocks * 34));
  for (let block = 0; block < blocks; block++) {
    const part = values.subarray(block * 32, block * 32 + 32);
    const scale = part.reduce((max, value) => Math.max(max, Math.abs(value)), 0) / 127;
    view.setFloat16(block * 34, scale, true);
    part.forEach((value, i) =>
      view.setInt8(block * 34 + 2 + i, scale === 0 ? 0 : Math.round(value / scale))
    );
  }
  return new Uint8Array(view.buffer);
}
