/**
 * Turns a LoRA adapter into GGUF for one base: the names of GGUF, and the order in which its
 * attention rows lie. It does not own how adapters are read; see `lora_source.ts`.
 *
 * @module
 */

import { ModelLoadError } from "./backend.ts";
import { encodeGguf, packTensor, type Tensor, TensorFormat } from "./gguf_writer.ts";
import type { LoraSource, Matrix } from "./lora_source.ts";
import type { ModelFacts } from "./model_check.ts";

/** Architectures by whether their GGUF files reorder the rows of queries and keys. */
const PERMUTED: Readonly<Record<string, boolean>> = { llama: true, qwen2: false, qwen3: false };

/** Names of a layer's tensors in GGUF by module. */
const TENSORS: Readonly<Record<string, string>> = {
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};

/**
 * Converts an adapter.
 *
 * @param source The adapter.
 * @param base What the header of its base says.
 * @returns The GGUF file, with 32-bit numbers.
 * @throws {ModelLoadError} when it changes modules that the base does not have, their shapes
 * differ, or the base's architecture is unknown here.
 */
export function convertAdapter(source: LoraSource, base: ModelFacts): Uint8Array<ArrayBuffer> {
  const { architecture } = base;
  const permuted = PERMUTED[architecture];
  if (permuted === undefined) {
    throw new ModelLoadError(
      `Cannot convert for base "${base.name}": the row order of "${architecture}" is not known ` +
        `here; known are ${Object.keys(PERMUTED).join(", ")}`,
    );
  }
  const tensors: Tensor[] = [];
  let alpha = 0;
  for (const [module, { a, b, scale }] of source.pairs) {
    const name = tensorName(module, base);
    checkShape(module, { a, b }, base.tensors.get(name)?.dims ?? []);
    const heads = permuted ? headsOf(name, base) : undefined;
    // llama.cpp multiplies by alpha / rank.
    alpha = scale * a.rows;
    tensors.push(tensor(`${name}.lora_a`, a));
    tensors.push(tensor(`${name}.lora_b`, heads === undefined ? b : interleaved(b, heads)));
  }
  return encodeGguf({
    "general.architecture": { type: "str", value: architecture },
    "general.type": { type: "str", value: "adapter" },
    "adapter.type": { type: "str", value: "lora" },
    "adapter.lora.alpha": { type: "f32", value: alpha },
  }, tensors);
}

function tensor(name: string, { rows, columns, values }: Matrix): Tensor {
  const format = TensorFormat.F32;
  return { name, dims: [columns, rows], format, data: packTensor(values, format) };
}

function tensorName(module: string, base: ModelFacts): string {
  const [, layer, part] = /^layers\.(\d+)\.(.+)$/.exec(module) ?? [];
  const known = part !== undefined && Object.hasOwn(TENSORS, part) ? TENSORS[part] : undefined;
  const name = known === undefined ? "output.weight" : `blk.${layer}.${known}.weight`;
  if (known === undefined && module !== "lm_head") {
    throw new ModelLoadError(
      `Cannot convert the adapter: it changes "${module}", which has no counterpart that llama.cpp ` +
        "adapts; merge the adapter into its base instead",
    );
  }
  if (base.tensors.has(name)) return name;
  throw new ModelLoadError(
    `Cannot convert the adapter: it changes "${module}", but base "${base.name}" has no ` +
      `"${name}"; use the base that it was trained on`,
  );
}

function checkShape(
  module: string,
  { a, b }: { a: Matrix; b: Matrix },
  [columns, rows]: readonly number[],
): void {
  if (a.columns === columns && b.rows === rows) return;
  throw new ModelLoadError(
    `Cannot convert the adapter: it changes "${module}" of ${b.rows} × ${a.columns}, which the ` +
      `base has of ${rows} × ${columns}; use the base that it was trained on`,
  );
}

/** Number of heads whose rows lie in another order; none for other tensors. */
function headsOf(name: string, base: ModelFacts): number | undefined {
  const part = /\.attn_([qk])\.weight$/.exec(name)?.[1];
  if (part === undefined) return undefined;
  const { metadata } = base.header;
  const heads = metadata.get(`${base.architecture}.attention.head_count`);
  const keyHeads = metadata.get(`${base.architecture}.attention.head_count_kv`) ?? heads;
  const count = part === "q" ? heads : keyHeads;
  const rows = base.tensors.get(name)?.dims[1] ?? 0;
  if (typeof count === "number" && count > 0 && rows % (2 * count) === 0) return count;
  throw new ModelLoadError(
    `Cannot convert for base "${base.name}": its header does not say one number of heads for "${name}"`,
  );
}

/**
 * Rows as GGUF files of Llama models have them: rotary pairs lie side by side, where the training
 * tools keep the first and the second halves of a head together (`LlamaModel.permute` in
 * llama.cpp's convert_hf_to_gguf.py).
 */
function interleaved({ rows, columns, values }: Matrix, heads: number): Matrix {
  const half = rows / heads / 2;
  const out = new Float32Array(values.length);
  for (let to = 0; to < rows; to++) {
    const inHead = to % (2 * half);
    const from = to - inHead + (inHead % 2) * half + Math.floor(inHead / 2);
    out.set(values.subarray(from * columns, (from + 1) * columns), to * columns);
  }
  return { rows, columns, values: out };
}
