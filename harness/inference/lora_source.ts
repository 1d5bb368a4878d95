/**
 * Reads LoRA adapters as the training tools save them, a folder with `adapter_config.json` and
 * safetensors: mlx-lm's (`lora_a` in × rank, `lora_b` rank × out, a `scale`) and PEFT's
 * (`lora_A` rank × in, `lora_B` out × rank, `lora_alpha`). Both come out alike. It does not own the
 * names and row order of GGUF; see `convert_adapter.ts`.
 *
 * @module
 */

import { z } from "zod";
import { ModelLoadError } from "./backend.ts";
import { decodeSafetensors, type SafeTensor } from "./safetensors.ts";

/** A matrix, row by row. */
export interface Matrix {
  /** Number of rows. */
  rows: number;
  /** Number of columns. */
  columns: number;
  /** The numbers. */
  values: Float32Array<ArrayBuffer>;
}

/** The change to one module's weights: `scale · b · a`. */
export interface LoraPair {
  /** rank × in. */
  a: Matrix;
  /** out × rank. */
  b: Matrix;
  /** Factor of the product. */
  scale: number;
}

/** An adapter. */
export interface LoraSource {
  /** Which tool's layout it has. */
  format: "mlx" | "peft";
  /** Changes by module, such as `layers.0.self_attn.q_proj` or `lm_head`. */
  pairs: ReadonlyMap<string, LoraPair>;
}

const positive = z.number().positive();
const MlxConfig = z.object({
  fine_tune_type: z.string().default("lora"),
  lora_parameters: z.object({ rank: z.int().positive(), scale: positive }),
});
const PeftConfig = z.object({
  peft_type: z.literal("LORA"),
  r: z.int().positive(),
  lora_alpha: positive,
  use_rslora: z.boolean().nullish(),
  use_dora: z.boolean().nullish(),
  fan_in_fan_out: z.boolean().nullish(),
  bias: z.string().nullish(),
  modules_to_save: z.array(z.string()).nullish(),
  rank_pattern: z.record(z.string(), z.unknown()).nullish(),
  alpha_pattern: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * Reads an adapter.
 *
 * @param folder Path of the folder.
 * @throws {ModelLoadError} when a file is missing or damaged, or the adapter is more than a LoRA.
 */
export async function readLora(folder: string): Promise<LoraSource> {
  const configPath = `${folder}/adapter_config.json`;
  let config: Record<string, unknown>;
  try {
    const text = new TextDecoder().decode(await read(configPath));
    config = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof ModelLoadError) throw cause;
    throw new ModelLoadError(`Cannot read "${configPath}": it is not a JSON object`, { cause });
  }
  const format = "peft_type" in config ? "peft" : "mlx";
  const path = `${folder}/${format === "peft" ? "adapter_model" : "adapters"}.safetensors`;
  const source = { folder, path, tensors: new Map<string, SafeTensor>() };
  const scale = format === "peft" ? peftScale(config, source) : mlxScale(config, source);
  source.tensors = decodeSafetensors(await read(path), path);
  return { format, pairs: pairsOf(source, { format, ...scale }) };
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new ModelLoadError(
      `Cannot read "${path}": there is no such file; name the folder that mlx-lm or PEFT saved`,
      { cause },
    );
  }
}

interface Source {
  folder: string;
  path: string;
  tensors: Map<string, SafeTensor>;
}

interface Scale {
  scale: number;
  rank: number;
}

function refuse(place: string, why: string): never {
  throw new ModelLoadError(`Cannot convert the adapter "${place}": ${why}`);
}

function malformed(folder: string, error: z.ZodError): never {
  const fields = error.issues.map(({ path, message }) => `"${path.join(".")}": ${message}`);
  refuse(folder, `its adapter_config.json is not as expected, ${fields.join("; ")}`);
}

function mlxScale(config: unknown, { folder }: Source): Scale {
  const { success, data, error } = MlxConfig.safeParse(config);
  if (!success) malformed(folder, error);
  if (data.fine_tune_type !== "lora") {
    refuse(folder, `it was trained as "${data.fine_tune_type}"; only LoRA can be converted`);
  }
  return data.lora_parameters;
}

function peftScale(config: unknown, { folder }: Source): Scale {
  const { success, data, error } = PeftConfig.safeParse(config);
  if (!success) malformed(folder, error);
  const more = [
    [data.use_dora, "it is a DoRA"],
    [data.fan_in_fan_out, "its weights are transposed (fan_in_fan_out)"],
    [data.bias !== undefined && data.bias !== null && data.bias !== "none", "it trains biases"],
    [(data.modules_to_save ?? []).length > 0, "it replaces whole modules (modules_to_save)"],
    [
      [data.rank_pattern, data.alpha_pattern].some((p) => Object.keys(p ?? {}).length > 0),
      "its rank or alpha differs by module",
    ],
  ] as const;
  const found = more.find(([holds]) => holds);
  if (found !== undefined) refuse(folder, `${found[1]}; merge it into its base instead`);
  const { r: rank, lora_alpha: alpha } = data;
  return { rank, scale: alpha / (data.use_rslora ? Math.sqrt(rank) : rank) };
}

const TENSOR = {
  mlx: /^(?:language_model\.)?(?:model\.)?(.+)\.lora_([ab])$/,
  peft: /^base_model\.model\.(?:model\.)?(.+)\.lora_([AB])(?:\.default)?\.weight$/,
} as const;

function pairsOf(
  { path, tensors }: Source,
  { format, scale, rank }: Scale & { format: LoraSource["format"] },
): Map<string, LoraPair> {
  const halves = new Map<string, { a?: Matrix; b?: Matrix }>();
  for (const [name, { shape, values }] of tensors) {
    const [, module, part] = TENSOR[format].exec(name) ?? [];
    const [rows, columns] = shape;
    if (module === undefined || part === undefined) {
      refuse(path, `its tensor "${name}" is no part of a ${format} LoRA`);
    }
    if (rows === undefined || columns === undefined || shape.length !== 2) {
      refuse(path, `its tensor "${name}" has ${shape.length} dimensions instead of 2`);
    }
    const matrix = { rows, columns, values };
    const half = halves.get(module) ?? {};
    half[part.toLowerCase() as "a" | "b"] = format === "mlx" ? transposed(matrix) : matrix;
    halves.set(module, half);
  }
  if (halves.size === 0) refuse(path, "it changes no module");
  return new Map([...halves].map(([module, { a, b }]) => {
    if (a === undefined || b === undefined) {
      refuse(path, `module "${module}" has only one of its two matrices; fetch it again`);
    }
    if (a.rows !== rank || b.columns !== rank) {
      refuse(
        path,
        `module "${module}" has matrices of rank ${a.rows} and ${b.columns}, the configuration ` +
          `says ${rank}`,
      );
    }
    return [module, { a, b, scale }];
  }));
}

function transposed({ rows, columns, values }: Matrix): Matrix {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[column * rows + row] = values[row * columns + column] ?? 0;
    }
  }
  return { rows: columns, columns: rows, values: out };
}
