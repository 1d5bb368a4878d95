import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Permissions } from "../sdk/manifest.ts";
import type { BundledPlugin } from "./_bundle.ts";
import { readLines } from "./_lines.ts";
import { type Answer, parseAnswer, type Request } from "./_protocol.ts";
import { makeScratch, type Scratch } from "./_scratch.ts";
import type { PluginCaps } from "./limits.ts";
import { PluginError, type PluginFault } from "./plugin_error.ts";

/** The most characters of stderr that are kept. */
const STDERR_TAIL = 4_096;

/** Options for {@linkcode startChild}. */
export interface ChildOptions {
  /** The plugin as the user named it. */
  spec: string;
  /** What it may use. */
  caps: PluginCaps;
  /** What was granted to it. */
  granted: Permissions;
  /** Values of the environment variables that were granted. */
  environment: Readonly<Record<string, string>>;
  /**
   * Starts a permission broker for the plugin's folder and gives the path of its socket. It decides
   * in place of the flags.
   */
  broker?: (folder: string) => Promise<string>;
}

/** A request without its number. */
type Call<R = Request> = R extends Request ? Omit<R, "id"> : never;

/** Starts a plugin's process and waits until its module is loaded. */
export async function startChild(bundle: BundledPlugin, options: ChildOptions): Promise<Child> {
  const scratch = await makeScratch("argus-plugin-");
  const child = new Child(scratch, options);
  try {
    await child.load(bundle);
    return child;
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

/** One plugin in its own Deno process, with no more than was granted. */
export class Child implements AsyncDisposable {
  /** What the plugin announced when it was loaded, unchecked. */
  announcement: unknown;
  #options: ChildOptions;
  #scratch: Scratch;
  #process: Deno.ChildProcess | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #ended: Promise<unknown> | undefined;
  #waiting: { id: number; settle: (answer: Answer | PluginError) => void } | undefined;
  #failure: PluginError | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #lastId = 0;
  #stderr = "";

  /** Prepares a child that uses `scratch`, a folder of its own that it removes at the end. */
  constructor(scratch: Scratch, options: ChildOptions) {
    this.#scratch = scratch;
    this.#options = options;
  }

  /** Whether it can be called no more. */
  get dead(): boolean {
    return this.#failure !== undefined;
  }

  /** Starts the process and loads the plugin. */
  async load(bundle: BundledPlugin): Promise<void> {
    const code = join(this.#scratch.path, "code");
    const home = join(this.#scratch.path, "home");
    await Promise.all([Deno.mkdir(code), Deno.mkdir(home)]);
    await Promise.all([
      Deno.writeTextFile(join(code, "runner.js"), bundle.runner),
      Deno.writeTextFile(join(code, "plugin.js"), bundle.plugin),
    ]);
    const broker = await this.#options.broker?.(code);
    const announced = this.#wait(0, this.#options.caps.start, "load");
    const process = this.#process = this.#command(code, home, broker).spawn();
    this.#writer = process.stdin.getWriter();
    this.#ended = this.#watch(process);
    this.announcement = await announced;
  }

  /** Makes one call after those before it are answered. A plugin that answers late is killed. */
  async call(call: Call): Promise<unknown> {
    const result = this.#queue.then(async () => {
      if (this.#failure !== undefined) throw this.#failure;
      const id = ++this.#lastId;
      const answer = this.#wait(id, this.#options.caps.call, call.method);
      const line = new TextEncoder().encode(JSON.stringify({ id, ...call }) + "\n");
      // A write to a process that died is reported by its exit.
      this.#writer?.write(line).catch(() => {});
      return await answer;
    });
    this.#queue = result.catch(() => {});
    return await result;
  }

  /** Kills the process and removes its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#fail("exit", "it was closed");
    await this.#writer?.close().catch(() => {});
    await this.#ended;
    await this.#scratch[Symbol.asyncDispose]();
  }

  #command(code: string, home: string, broker: string | undefined): Deno.Command {
    const { caps, granted, environment } = this.#options;
    const list = (flag: string, values: string[] | undefined): string[] =>
      values === undefined || values.length === 0 ? [] : [`${flag}=${values.join(",")}`];
    const rights = broker === undefined
      ? [
        ...list("--allow-read", [code, ...granted.read ?? []]),
        ...list("--allow-net", granted.net),
        ...list("--allow-env", granted.env),
      ]
      : [];
    // deno-fmt-ignore
    const args = [
      "run", "--quiet", "--no-prompt", "--no-config", "--no-lock", "--no-code-cache",
      "--no-remote", "--no-npm", "--cached-only", "--deny-import",
      ...rights,
      `--v8-flags=--max-old-space-size=${caps.heap}`,
      join(code, "runner.js"), pathToFileURL(join(code, "plugin.js")).href,
    ];
    const deno = Deno.execPath();
    const [program, ...rest] = caps.data === null
      ? [deno, ...args] as const
      : ["prlimit", `--data=${caps.data * 1024 * 1024}`, "--core=0", deno, ...args] as const;
    return new Deno.Command(program, {
      args: rest,
      cwd: code,
      clearEnv: true,
      env: {
        ...environment,
        DENO_DIR: home,
        HOME: home,
        ...(broker === undefined ? {} : { DENO_PERMISSION_BROKER_PATH: broker }),
        NO_COLOR: "1",
        DENO_NO_UPDATE_CHECK: "1",
        // WebGPU asks no permission: with no back end there is no adapter, in workers neither.
        DENO_WEBGPU_BACKEND: "none",
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async #wait(id: number, limit: number, what: string): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<Answer | PluginError>();
    this.#waiting = { id, settle: resolve };
    const timer = setTimeout(() => this.#fail("timeout", `no answer in ${limit} ms`), limit);
    const answer = await promise;
    clearTimeout(timer);
    this.#waiting = undefined;
    if (answer instanceof PluginError) throw answer;
    if ("error" in answer) throw this.#error("threw", `its ${what} threw ${answer.error}`);
    return answer.result;
  }

  #error(fault: PluginFault, problem: string): PluginError {
    return new PluginError(fault, this.#options.spec, problem, { stderr: this.#stderr });
  }

  /** Ends the process; the first reason is the one that is reported. */
  #fail(fault: PluginFault, problem: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = this.#error(fault, problem);
    try {
      this.#process?.kill("SIGKILL");
    } catch { /* It is gone already. */ }
    this.#waiting?.settle(this.#failure);
  }

  async #readAnswers(stdout: ReadableStream<Uint8Array>): Promise<void> {
    const { line, output } = this.#options.caps;
    try {
      for await (const text of readLines(stdout, { line, total: output })) {
        const answer = parseAnswer(text);
        if (answer.id !== this.#waiting?.id) throw new SyntaxError("nobody asked for it");
        this.#waiting.settle(answer);
      }
    } catch (error) {
      if (error instanceof RangeError) this.#fail("output", error.message);
      else this.#fail("protocol", `it wrote a line that breaks the protocol: ${message(error)}`);
    }
  }

  async #readErrors(stderr: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of stderr.pipeThrough(new TextDecoderStream())) {
      this.#stderr = (this.#stderr + chunk).slice(-STDERR_TAIL);
    }
  }

  async #watch(process: Deno.ChildProcess): Promise<void> {
    const [{ code, signal }] = await Promise.all([
      process.status,
      this.#readAnswers(process.stdout),
      this.#readErrors(process.stderr),
    ]);
    this.#fail("exit", `its process ended with ${signal ?? `code ${code}`}`);
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
