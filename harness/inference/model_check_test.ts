import { deepEqual, equal, rejects } from "node:assert/strict";
import { ModelLoadError } from "./backend.ts";
import { barredTexts, checkAdapter, checkModel } from "./model_check.ts";
import { CONTROL_TOKENS, tinyAdapter, tinyModel } from "./testing/tiny_model.ts";

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
