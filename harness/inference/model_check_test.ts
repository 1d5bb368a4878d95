import { deepEqual, equal, rejects } from "node:assert/strict";
import { ModelLoadError } from "./backend.ts";
import { readGgufHeader } from "./gguf.ts";
import { barredTexts, checkAdapter, checkModel, isQuantised } from "./model_check.ts";
import { CONTROL_TOKENS, tinyAdapter, tinyModel, tinyModelParts } from "./testing/tiny_model.ts";

async function withFolder(check: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await check(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const says = (pattern: RegExp) => (error: unknown): boolean =>
  error instanceof ModelLoadError && pattern.test(error.message);

Deno.test("checkModel() reads what inference needs", () =>
  withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/m.gguf`, tinyModel({ context: 512, name: "nano" }));
    const facts = await checkModel(`${folder}/m.gguf`);
    equal(facts.name, "nano");
    equal(facts.contextLength, 512);
    equal(facts.headSize, 32);
    equal(facts.cacheWidth, 2 * 2 * 64);
    equal(facts.bosToken, "<|begin_of_text|>");
    equal(facts.eosToken, "<|eot_id|>");
  }));

Deno.test("checkModel() notices tensor data that ends early, by a few bytes too", () =>
  withFolder(async (folder) => {
    const whole = tinyModel();
    for (const missing of [32, 1000, 100_000]) {
      await Deno.writeFile(`${folder}/m.gguf`, whole.subarray(0, whole.length - missing));
      await rejects(checkModel(`${folder}/m.gguf`), says(/m\.gguf": tensor ".+truncated/));
    }
  }));

Deno.test("checkModel() refuses an adapter and a model without a chat template", () =>
  withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/a.gguf`, tinyAdapter());
    await rejects(checkModel(`${folder}/a.gguf`), says(/it is an adapter; name its base/));
    await Deno.writeFile(`${folder}/m.gguf`, tinyModel({ chatTemplate: null }));
    await rejects(checkModel(`${folder}/m.gguf`), says(/no chat template/));
  }));

Deno.test("checkAdapter() tells a fitting adapter from one for another base", () =>
  withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/m.gguf`, tinyModel({ name: "nano" }));
    const base = await checkModel(`${folder}/m.gguf`);
    const check = async (bytes: Uint8Array): Promise<unknown> => {
      await Deno.writeFile(`${folder}/a.gguf`, bytes);
      return await checkAdapter(`${folder}/a.gguf`, base);
    };
    await check(tinyAdapter());
    await rejects(
      check(tinyAdapter({ width: 128, rank: 16 })),
      says(/its rank-16 tensors do not fit base "nano" \(d = 64\); use/),
    );
    await rejects(check(tinyAdapter({ architecture: "qwen3" })), says(/for "qwen3" models/));
    await rejects(check(tinyAdapter({ layers: 5 })), says(/"blk\.2\.attn_q\.weight", which base/));
    await rejects(check(tinyModel()), says(/not a GGUF LoRA adapter/));
    const whole = tinyAdapter();
    await rejects(check(whole.subarray(0, whole.length - 1)), says(/truncated/));
    await rejects(checkAdapter(`${folder}/none.gguf`, base), says(/there is no such file/));
  }));

Deno.test("barredTexts() holds control tokens and marks that the template writes itself", () =>
  withFolder(async (folder) => {
    const chatTemplate = "{{ messages[0].content }}<tool_call>";
    const bytes = tinyModel({ words: ["<tool_call>", "DECISION"], chatTemplate });
    await Deno.writeFile(`${folder}/m.gguf`, bytes);
    const barred = barredTexts(await checkModel(`${folder}/m.gguf`));
    deepEqual(barred, ["<tool_call>", ...CONTROL_TOKENS]);
  }));

Deno.test("checkModel() reads a model that is cut into files, and misses none of them", () =>
  withFolder(async (folder) => {
    const parts = tinyModelParts(3);
    const name = (part: number): string => `${folder}/m-0000${part}-of-00003.gguf`;
    for (const [i, bytes] of parts.entries()) await Deno.writeFile(name(i + 1), bytes);
    const facts = await checkModel(name(1));
    deepEqual(facts.files, [1, 2, 3].map(name));
    equal(facts.bytes, parts.reduce((sum, { length }) => sum + length, 0));
    await Deno.writeFile(`${folder}/whole.gguf`, tinyModel());
    const whole = await checkModel(`${folder}/whole.gguf`);
    deepEqual([...facts.tensors.keys()], [...whole.tensors.keys()]);
    await Deno.writeFile(`${folder}/a.gguf`, tinyAdapter());
    await checkAdapter(`${folder}/a.gguf`, facts);
    await Deno.copyFile(name(1), `${folder}/renamed.gguf`);
    await rejects(
      checkModel(`${folder}/renamed.gguf`),
      says(/one of 3 files of a model; name the first, which ends in "-00001-of-00003\.gguf"/),
    );
    await Deno.writeFile(name(3), (parts[2] ?? new Uint8Array()).subarray(0, 2000));
    await rejects(checkModel(name(1)), says(/m-00003-of-00003\.gguf": tensor .+truncated/));
    await Deno.remove(name(2));
    await rejects(checkModel(name(1)), says(/m-00002-of-00003\.gguf": there is no such file/));
  }));

Deno.test("isQuantised() looks at the matrices that are multiplied", () =>
  withFolder(async (folder) => {
    const check = async (bytes: Uint8Array): Promise<boolean> => {
      await Deno.writeFile(`${folder}/x.gguf`, bytes);
      return isQuantised((await readGgufHeader(`${folder}/x.gguf`)).tensors);
    };
    equal(await check(tinyModel()), true);
    equal(await check(tinyModel({ format: 0 })), false);
    equal(await check(tinyAdapter()), false);
    equal(await check(tinyAdapter({ rank: 32, format: 8 })), true);
    const floats = { dims: [64, 300], format: 1, offset: 0 };
    equal(isQuantised(new Map([["token_embd.weight", floats]])), false);
    const output = { ...floats, format: 8 };
    equal(isQuantised(new Map([["token_embd.weight", floats], ["output.weight", output]])), true);
  }));
