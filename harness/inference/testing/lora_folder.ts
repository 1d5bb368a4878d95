/**
 * LoRA adapters as mlx-lm and PEFT save them, for tests.
 *
 * @module
 */

/** A tensor to save: shape and numbers, row by row. */
export type Saved = [shape: number[], values: Float32Array<ArrayBuffer>];

/** A safetensors file with 32-bit numbers. */
export function encodeSafetensors(tensors: Record<string, Saved>): Uint8Array<ArrayBuffer> {
  let at = 0;
  const header = JSON.stringify(Object.fromEntries(
    Object.entries(tensors).map(([name, [shape, { byteLength }]]) => [
      name,
      { dtype: "F32", shape, data_offsets: [at, at += byteLength] },
    ]),
  ));
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let offset = 8 + text.length;
  for (const [, values] of Object.values(tensors)) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return bytes;
}

/** Writes a folder as mlx-lm or PEFT would. */
export async function writeLoraFolder(
  folder: string,
  { config, file, tensors }: {
    config: unknown;
    file: string;
    tensors: Record<string, Saved>;
  },
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/adapter_config.json`, JSON.stringify(config));
  await Deno.writeFile(`${folder}/${file}`, encodeSafetensors(tensors));
}
