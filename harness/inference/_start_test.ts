// Starts real model processes on a tiny model that is written here.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { ModelLoadError } from "./backend.ts";
import { findLibrary, modelProcessCommand } from "./_library.ts";
import type { ModelProcess } from "./_model_process_client.ts";
import { type StartPlan, startProcess } from "./_start.ts";
import { CONTROL_TOKENS, LLAMA_3_TEMPLATE, tinyModel } from "./testing/tiny_model.ts";

const library = findLibrary();
const cpu = library.bindings.filter(({ gpu }) => gpu === false);
const broken = { gpu: "vulkan" as const, addon: "/nowhere/llama-addon.node" };

async function withPlan(check: (plan: StartPlan) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".gguf" });
  await Deno.writeFile(path, tinyModel());
  const format = {
    template: LLAMA_3_TEMPLATE,
    bosToken: "<|begin_of_text|>",
    eosToken: "<|eot_id|>",
    barred: [...CONTROL_TOKENS],
    variables: {},
  };
  try {
    await check({
      files: [path],
      open: {
        type: "open",
        library: library.url,
        detect: false,
        threads: 1,
        lanes: 2,
        models: [{ path, bytes: 1000, format }],
        contexts: [
          {
            roles: ["critic"],
            model: 0,
            contextSize: 256,
            kvType: "Q8_0",
            batchable: true,
            cacheBytes: 1000,
          },
        ],
      },
    });
  } finally {
    await Deno.remove(path);
  }
}

const CHOICE = { prefix: "x", labels: ["OVERRIDE_REJECT", "OK"] as [string, string] };
const score = (process: ModelProcess): ReturnType<ModelProcess["answer"]> =>
  process.answer({
    type: "score",
    role: "critic",
    messages: [{ role: "user", content: "Hi" }],
    choice: CHOICE,
  });

Deno.test("startProcess() goes on to the next build when one does not load", () =>
  withPlan(async (plan) => {
    const options = { library: { ...library, bindings: [broken, ...cpu] }, deadlineMs: 20_000 };
    const { process, opened } = await startProcess(plan, options);
    equal(opened.device, "cpu");
    await process.close();
  }));

Deno.test("startProcess() gives up when no build is left, and says why", () =>
  withPlan(async (plan) => {
    const options = { library: { ...library, bindings: [broken] }, deadlineMs: 20_000 };
    await rejects(startProcess(plan, options), (error: Error) => {
      ok(error instanceof ModelLoadError && /nowhere.+choose another device/s.test(error.message));
      return true;
    });
  }));

Deno.test("the model process scores a choice as it does beside a generation", () =>
  withPlan(async (plan) => {
    const options = { library: { ...library, bindings: cpu }, deadlineMs: 20_000 };
    const { process } = await startProcess(plan, options);
    const scored = await score(process);
    deepEqual([scored.text, scored.generatedTokens], ["", 0]);
    const generated = await process.answer({
      type: "generate",
      role: "critic",
      messages: [{ role: "user", content: "Hi" }],
      maxTokens: 5,
      temperature: 0,
      choice: CHOICE,
      callOrText: false,
    });
    equal(generated.generatedTokens, 5);
    equal(scored.choiceProbability, generated.choiceProbability);
    await process.close();
  }));

Deno.test("the model process leaves an interrupt on the terminal to the harness", () =>
  withPlan(async (plan) => {
    const options = { library: { ...library, bindings: cpu }, deadlineMs: 20_000 };
    const { process } = await startProcess(plan, options);
    await new Deno.Command("kill", { args: ["-2", `${process.pid}`] }).output();
    await score(process);
    await process.close();
  }));

Deno.test("the model process ends with its input, and at a command that it cannot read", async () => {
  const [program, ...args] = modelProcessCommand({ library, files: [], detect: false });
  const run = async (input: string): Promise<{ code: number; log: string; said: string }> => {
    const child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close().catch(() => {});
    const { code, stdout, stderr } = await child.output();
    const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    return { code, log: decode(stderr), said: decode(stdout) };
  };
  deepEqual(await run(""), { code: 0, log: "", said: "" });
  for (const line of ["garbage", "{}", '{"type":"cancel"}', '{"type":"close","now":1}']) {
    const { code, log, said } = await run(`${line}\n`);
    deepEqual([code, said], [1, ""], line);
    ok(/Cannot read a command/.test(log), log);
  }
});
