import { deepEqual, equal, rejects } from "node:assert/strict";
import { ModelLoadError } from "./backend.ts";
import { readGgufHeader } from "./gguf.ts";
import { CONTROL_TOKENS, tinyModel } from "./testing/tiny_model.ts";

async function withFile(bytes: Uint8Array, check: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/model.gguf`, bytes);
    await check(`${folder}/model.gguf`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const says = (pattern: RegExp) => (error: unknown): boolean =>
  error instanceof ModelLoadError && pattern.test(error.message);

Deno.test("readGgufHeader() reads metadata, special tokens and shapes", async () => {
  const bytes = tinyModel({ width: 96, heads: 3, words: ["<tool_call>"] });
  await withFile(bytes, async (path) => {
    const header = await readGgufHeader(path);
    equal(header.metadata.get("general.architecture"), "llama");
    equal(header.metadata.get("llama.embedding_length"), 96);
    equal(header.metadata.get("tokenizer.ggml.add_bos_token"), false);
    deepEqual(header.tensors.get("blk.1.ffn_down.weight")?.dims, [192, 96]);
    deepEqual(header.specialTokens.map(({ text }) => text), ["<tool_call>", ...CONTROL_TOKENS]);
    deepEqual(header.specialTokens[0], { id: 256, text: "<tool_call>", type: 4 });
    equal(header.fileSize, bytes.length);
  });
});

Deno.test("readGgufHeader() reads a header that is longer than its first read", async () => {
  const chatTemplate = "x".repeat(1_500_000);
  await withFile(tinyModel({ chatTemplate }), async (path) => {
    const header = await readGgufHeader(path);
    equal(header.metadata.get("tokenizer.chat_template"), chatTemplate);
    equal(header.tensors.has("output.weight"), true);
  });
});

Deno.test("readGgufHeader() names a file that is missing, and a folder", async () => {
  const folder = await Deno.makeTempDir();
  await rejects(readGgufHeader(`${folder}/x.gguf`), says(/\/x\.gguf": there is no such/));
  await rejects(readGgufHeader(folder), says(/it is not a file/));
  await Deno.remove(folder);
});

Deno.test("readGgufHeader() refuses every cut of a header, and says that it is truncated", async () => {
  const whole = tinyModel();
  for (const size of [0, 3, 4, 7, 20, 24, 100, 3000, 5000]) {
    await withFile(whole.subarray(0, size), async (path) => {
      await rejects(readGgufHeader(path), says(/truncated/), `cut at ${size}`);
    });
  }
});

Deno.test("readGgufHeader() refuses garbage without believing its counts", async () => {
  const garbage = Uint8Array.from({ length: 5000 }, (_, i) => i * 7919 >> 3 & 255);
  await withFile(garbage, (path) => rejects(readGgufHeader(path), says(/start with GGUF/)));
  for (const at of [8, 16]) {
    const bytes = tinyModel();
    new DataView(bytes.buffer).setBigUint64(at, 2n ** 60n, true);
    await withFile(bytes, (path) => rejects(readGgufHeader(path), says(/claims/)));
  }
  const longKey = tinyModel();
  new DataView(longKey.buffer).setBigUint64(24, 2n ** 63n, true);
  await withFile(longKey, (path) => rejects(readGgufHeader(path), says(/out of range/)));
  const version = tinyModel();
  version[4] = 9;
  await withFile(version, (path) => rejects(readGgufHeader(path), says(/version 9 is unknown/)));
});

Deno.test("readGgufHeader() survives any byte of the header being wrong", async () => {
  const whole = tinyModel();
  let refused = 0;
  for (let at = 0; at < 6000; at += 37) {
    const bytes = whole.slice();
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    await withFile(bytes, async (path) => {
      await readGgufHeader(path).catch((error) => {
        equal(error instanceof ModelLoadError, true, String(error));
        refused++;
      });
    });
  }
  equal(refused > 5, true);
});
