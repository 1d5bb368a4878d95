/**
 * Reads files in the safetensors format, as https://github.com/huggingface/safetensors describes it:
 * a JSON header with the place of each tensor, then the numbers. It does not own what the tensors
 * mean; see `lora_source.ts`.
 *
 * @module
 */

import { z } from "zod";
import { ModelLoadError } from "./backend.ts";

/** One tensor, widened to 32 bits; the last dimension is the contiguous one. */
export interface SafeTensor {
  /** Size of each dimension. */
  shape: readonly number[];
  /** The numbers, row by row. */
  values: Float32Array<ArrayBuffer>;
}

const Entry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

const SIZES: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 };

/**
 * Decodes all tensors of a safetensors file.
 *
 * @param bytes The file.
 * @param path Its path, for errors.
 * @throws {ModelLoadError} when the bytes are no such file, end early, or hold other numbers than
 * F32, F16 and BF16.
 */
export function decodeSafetensors(bytes: Uint8Array, path: string): Map<string, SafeTensor> {
  const refuse = (why: string): never => {
    throw new ModelLoadError(`Cannot read "${path}": ${why}`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.length < 8 ? 0 : Number(view.getBigUint64(0, true));
  if (size === 0 || size > bytes.length - 8) {
    return refuse("it does not start with a safetensors header; fetch it again");
  }
  let header: Record<string, unknown>;
  try {
    header = z.record(z.string(), z.unknown()).parse(
      JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + size))),
    );
  } catch {
    return refuse("its header is not JSON; fetch it again");
  }
  const tensors = new Map<string, SafeTensor>();
  for (const [name, data] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const entry = Entry.safeParse(data).data ?? refuse(`tensor "${name}" has no sound entry`);
    const { dtype, shape, data_offsets: [from, to] } = entry;
    const width = SIZES[dtype] ??
      refuse(`tensor "${name}" holds ${dtype} numbers; save it as F32, F16 or BF16`);
    const count = shape.reduce((product, size) => product * size, 1);
    if (to - from !== count * width) refuse(`tensor "${name}" has not the size of its shape`);
    if (8 + size + to > bytes.length) refuse("it is truncated; fetch it again");
    const at = 8 + size + from;
    tensors.set(name, { shape, values: widen(view, { dtype, at, count }) });
  }
  return tensors;
}

function widen(
  view: DataView,
  { dtype, at, count }: { dtype: string; at: number; count: number },
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count);
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < count; i++) {
    if (dtype === "F32") values[i] = view.getFloat32(at + i * 4, true);
    else if (dtype === "F16") values[i] = view.getFloat16(at + i * 2, true);
    else words[i] = view.getUint16(at + i * 2, true) << 16;
  }
  return values;
}
