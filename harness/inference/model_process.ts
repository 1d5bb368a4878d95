/**
 * The model process: the one ring that loads native code. It reads commands from standard input
 * and writes events to standard output, one JSON object a line; everything else goes to standard
 * error. It does no more than the messages ask, and ends when its input ends.
 *
 * @module
 */

import { Engine } from "./_engine.ts";
import {
  Command,
  eachLine,
  type Event,
  Failure,
  type Generate,
  type Open,
  type Score,
} from "./_protocol.ts";

const encoder = new TextEncoder();

function writeAll(file: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
}

function send(event: Event): void {
  writeAll(Deno.stdout, `${JSON.stringify(event)}\n`);
}

function log(line: string): void {
  writeAll(Deno.stderr, line.endsWith("\n") ? line : `${line}\n`);
}

function fail(id: number, error: unknown): void {
  const kind = error instanceof Failure ? error.kind : "failed";
  const message = error instanceof Error ? error.message : String(error);
  if (kind === "failed" && error instanceof Error) log(error.stack ?? message);
  send({ type: "failed", id, kind, message });
}

const running = new Map<number, AbortController>();
let engine: Engine | undefined;

async function open(command: Open): Promise<void> {
  try {
    const opened = await Engine.open(command, {
      trying: (gpu) => send({ type: "trying", gpu }),
      loading: (part) => send({ type: "loading", part }),
      log,
    });
    const report = await opened.report();
    engine = opened;
    send({ type: "opened", id: command.id, ...report });
  } catch (error) {
    fail(command.id, error);
  }
}

async function answer(command: Generate | Score): Promise<void> {
  const controller = new AbortController();
  running.set(command.id, controller);
  try {
    if (engine === undefined) throw new Failure("failed", "No model is open");
    const result = await engine.answer(command, {
      started: () => send({ type: "started", id: command.id }),
      signal: controller.signal,
    });
    send({ type: "generated", id: command.id, ...result });
  } catch (error) {
    fail(command.id, error);
  } finally {
    running.delete(command.id);
  }
}

function receive(line: string): void {
  let command: Command;
  try {
    command = Command.parse(JSON.parse(line));
  } catch (error) {
    log(`Cannot read a command: ${(error as Error).message}`);
    Deno.exit(1);
  }
  switch (command.type) {
    case "open":
      void open(command);
      break;
    case "generate":
    case "score":
      void answer(command);
      break;
    case "cancel":
      running.get(command.id)?.abort(new Failure("cancelled", "The request was cancelled"));
      break;
    case "close":
      Deno.exit(0);
  }
}

if (import.meta.main) {
  // An interrupt on the terminal is for the harness, which lets running episodes end.
  Deno.addSignalListener("SIGINT", () => {});
  // Libraries that print would garble the protocol.
  console.log = console.info = console.debug = (...data: unknown[]): void => log(data.join(" "));
  await eachLine(Deno.stdin.readable, receive);
  Deno.exit(0);
}
