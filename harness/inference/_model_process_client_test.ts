import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { InferenceError, ModelLoadError, PromptTooLongError } from "./backend.ts";
import { DeviceError, ModelProcess } from "./_model_process_client.ts";
import { RestartingProcess } from "./_restarts.ts";

/** Answers each line of standard input with what `reply(command)` writes. */
const STAGE = `
const write = (text) => Deno.stdout.writeSync(new TextEncoder().encode(text));
const send = (event) => write(JSON.stringify(event) + "\\n");
const log = (text) => Deno.stderr.writeSync(new TextEncoder().encode(text + "\\n"));
let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  rest += text;
  const lines = rest.split("\\n");
  rest = lines.pop();
  for (const line of lines) {
    const command = JSON.parse(line);
    if (command.type === "close") Deno.exit(0);
    reply(command);
  }
}
`;

const generated = (text: string): string =>
  `send({ type: "generated", id: command.id, text: ${text}, finish: "stop", promptTokens: 1,
    generatedTokens: 1, prompt: "" })`;

/** A process whose answer to a command is a piece of JavaScript. */
function play(reply: string, deadlineMs = 5000): ModelProcess {
  const script = `const reply = (command) => { ${reply} };${STAGE}`;
  return new ModelProcess({ command: [Deno.execPath(), "eval", script], deadlineMs });
}

const QUESTION = {
  type: "score",
  role: "gateway",
  messages: [],
  choice: { prefix: "", labels: ["a", "b"] as [string, string] },
} as const;
const ask = (process: ModelProcess, signal?: AbortSignal): Promise<{ text: string }> =>
  process.answer({ ...QUESTION, messages: [] }, signal);

Deno.test("ModelProcess matches answers to requests, in any order", async () => {
  const process = play(`globalThis.held ??= [];
    held.push(command);
    if (held.length === 3) for (const command of held.reverse()) ${generated("`${command.id}`")}`);
  const texts = await Promise.all([ask(process), ask(process), ask(process)]);
  deepEqual(texts.map(({ text }) => text), ["0", "1", "2"]);
  await process.close();
});

Deno.test("ModelProcess turns failures into the errors that callers catch", async () => {
  const process = play(`const kinds = ["prompt-too-long", "load", "failed"];
    send({ type: "failed", id: command.id, kind: kinds[command.id], message: "Because" });`);
  await rejects(ask(process), (error) => error instanceof PromptTooLongError);
  await rejects(ask(process), (error) => error instanceof ModelLoadError);
  await rejects(
    ask(process),
    (error) => error instanceof InferenceError && /Because/.test(`${error}`),
  );
  await process.close();
});

Deno.test("ModelProcess rejects what is pending with the last lines of the log when it dies", async () => {
  const process = play(`for (let i = 0; i < 40; i++) log("line " + i); Deno.exit(7);`);
  const both = [ask(process), ask(process)];
  for (const one of both) {
    await rejects(one, (error: Error) => {
      ok(error instanceof InferenceError);
      ok(/ended \(exit code 7\)/.test(error.message), error.message);
      ok(/line 39$/.test(error.message) && !/line 20\n/.test(error.message), error.message);
      return true;
    });
  }
  equal(process.dead, true);
  await rejects(ask(process), InferenceError);
  await process.close();
});

for (
  const [name, line] of Object.entries({
    "garbage": "\\u0000\\u0001 not json",
    "an empty line": "",
    "an unknown message": '{"type":"verdict","id":0}',
    "a probability above 1":
      '{"type":"generated","id":0,"text":"","finish":"stop","promptTokens":1,"generatedTokens":1,"prompt":"","choiceProbability":1.5}',
    "a field too many": '{"type":"started","id":0,"hit":true}',
  })
) {
  Deno.test(`ModelProcess ends a process that writes ${name}`, async () => {
    const process = play(`write(${JSON.stringify(line).replaceAll("\\\\u", "\\u")} + "\\n");`);
    await rejects(ask(process), (error: Error) => {
      return error instanceof InferenceError && /wrote what is no message/.test(error.message);
    });
    equal(process.dead, true);
    await process.close();
  });
}

Deno.test("ModelProcess ignores answers that nobody waits for", async () => {
  const process = play(`send({ type: "started", id: 99 }); ${generated('"x"')};
    ${generated('"again"')};`);
  equal((await ask(process)).text, "x");
  equal((await ask(process)).text, "x");
  await process.close();
});

Deno.test("ModelProcess ends a process that falls silent", async () => {
  const process = play(`if (command.id === 0) ${generated('"x"')}; else for (;;);`, 1500);
  await ask(process);
  await rejects(ask(process), /said nothing for 1500 ms/);
  await process.close();
});

Deno.test("ModelProcess gives up a request at its deadline and keeps the process", async () => {
  const process = play(
    `if (command.type === "cancel") return;
    if (command.id !== 1) ${generated('"x"')};
    else { send({ type: "started", id: 1 }); setInterval(() => send({ type: "started", id: 9 }), 100); }`,
    1000,
  );
  await ask(process);
  await rejects(ask(process), /No answer within 1000 ms/);
  equal((await ask(process)).text, "x");
  await process.close();
});

Deno.test("ModelProcess rejects an aborted request with the signal's reason and cancels it", async () => {
  const process = play(`if (command.type === "cancel") globalThis.cancelled = command.id;
    else if (command.id === 1) ${generated("`cancelled ${globalThis.cancelled}`")}`);
  const controller = new AbortController();
  const first = ask(process, controller.signal);
  controller.abort(new Error("Enough"));
  await rejects(first, /Enough/);
  equal((await ask(process)).text, "cancelled 0");
  await rejects(ask(process, AbortSignal.abort(new Error("Before"))), /Before/);
  await process.close();
});

Deno.test("ModelProcess names the device that a process died of", async () => {
  const process = play(`send({ type: "trying", gpu: "cuda" }); Deno.exit(1);`);
  const opening = process.open({
    type: "open",
    library: "",
    bindings: [],
    detect: true,
    threads: 1,
    lanes: 1,
    models: [],
    contexts: [],
  });
  await rejects(opening, (error) => error instanceof DeviceError && error.gpu === "cuda");
  await process.close();
});

Deno.test("RestartingProcess starts a dead process again, once for all that wait, and not for ever", async () => {
  const dies = (): ModelProcess => play("Deno.exit(3)");
  let starts = 0;
  const processes = new RestartingProcess(dies(), {
    limit: 2,
    start: () => Promise.resolve((starts++, dies())),
  });
  const attempt = async (): Promise<unknown> => await ask(await processes.alive());
  await rejects(attempt(), /exit code 3/);
  equal(starts, 0);
  const outcomes = await Promise.allSettled([attempt(), attempt(), attempt()]);
  equal(outcomes.every(({ status }) => status === "rejected"), true);
  equal(starts, 1);
  await rejects(attempt(), /exit code 3/);
  equal(starts, 2);
  await rejects(attempt(), /died too often/);
  equal(starts, 2);
  await processes.close();
  await rejects(attempt(), /closed/);
});

Deno.test("RestartingProcess counts a start that fails", async () => {
  const processes = new RestartingProcess(play("Deno.exit(3)"), {
    limit: 1,
    start: () => Promise.reject(new InferenceError("No start")),
  });
  await rejects(processes.alive().then((process) => ask(process)), /exit code 3/);
  await rejects(processes.alive(), /No start/);
  await rejects(processes.alive(), /died too often/);
  await processes.close();
});
