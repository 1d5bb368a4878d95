import { SqlError } from "../tools/context.ts";
import { WorldError } from "../world.ts";
import type { SqlAnswer, SqlRequest } from "./protocol.ts";

/** Characters that one answer line may have. */
const LINE_CHARACTERS = 32_000_000;

/** What a process may do beside reading its own packages. */
export interface SqlProcessRights {
  /** Files and folders that it reads. */
  read: readonly string[];
  /** Files that it writes; none when it serves. */
  write?: readonly string[];
}

/** The program and arguments with which the SQL process is started. */
export function sqlCommand(rights: SqlProcessRights): { program: string; args: string[] } {
  const flags = rights.write?.length ? [`--allow-write=${rights.write.join(",")}`] : [];
  // deno-fmt-ignore
  const args = [
    "run", "--quiet", "--no-prompt", "--no-remote", "--cached-only", "--deny-import",
    `--allow-read=${[...packageFolders(), ...rights.read].join(",")}`, ...flags,
    // Half a gibibyte of Wasm memory: a query that asks for more fails, the machine does not. Code
    // is compiled when it is first used and not again: a quicker start, and less memory.
    "--v8-flags=--max-old-space-size=256,--wasm-max-mem-pages=8192,--wasm-lazy-compilation,--liftoff-only",
    import.meta.resolve("./_server.ts"),
  ];
  return { program: Deno.execPath(), args };
}

/** Folders of the packages whose WebAssembly the process loads. */
function packageFolders(): string[] {
  return ["@electric-sql/pglite", "libpg-query"].map((name) => {
    const path = decodeURIComponent(new URL(".", import.meta.resolve(name)).pathname);
    return path.replace(/\/$/, "");
  });
}

/** A call that was given up: the process is gone. */
export class SqlTimeout extends Error {
  override readonly name = "SqlTimeout";
}

/** One SQL process: starts it, asks it, kills it when it runs late. */
export class SqlProcess {
  #child: Deno.ChildProcess;
  #writer: WritableStreamDefaultWriter<Uint8Array>;
  #waiting = new Map<number, (answer: SqlAnswer | undefined) => void>();
  #done: Promise<unknown>;
  #next = 1;
  #alive = true;
  #stderr = "";

  /** Starts the process; it does nothing until it is asked. */
  constructor(rights: SqlProcessRights) {
    const { program, args } = sqlCommand(rights);
    this.#child = new Deno.Command(program, {
      args,
      // Inherited for Deno itself, which finds its module cache by it; the program cannot read it.
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#done = Promise.all([this.#readAnswers(), this.#readErrors(), this.#child.status]).then(
      () => this.#gone(),
    );
  }

  /** Process id, to measure it. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Whether it can be asked. */
  get alive(): boolean {
    return this.#alive;
  }

  /**
   * Asks for one thing and waits for it at most `timeout` milliseconds.
   *
   * @throws {SqlTimeout} when it ran late and was killed.
   * @throws {SqlError} when the database refused or the statement failed, or took all its memory.
   * @throws {WorldError} when the process died.
   */
  async ask<T>(request: SqlRequest, timeout: number): Promise<T> {
    if (!this.#alive) throw new WorldError("SQL process is gone");
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<SqlAnswer | undefined>();
    this.#waiting.set(id, resolve);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.kill();
      resolve(undefined);
    }, timeout);
    const line = new TextEncoder().encode(`${JSON.stringify({ id, ...request })}\n`);
    this.#writer.write(line).catch(() => resolve(undefined));
    const answer = await promise;
    clearTimeout(timer);
    this.#waiting.delete(id);
    if (late) throw new SqlTimeout(`No answer within ${timeout} ms`);
    // The engine's own heap is not the machine's: a statement alone can fill it.
    if (!answer && /out of memory|heap limit/i.test(this.#stderr)) {
      throw new SqlError("out of memory", "53200");
    }
    if (!answer) throw new WorldError(`SQL process died: ${this.#stderr.trim() || "no message"}`);
    if ("result" in answer) return answer.result as T;
    if (answer.fatal) this.kill();
    throw new SqlError(answer.error, answer.code || "XX000");
  }

  /** Kills the process at once. */
  kill(): void {
    this.#alive = false;
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // Already gone.
    }
  }

  /** Kills the process and waits until nothing of it is left. */
  async close(): Promise<void> {
    this.kill();
    await this.#writer.close().catch(() => {});
    await this.#done;
  }

  #gone(): void {
    this.#alive = false;
    for (const resolve of this.#waiting.values()) resolve(undefined);
  }

  async #readAnswers(): Promise<void> {
    let parts: string[] = [];
    let length = 0;
    try {
      for await (const chunk of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
        length += chunk.length;
        if (length > LINE_CHARACTERS) throw new RangeError("Answer is too long");
        parts.push(chunk);
        if (!chunk.includes("\n")) continue;
        const lines = parts.join("").split("\n");
        parts = [lines.pop() ?? ""];
        length = parts[0]?.length ?? 0;
        for (const line of lines) {
          const answer = JSON.parse(line) as SqlAnswer;
          this.#waiting.get(answer.id)?.(answer);
        }
      }
    } catch {
      this.kill();
    }
    this.#gone();
  }

  async #readErrors(): Promise<void> {
    for await (const chunk of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#stderr = (this.#stderr + chunk).slice(-2000);
    }
  }
}
