// Runs llama.cpp on tiny models that are written here; it needs the installed npm packages and
// permission to start deno, nothing else.

import { equal, notEqual, ok, rejects } from "node:assert/strict";
import { ModelLoadError } from "../backend.ts";
import { convertAdapter } from "../convert_adapter.ts";
import { encodeGguf, type MetadataValue, packTensor, type Tensor } from "../gguf_writer.ts";
import { openLlama } from "../llama.ts";
import { readLora } from "../lora_source.ts";
import { checkAdapter, checkModel } from "../model_check.ts";
import { type Saved, writeLoraFolder } from "../testing/lora_folder.ts";
import { gaussian, tinyModel, tinyModelTensors } from "../testing/tiny_model.ts";

const WIDTH = 64;
const HEADS = 2;
const RANK = 4;
const SCALE = 1.5;
const MODULES = {
  "self_attn.q_proj": ["attn_q", WIDTH, WIDTH],
  "self_attn.k_proj": ["attn_k", WIDTH, WIDTH],
  "self_attn.v_proj": ["attn_v", WIDTH, WIDTH],
  "self_attn.o_proj": ["attn_output", WIDTH, WIDTH],
  "mlp.gate_proj": ["ffn_gate", WIDTH, 2 * WIDTH],
  "mlp.down_proj": ["ffn_down", 2 * WIDTH, WIDTH],
} as const;

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const base = `${folder}/base.gguf`;
await Deno.writeFile(base, tinyModel({ format: 0 }));

interface Change {
  module: string;
  tensor: string;
  input: number;
  output: number;
  a: Float32Array<ArrayBuffer>;
  b: Float32Array<ArrayBuffer>;
}

const random = gaussian(11);
const noise = (size: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: size }, () => random() * 0.25);
const CHANGES: Change[] = [0, 1].flatMap((layer) =>
  Object.entries(MODULES).map(([module, [tensor, input, output]]) => ({
    module: `layers.${layer}.${module}`,
    tensor: `blk.${layer}.${tensor}.weight`,
    input,
    output,
    a: noise(RANK * input),
    b: noise(output * RANK),
  }))
);

function transpose(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    values,
    (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] ?? 0,
  );
}

async function mlx(name: string, more: Record<string, Saved> = {}): Promise<string> {
  await writeLoraFolder(`${folder}/${name}`, {
    config: { fine_tune_type: "lora", lora_parameters: { rank: RANK, scale: SCALE } },
    file: "adapters.safetensors",
    tensors: {
      ...Object.fromEntries(CHANGES.flatMap(({ module, input, output, a, b }) => [
        [`model.${module}.lora_a`, [[input, RANK], transpose(a, RANK, input)]],
        [`model.${module}.lora_b`, [[RANK, output], transpose(b, output, RANK)]],
      ])),
      ...more,
    },
  });
  return `${folder}/${name}`;
}

async function peft(name: string, config: Record<string, unknown> = {}): Promise<string> {
  await writeLoraFolder(`${folder}/${name}`, {
    config: { peft_type: "LORA", r: RANK, lora_alpha: SCALE * RANK, bias: "none", ...config },
    file: "adapter_model.safetensors",
    tensors: Object.fromEntries(CHANGES.flatMap(({ module, input, output, a, b }) => [
      [`base_model.model.model.${module}.lora_A.weight`, [[RANK, input], a]],
      [`base_model.model.model.${module}.lora_B.weight`, [[output, RANK], b]],
    ])),
  });
  return `${folder}/${name}`;
}

/** Row of the training tools' matrix that GGUF has at a row: head, pair, half instead of head, half, pair. */
function trainedRow(tensor: string, row: number): number {
  if (!/attn_[qk]\.weight$/.test(tensor)) return row;
  const size = WIDTH / HEADS;
  const [head, pair, half] = [Math.floor(row / size), Math.floor(row % size / 2), row % 2];
  return head * size + half * size / 2 + pair;
}

/** The base with the changes added to its weights. */
function merged(permuted: boolean): Uint8Array<ArrayBuffer> {
  const { metadata, tensors } = tinyModelTensors({ format: 0 });
  return encodeGguf(
    metadata as Record<string, MetadataValue>,
    tensors.map((tensor: Tensor): Tensor => {
      const change = CHANGES.find(({ tensor: name }) => name === tensor.name);
      if (change === undefined) return tensor;
      const values = new Float32Array(tensor.data.slice().buffer);
      for (let row = 0; row < change.output; row++) {
        const from = permuted ? trainedRow(tensor.name, row) : row;
        for (let column = 0; column < change.input; column++) {
          let sum = 0;
          for (let r = 0; r < RANK; r++) {
            sum += (change.b[from * RANK + r] ?? 0) * (change.a[r * change.input + column] ?? 0);
          }
          values[row * change.input + column] = (values[row * change.input + column] ?? 0) +
            SCALE * sum;
        }
      }
      return { ...tensor, data: packTensor(values, 0) };
    }),
  );
}

/** Probabilities of pairs of letters after some prompts, which hang on all weights. */
async function odds(model: { path: string; adapter?: { path: string } }): Promise<number[]> {
  await using inference = await openLlama({
    gpu: false,
    threads: 1,
    contextSize: 256,
    kvType: "F32",
    lanes: 1,
    models: { gateway: model },
  });
  const found: number[] = [];
  for (const content of ["Reset bob", "List the groups of alice", "x"]) {
    for (const labels of [["A", "B"], ["c", "7"], [" ", "z"]] as const) {
      const { choiceProbability } = await inference.generate("gateway", {
        messages: [{ role: "user", content }],
        maxTokens: 1,
        choice: { prefix: "D:", labels },
      });
      found.push(choiceProbability ?? NaN);
    }
  }
  return found;
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN))));

async function converted(source: string): Promise<string> {
  const facts = await checkModel(base);
  const path = `${source}.gguf`;
  await Deno.writeFile(path, convertAdapter(await readLora(source), facts));
  await checkAdapter(path, facts);
  return path;
}

Deno.test("convertAdapter() makes of both formats an adapter that answers as merged weights do", async () => {
  await Deno.writeFile(`${folder}/merged.gguf`, merged(true));
  await Deno.writeFile(`${folder}/unpermuted.gguf`, merged(false));
  const [fromMlx, fromPeft] = [await converted(await mlx("mlx")), await converted(await peft("p"))];
  equal(
    (await Deno.readFile(fromMlx)).toHex() === (await Deno.readFile(fromPeft)).toHex(),
    true,
    "both formats hold the same numbers",
  );
  const expected = await odds({ path: `${folder}/merged.gguf` });
  const found = await odds({ path: base, adapter: { path: fromMlx } });
  ok(distance(found, expected) < 1e-4, `differs by ${distance(found, expected)}`);
  // The comparison can tell an adapter from none, and the row order from another.
  ok(distance(await odds({ path: base }), expected) > 1e-2);
  ok(distance(await odds({ path: `${folder}/unpermuted.gguf` }), expected) > 1e-3);
});

Deno.test("convertAdapter() scales as PEFT does with and without rank stabilisation", async () => {
  const facts = await checkModel(base);
  const plain = convertAdapter(await readLora(await peft("plain")), facts);
  const stable = convertAdapter(await readLora(await peft("stable", { use_rslora: true })), facts);
  await Deno.writeFile(`${folder}/stable.gguf`, stable);
  const { metadata } = await checkAdapter(`${folder}/stable.gguf`, facts);
  equal(metadata.get("adapter.lora.alpha"), SCALE * RANK * Math.sqrt(RANK));
  notEqual(plain.toHex(), stable.toHex());
});

Deno.test("readLora() and convertAdapter() say why an adapter cannot be converted", async () => {
  const facts = await checkModel(base);
  const vector: Saved = [[4], new Float32Array(4)];
  const wrong: Saved = [[RANK, 6], new Float32Array(RANK * 6)];
  const other = (tensors: Record<string, Saved>): Promise<string> =>
    mlx(crypto.randomUUID(), tensors);
  const halves = (module: string, input: number, output: number): Record<string, Saved> => ({
    [`model.${module}.lora_a`]: [[input, RANK], new Float32Array(input * RANK)],
    [`model.${module}.lora_b`]: [[RANK, output], new Float32Array(output * RANK)],
  });
  const q = "layers.0.self_attn.q_proj";
  const cases: [string, RegExp][] = [
    [`${folder}/nowhere`, /adapter_config\.json": there is no such file; name the folder/],
    [await peft("dora", { use_dora: true }), /it is a DoRA; merge it/],
    [await peft("saved", { modules_to_save: ["lm_head"] }), /replaces whole modules/],
    [await peft("rank", { r: 8 }), /matrices of rank 4 and 4, the configuration says 8/],
    [
      await other({ "model.norm.weight": vector }),
      /"model\.norm\.weight" is no part of a mlx LoRA/,
    ],
    [await other({ [`model.${q}.lora_a`]: wrong }), /rank 6 and 4/],
    [
      await other({ "model.layers.9.mlp.up_proj.lora_a": [[WIDTH, RANK], noise(WIDTH * RANK)] }),
      /only one of its two/,
    ],
    [
      await other(halves("layers.9.mlp.up_proj", WIDTH, 128)),
      /base "tiny" has no "blk\.9\.ffn_up\.weight"/,
    ],
    [await other(halves("embed_tokens", WIDTH, 128)), /"embed_tokens", which has no counterpart/],
    [await other(halves(q, 32, 32)), /of 32 × 32, which the base has of 64 × 64/],
  ];
  for (const [path, message] of cases) {
    await rejects(async () => convertAdapter(await readLora(path), facts), (error) => {
      ok(error instanceof ModelLoadError);
      ok(message.test(error.message), error.message);
      return true;
    });
  }
  await rejects(
    async () => convertAdapter(await readLora(await mlx("q")), { ...facts, architecture: "phi3" }),
    /row order of "phi3" is not known here/,
  );
  const cut = await peft("cut");
  const file = `${cut}/adapter_model.safetensors`;
  await Deno.writeFile(file, (await Deno.readFile(file)).slice(0, -64));
  await rejects(readLora(cut), /truncated; fetch it again/);
  await Deno.writeTextFile(file, "garbage in, error out");
  await rejects(readLora(cut), /does not start with a safetensors header/);
});
