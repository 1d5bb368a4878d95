// Opens files that cannot be loaded; like its neighbour it needs nothing but npm packages and a
// permission to start Deno.

import { equal, ok, rejects } from "node:assert/strict";
import { ModelLoadError } from "../backend.ts";
import { type LlamaOptions, openLlama } from "../llama.ts";
import { tinyAdapter, tinyModel } from "../testing/tiny_model.ts";

async function refuses(
  files: Record<string, Uint8Array>,
  options: LlamaOptions,
  message: RegExp,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const place = (model: NonNullable<LlamaOptions["models"]["gateway"]>): typeof model => ({
    ...model,
    path: `${folder}/${model.path}`,
    ...(model.adapter === undefined
      ? {}
      : { adapter: { ...model.adapter, path: `${folder}/${model.adapter.path}` } }),
  });
  const models = Object.fromEntries(
    Object.entries(options.models).map(([role, model]) => [role, place(model)]),
  );
  try {
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    await rejects(openLlama({ gpu: false, ...options, models }), (error: Error) => {
      ok(error instanceof ModelLoadError, `${error.stack}`);
      ok(message.test(error.message), error.message);
      return true;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const base = tinyModel({ name: "nano" });
const GATEWAY = { gateway: { path: "base.gguf" } };
const ADAPTED = { gateway: { path: "base.gguf", adapter: { path: "lora.gguf" } } };

Deno.test("openLlama() names a file that is missing, garbage or truncated", async () => {
  await refuses({}, { models: GATEWAY }, /base\.gguf": there is no such file; check the path/);
  const garbage = new Uint8Array(4000).fill(65);
  await refuses({ "base.gguf": garbage }, { models: GATEWAY }, /base\.gguf": it does not start/);
  const cut = base.subarray(0, base.length / 2);
  await refuses({ "base.gguf": cut }, { models: GATEWAY }, /truncated, fetch it again/);
});

Deno.test("openLlama() names an adapter that is missing or for another base", async () => {
  await refuses({ "base.gguf": base }, { models: ADAPTED }, /lora\.gguf": there is no such file/);
  await refuses(
    { "base.gguf": base, "lora.gguf": tinyAdapter({ width: 256, rank: 16 }) },
    { models: ADAPTED },
    /lora\.gguf": its rank-16 tensors do not fit base "nano" \(d = 64\)/,
  );
});

Deno.test("openLlama() tells why llama.cpp refuses a file whose header is sound", async () => {
  const bytes = tinyModel();
  const text = new TextDecoder("latin1").decode(bytes);
  const at = text.indexOf("output_norm.weight");
  bytes.set(new TextEncoder().encode("output_morn"), at);
  await refuses({ "base.gguf": bytes }, { models: GATEWAY }, /base\.gguf".+log:\n.*output_norm/s);
});

Deno.test("openLlama() refuses a model that does not fit in memory, with numbers", () =>
  refuses(
    { "base.gguf": tinyModel({ context: 2 ** 30 }) },
    { models: GATEWAY, contextSize: 2 ** 30, lanes: 64 },
    /base\.gguf": it takes \d+\.\d GB \(weights 0\.0 GB, cache \d+\.\d GB\) and \d+\.\d GB of memory is free/,
  ));

Deno.test("openLlama() refuses a cache type that the heads do not allow, and chooses one that they do", async () => {
  const odd = tinyModel({ width: 96, heads: 4 });
  await refuses(
    { "base.gguf": odd },
    { models: GATEWAY, kvType: "Q8_0" },
    /heads have 24 values, not a multiple of 32; choose "F16"/,
  );
  const path = await Deno.makeTempFile({ suffix: ".gguf" });
  await Deno.writeFile(path, odd);
  {
    await using inference = await openLlama({ gpu: false, models: { critic: { path } } });
    equal(inference.info.kvType, "F16");
  }
  await Deno.remove(path);
});

Deno.test("openLlama() does not run on another device than the one that is asked for", async () => {
  if (Deno.build.os === "darwin") return;
  await refuses({ "base.gguf": base }, { models: GATEWAY, gpu: "metal" }, /Cannot use metal/);
});
