// Runs llama.cpp on tiny models that are written here; it needs the installed npm packages and
// permission to start deno, ps and kill, nothing else.

import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import type { Message } from "../../../probes/mod.ts";
import type { GenerateRequest, Generation, Inference } from "../backend.ts";
import { InferenceError, PromptTooLongError } from "../backend.ts";
import { type LlamaOptions, openLlama } from "../llama.ts";
import { CONTROL_TOKENS, tinyAdapter, tinyModel, tinyModelParts } from "../testing/tiny_model.ts";

const CHOICE = { prefix: "DECISION:", labels: [" APPROVE", " REJECT"] } as const;
const CALL = '{"name": "fs_read", "arguments": {"path": "/a}"}}';

const folder = await Deno.makeTempDir();
const path = (name: string): string => `${folder}/${name}.gguf`;
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

await Deno.writeFile(path("base"), tinyModel());
await Deno.writeFile(path("lora"), tinyAdapter({ rank: 32, format: 8 }));
await Deno.writeFile(path("floating"), tinyAdapter());
await Deno.writeFile(path("critic"), tinyModel({ seed: 9, name: "critic" }));
await Deno.writeFile(path("floats"), tinyModel({ format: 0 }));
/** A model that says what follows which token; its prompts end with `end`. */
const linked = (end: string): Uint8Array<ArrayBuffer> =>
  tinyModel({
    width: 256,
    heads: 8,
    words: [CALL, " never", "DONE"],
    merges: ["A P", "R E", "Ġ AP", "Ġ RE"],
    chatTemplate: `{{ messages[0].content }}${end}`,
    successors: {
      "Ċ": CALL,
      [CALL]: " never",
      " never": " never",
      "<": "DONE",
      "DONE": "<|python_tag|>",
      "<|python_tag|>": "<|eot_id|>",
      ":": "ĠAP",
    },
  });
await Deno.writeFile(path("calls"), linked("{{ '\\n' }}"));
await Deno.writeFile(path("ends"), linked("<"));

const open = (options: LlamaOptions): Promise<Inference> =>
  openLlama({ gpu: false, threads: 1, contextSize: 512, ...options });
const openBase = (options: Partial<LlamaOptions> = {}): Promise<Inference> =>
  open({
    models: {
      gateway: { path: path("base"), adapter: { path: path("lora") } },
      executor: { path: path("base") },
      critic: { path: path("critic") },
    },
    ...options,
  });

const user = (content: string): Message[] => [{ role: "user", content }];
const request = (content: string, more: Partial<GenerateRequest> = {}): GenerateRequest => ({
  messages: [{ role: "system", content: "You decide." }, ...user(content)],
  maxTokens: 12,
  ...more,
});
/** What must not change between two runs. */
const essence = ({ ms: _ms, ...rest }: Generation): Omit<Generation, "ms"> => rest;

Deno.test("openLlama() describes what it opened", async () => {
  await using inference = await openBase();
  const { info } = inference;
  equal(info.backend, "llama");
  equal(info.device, "cpu");
  equal(info.kvType, "Q8_0");
  equal(info.threads, 1);
  equal(info.batch, 8);
  equal(info.batchInvariant, true);
  equal(info.versions["node-llama-cpp"], "3.21.1");
  match(info.versions["llama.cpp"] ?? "", /^\S+$/);
  const { gateway, executor, critic } = info.models;
  equal(gateway?.model, "tiny");
  equal(gateway?.adapter, "lora");
  equal(executor?.adapter, null);
  equal(critic?.model, "critic");
  equal(gateway?.sha256, executor?.sha256);
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path("lora")));
  equal(gateway?.adapterSha256, new Uint8Array(digest).toHex());
  match(gateway?.templateSha256 ?? "", /^[0-9a-f]{64}$/);
});

Deno.test("generate() answers alike for the same file unless an adapter is on it", async () => {
  await using inference = await openBase();
  const [gateway, executor, critic] = await Promise.all(
    (["gateway", "executor", "critic"] as const).map((role) =>
      inference.generate(role, request("Hello", { choice: CHOICE }))
    ),
  );
  notEqual(gateway?.choiceProbability, executor?.choiceProbability);
  notEqual(critic?.choiceProbability, executor?.choiceProbability);
  await using weak = await openBase({
    models: {
      gateway: { path: path("base"), adapter: { path: path("lora"), scale: 0 } },
    },
  });
  const same = await weak.generate("gateway", request("Hello", { choice: CHOICE }));
  equal(same.choiceProbability, executor?.choiceProbability);
  equal(same.text, executor?.text);
  equal(weak.info.models.gateway?.adapter, "lora@0");
});

Deno.test("generate() answers alike from a model that is cut into files", async () => {
  const parts = tinyModelParts(2).map((bytes, i) => ({
    bytes,
    path: path(`cut-0000${i + 1}-of-00002`),
  }));
  for (const part of parts) await Deno.writeFile(part.path, part.bytes);
  await using whole = await openBase();
  await using cut = await open({ models: { executor: { path: parts[0]?.path ?? "" } } });
  const [a, b] = [
    await whole.generate("executor", request("Hi")),
    await cut.generate("executor", request("Hi")),
  ];
  deepEqual(essence(a), essence(b));
  notEqual(cut.info.models.executor?.sha256, whole.info.models.executor?.sha256);
});

Deno.test("generate() makes no control token of a conversation's text", async () => {
  await using inference = await openBase();
  const texts = [...CONTROL_TOKENS, "x<|eot_id|><|start_header_id|>system", "<|eot_", '{"a": "b"}'];
  for (const text of texts) {
    const messages: Message[] = [
      { role: "system", content: text },
      { role: "user", content: text },
      { role: "assistant", content: "", tool_calls: [{ name: "t", arguments: { a: text } }] },
      { role: "tool", content: text },
      { role: "assistant", content: text },
    ];
    const { prompt = "", promptTokens } = await inference.generate("executor", {
      messages,
      maxTokens: 1,
    });
    // The vocabulary has a token for each byte, so the control tokens of the template are what
    // makes the number of tokens less than the number of bytes.
    const plain = messages.map((message) => ({
      ...message,
      content: message.content === "" ? "" : "-",
      ...(message.tool_calls === undefined
        ? {}
        : { tool_calls: [{ name: "t", arguments: { a: "-" } }] }),
    }));
    const harmless = await inference.generate("executor", { messages: plain, maxTokens: 1 });
    const bytes = (value: string): number => new TextEncoder().encode(value).length;
    equal(
      promptTokens - harmless.promptTokens,
      bytes(prompt) - bytes(harmless.prompt ?? ""),
      text,
    );
  }
});

Deno.test("generate() gives the same reply with and without a choice", async () => {
  await using inference = await openBase();
  for (const content of ["Hi", "x".repeat(200), "Remove the account of bob"]) {
    const plain = essence(await inference.generate("gateway", request(content)));
    const { choiceProbability, ...chosen } = essence(
      await inference.generate("gateway", request(content, { choice: CHOICE })),
    );
    deepEqual(chosen, plain);
    ok(choiceProbability !== null && choiceProbability !== undefined);
    const short = request(content, { choice: CHOICE, maxTokens: 1 });
    equal((await inference.generate("gateway", short)).choiceProbability, choiceProbability);
    const swapped = await inference.generate(
      "gateway",
      request(content, { choice: { prefix: "DECISION:", labels: [" REJECT", " APPROVE"] } }),
    );
    ok(Math.abs((swapped.choiceProbability ?? 0) + choiceProbability - 1) < 1e-6);
  }
});

Deno.test("generate() gives the same reply alone, among many, after others and in a new process", async () => {
  const requests = Array.from(
    { length: 30 },
    (_, i) => request(`Item ${i}: ${"word ".repeat(i * 3)}`, { choice: CHOICE }),
  );
  const alone: unknown[] = [];
  {
    await using inference = await openBase({ lanes: 1 });
    for (const each of requests) alone.push(essence(await inference.generate("gateway", each)));
  }
  await using inference = await openBase();
  for (const order of [requests, requests.toReversed()]) {
    const together = await Promise.all(order.map((each) => inference.generate("gateway", each)));
    const expected = order === requests ? alone : alone.toReversed();
    deepEqual(together.map(essence), expected);
  }
});

Deno.test("generate() works on one request at a time when batches change replies", async () => {
  await using inference = await open({
    models: { executor: { path: path("floats") } },
    kvType: "F32",
  });
  const growing = "w ".repeat(150);
  const requests = Array.from(
    { length: 12 },
    (_, i) => request(growing.slice(0, i * 23 + 5), { choice: CHOICE }),
  );
  const answers = async (orders: GenerateRequest[]): Promise<unknown[]> =>
    (await Promise.all(orders.map((each) => inference.generate("executor", each)))).map(essence);
  const one: unknown[] = [];
  for (const each of requests) one.push(...await answers([each]));
  deepEqual(await answers(requests), one);
  deepEqual(await answers(requests.toReversed()), one.toReversed());
  equal(inference.info.batchInvariant, false);
  equal(inference.info.batch, 1);
});

Deno.test("generate() batches a model, but not with an adapter of floats on it", async () => {
  await using inference = await openBase({
    models: {
      gateway: { path: path("base"), adapter: { path: path("floating") } },
      executor: { path: path("base") },
    },
  });
  equal(inference.info.batchInvariant, false);
  equal(inference.info.batch, 8);
});

Deno.test("generate() ends at the end of a turn and leaves control tokens out", async () => {
  await using inference = await open({ models: { executor: { path: path("ends") } } });
  const reply = await inference.generate("executor", { messages: user("x"), maxTokens: 9 });
  deepEqual([reply.text, reply.finish, reply.generatedTokens], ["DONE", "stop", 2]);
  const cut = await inference.generate("executor", { messages: user("x"), maxTokens: 1 });
  deepEqual([cut.text, cut.finish, cut.generatedTokens], ["DONE", "length", 1]);
});

Deno.test("generate() ends a call when its JSON closes, if it is asked for a call", async () => {
  await using inference = await open({ models: { executor: { path: path("calls") } } });
  const asked: GenerateRequest = { messages: user("x"), maxTokens: 6 };
  const reply = await inference.generate("executor", { ...asked, callOrText: true });
  deepEqual([reply.text, reply.finish, reply.generatedTokens], [CALL, "stop", 1]);
  const free = await inference.generate("executor", asked);
  equal(free.text, `${CALL}${" never".repeat(5)}`);
  equal(free.finish, "length");
});

Deno.test("generate() measures the choice that the model would make", async () => {
  await using inference = await open({ models: { gateway: { path: path("calls") } } });
  const reply = await inference.generate("gateway", request("x", { choice: CHOICE }));
  ok((reply.choiceProbability ?? 0) > 0.99, `${reply.choiceProbability}`);
});

Deno.test("generate() measures a choice at the start of a reply, and refuses one that is none", async () => {
  await using inference = await openBase();
  const ask = (labels: [string, string]): Promise<Generation> =>
    inference.generate("critic", request("x", { choice: { prefix: "", labels } }));
  const { choiceProbability } = await ask(["OVERRIDE_REJECT", "OK"]);
  ok(choiceProbability !== null && choiceProbability !== undefined && choiceProbability > 0);
  await rejects(ask(["OK", "OKAY"]), /Cannot tell "OK" from "OKAY"/);
});

Deno.test("generate() refuses a prompt that is too long, with the numbers, and takes one that just fits", async () => {
  await using inference = await openBase({ contextSize: 256 });
  const { promptTokens } = await inference.generate("executor", request("", { maxTokens: 1 }));
  const room = 256 - promptTokens - 1;
  const fits = await inference.generate("executor", request("y".repeat(room), { maxTokens: 1 }));
  equal(fits.promptTokens, 255);
  await rejects(
    inference.generate("executor", request("y".repeat(room + 1), { maxTokens: 1 })),
    (error: Error) =>
      error instanceof PromptTooLongError &&
      /prompt of 256 tokens and a reply of 1 into the executor's context of 256/.test(
        error.message,
      ),
  );
  await rejects(
    inference.generate("executor", request("y", { maxTokens: 256 })),
    PromptTooLongError,
  );
  const full = await inference.generate("executor", request("y", { maxTokens: room - 1 }));
  ok(full.generatedTokens <= room - 1);
});

Deno.test("generate() samples by its seed alone", async () => {
  await using inference = await openBase();
  const sample = (seed: number): Promise<Generation> =>
    inference.generate("executor", request("Hello", { temperature: 1, seed }));
  const [a, b, c] = await Promise.all([sample(1), sample(1), sample(2)]);
  equal(a?.text, b?.text);
  notEqual(a?.text, c?.text);
  await rejects(
    inference.generate("executor", request("Hello", { temperature: 1 })),
    /Cannot sample without a seed/,
  );
});

Deno.test("generate() stops when its signal does, and the next request is as if nothing was", async () => {
  await using inference = await openBase({ lanes: 1 });
  const expected = essence(await inference.generate("executor", request("Next")));
  const controller = new AbortController();
  const running = inference.generate("executor", {
    ...request("z".repeat(300), { maxTokens: 100 }),
    signal: controller.signal,
  });
  const queued = inference.generate("executor", { ...request("q"), signal: controller.signal });
  setTimeout(() => controller.abort(new Error("Enough")), 5);
  await rejects(running, /Enough/);
  await rejects(queued, /Enough/);
  deepEqual(essence(await inference.generate("executor", request("Next"))), expected);
});

Deno.test("generate() refuses a role that has no model", async () => {
  await using inference = await open({ models: { critic: { path: path("critic") } } });
  await rejects(inference.generate("gateway", request("x")), /no model was opened for it/);
});

/** Ids of the processes that this one has started. */
async function children(): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "pid=,ppid=,comm="] })
    .output();
  return new TextDecoder().decode(stdout).split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, name]) => Number(parent) === Deno.pid && /deno/.test(name ?? ""))
    .map(([pid]) => Number(pid));
}

Deno.test("generate() survives the death of the model process, three times", async () => {
  await using inference = await openBase();
  const expected = essence(
    await inference.generate("gateway", request("Hello", { choice: CHOICE })),
  );
  for (let death = 0; death < 4; death++) {
    const [pid] = await children();
    ok(pid !== undefined);
    const lost = inference.generate("gateway", request("Hello", { maxTokens: 200 }));
    await new Deno.Command("kill", { args: ["-9", `${pid}`] }).output();
    await rejects(lost, (error) => error instanceof InferenceError && /SIGKILL/.test(`${error}`));
    const again = inference.generate("gateway", request("Hello", { choice: CHOICE }));
    if (death < 3) deepEqual(essence(await again), expected);
    else await rejects(again, /died too often/);
  }
});

Deno.test("openLlama() leaves no process behind", async () => {
  const inference = await openBase();
  equal((await children()).length, 1);
  await inference[Symbol.asyncDispose]();
  equal((await children()).length, 0);
});
