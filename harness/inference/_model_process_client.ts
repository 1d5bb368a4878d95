/**
 * The harness's end of the model process: starts it, speaks with it, notices when it dies, falls
 * silent or talks nonsense, and ends it.
 *
 * @module
 */

import { InferenceError, ModelLoadError, PromptTooLongError } from "./backend.ts";
import {
  type Binding,
  type Command,
  eachLine,
  Event,
  type Generate,
  type Generated,
  type Open,
  type Opened,
  type Score,
} from "./_protocol.ts";

/** Lines of the process's log that an error carries. */
const LOG_LINES = 12;

/** How to run the process. */
export interface ModelProcessOptions {
  /** Program and arguments. */
  command: readonly [string, ...string[]];
  /** Longest time from a request's start to its answer, and longest silence, in milliseconds. */
  deadlineMs: number;
}

/** A message with an id that is given later. */
type WithoutId<T> = T extends { id: number } ? Omit<T, "id"> : never;

interface Pending {
  settle: (event: Opened | Generated) => void;
  reject: (error: unknown) => void;
  timer?: ReturnType<typeof setTimeout>;
}

/** The device that was being tried when opening failed. */
export class DeviceError extends InferenceError {
  /** The device. */
  readonly gpu: Binding["gpu"];

  constructor(message: string, gpu: Binding["gpu"]) {
    super(message);
    this.gpu = gpu;
  }
}

/** One running model process. */
export class ModelProcess {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #pending = new Map<number, Pending>();
  readonly #log: string[] = [];
  readonly #deadlineMs: number;
  readonly #ended: Promise<void>;
  #nextId = 0;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #trying: Binding["gpu"] | undefined;
  #opened = false;
  #why: string | undefined;
  #dead = false;

  /** Starts the process. */
  constructor(options: ModelProcessOptions) {
    const [program, ...args] = options.command;
    this.#deadlineMs = options.deadlineMs;
    this.#child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#writer.closed.catch(() => {});
    this.#ended = this.#follow();
  }

  async #follow(): Promise<void> {
    await Promise.allSettled([
      eachLine(this.#child.stdout, (line) => this.#receive(line)),
      eachLine(this.#child.stderr, (line) => {
        this.#log.push(line);
        if (this.#log.length > LOG_LINES) this.#log.shift();
      }),
    ]);
    const { signal, code } = await this.#child.status;
    this.#dead = true;
    clearTimeout(this.#silence);
    this.#rejectAll(this.#why ?? `The model process ended (${signal ?? `exit code ${code}`})`);
  }

  /** Whether the process has ended or is about to. */
  get dead(): boolean {
    return this.#dead;
  }

  /** Process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Loads models. */
  async open(command: WithoutId<Open>): Promise<Opened> {
    const opened = await this.#ask(command) as Opened;
    this.#opened = true;
    return opened;
  }

  /** Asks for a reply or a score. */
  async answer(
    command: WithoutId<Generate> | WithoutId<Score>,
    signal?: AbortSignal,
  ): Promise<Generated> {
    return await this.#ask(command, signal) as Generated;
  }

  /** Ends the process, politely at first. */
  async close(): Promise<void> {
    if (!this.#dead) {
      this.#why ??= "The model process was closed";
      this.#write({ type: "close" });
      const timer = setTimeout(() => this.#kill("It did not close"), 2000);
      await this.#ended;
      clearTimeout(timer);
    }
    await this.#ended;
    await this.#writer.abort().catch(() => {});
  }

  /** Ends the process at once. */
  async kill(): Promise<void> {
    this.#kill("The model process was killed");
    await this.close();
  }

  #ask(
    command: WithoutId<Open> | WithoutId<Generate> | WithoutId<Score>,
    signal?: AbortSignal,
  ): Promise<Opened | Generated> {
    signal?.throwIfAborted();
    if (this.#dead) throw this.#error(this.#why ?? "The model process has ended");
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<Opened | Generated>();
    const abort = (): void => {
      this.#write({ type: "cancel", id });
      this.#take(id)?.reject(signal?.reason);
    };
    this.#pending.set(id, { settle: resolve, reject });
    signal?.addEventListener("abort", abort, { once: true });
    this.#watch();
    this.#write({ ...command, id } as Command);
    return promise.finally(() => signal?.removeEventListener("abort", abort));
  }

  #write(command: Command): void {
    // A broken pipe shows as the process's end, where everything pending is rejected.
    this.#writer.write(new TextEncoder().encode(`${JSON.stringify(command)}\n`)).catch(() => {});
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(pending?.timer);
    if (this.#pending.size === 0) clearTimeout(this.#silence);
    return pending;
  }

  /** Starts to count the silence anew. */
  #watch(): void {
    clearTimeout(this.#silence);
    if (this.#pending.size === 0 || this.#dead) return;
    this.#silence = setTimeout(
      () => this.#kill(`The model process said nothing for ${this.#deadlineMs} ms`),
      this.#deadlineMs,
    );
  }

  #receive(line: string): void {
    let event: Event;
    try {
      event = Event.parse(JSON.parse(line));
    } catch {
      this.#kill(
        `The model process wrote what is no message: ${JSON.stringify(line.slice(0, 80))}`,
      );
      return;
    }
    if (event.type === "trying") this.#trying = event.gpu;
    else if (event.type === "started") this.#startDeadline(event.id);
    else if (event.type === "failed") this.#take(event.id)?.reject(this.#failure(event));
    else if (event.type !== "loading") this.#take(event.id)?.settle(event);
    this.#watch();
  }

  #startDeadline(id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    pending.timer = setTimeout(() => {
      this.#write({ type: "cancel", id });
      this.#take(id)?.reject(this.#error(`No answer within ${this.#deadlineMs} ms`));
    }, this.#deadlineMs);
  }

  #failure(event: Extract<Event, { type: "failed" }>): Error {
    switch (event.kind) {
      case "prompt-too-long":
        return new PromptTooLongError(event.message);
      case "load":
        return new ModelLoadError(this.#withLog(event.message));
      case "device":
        return new DeviceError(this.#withLog(event.message), this.#trying ?? false);
      default:
        return this.#error(event.message);
    }
  }

  #kill(why: string): void {
    this.#why ??= why;
    this.#dead = true;
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }

  #rejectAll(why: string): void {
    for (const id of [...this.#pending.keys()]) {
      const error = this.#trying !== undefined && !this.#opened
        ? new DeviceError(this.#withLog(why), this.#trying)
        : this.#error(why);
      this.#take(id)?.reject(error);
    }
  }

  #error(why: string): InferenceError {
    return new InferenceError(this.#withLog(why));
  }

  #withLog(message: string): string {
    if (this.#log.length === 0) return message;
    return `${message}; the last lines of its log:\n  ${this.#log.join("\n  ")}`;
  }
}
