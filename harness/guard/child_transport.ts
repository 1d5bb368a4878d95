import { Buffer } from "node:buffer";
import {
  type JSONRPCMessage,
  ReadBuffer,
  serializeMessage,
  type Transport,
} from "@modelcontextprotocol/server";

/** Time that a child gets to end after its input has ended, in milliseconds. */
const GRACE = 2_000;

/** Options for {@linkcode ChildTransport}. */
export interface ChildTransportOptions {
  /** The program. */
  command: string;
  /** Its arguments. */
  args?: readonly string[];
  /** Folder in which it runs; the own one unless named. */
  cwd?: string;
}

/**
 * MCP over the standard streams of a child process. The packages' own transport starts a child by
 * `node:child_process`, which gives a Deno program every permission; this one starts exactly the
 * command that it is given.
 */
export class ChildTransport implements Transport {
  onmessage?: NonNullable<Transport["onmessage"]>;
  onerror?: (error: Error) => void;
  onclose?: () => void;
  /** Its exit code once it has ended by itself; undefined before, and when it was killed. */
  exitCode: number | undefined;
  readonly #options: ChildTransportOptions;
  #child: Deno.ChildProcess | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: ChildTransportOptions) {
    this.#options = options;
  }

  /**
   * Starts the child.
   *
   * @throws {Deno.errors.NotFound} when there is no such program.
   * @throws {Deno.errors.NotCapable} when this process may not start it.
   */
  // deno-lint-ignore require-await -- what `spawn` throws has to reject
  async start(): Promise<void> {
    const { command, args = [], cwd } = this.#options;
    this.#child = new Deno.Command(command, {
      args: [...args],
      ...(cwd === undefined ? {} : { cwd }),
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#ended = this.#run(this.#child);
  }

  async #run(child: Deno.ChildProcess): Promise<void> {
    const buffer = new ReadBuffer();
    try {
      for await (const chunk of child.stdout) {
        // The package looks for line ends with a Buffer's own `indexOf`.
        buffer.append(Buffer.from(chunk));
        this.#deliver(buffer);
      }
    } catch (error) {
      this.onerror?.(error as Error);
    }
    const { code, signal } = await child.status;
    if (signal === null) this.exitCode = code;
    if (code !== 0 && signal === null) {
      this.onerror?.(new Error(`The server ended with exit code ${code}`));
    }
    this.#child = undefined;
    await this.#writer?.close().catch(() => {});
    this.onclose?.();
  }

  #deliver(buffer: ReadBuffer): void {
    while (true) {
      try {
        const message = buffer.readMessage();
        if (message === null) return;
        this.onmessage?.(message);
      } catch (error) {
        this.onerror?.(error as Error);
      }
    }
  }

  /**
   * Sends one message.
   *
   * @throws {Error} when the child has ended.
   */
  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#child === undefined || this.#writer === undefined) {
      throw new Error("The server has ended");
    }
    await this.#writer.write(new TextEncoder().encode(serializeMessage(message)));
  }

  /** Ends the child's input, then the child if it does not end by itself. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return await this.#ended;
    await this.#writer?.close().catch(() => {});
    const timers = [
      setTimeout(() => kill(child, "SIGTERM"), GRACE),
      setTimeout(() => kill(child, "SIGKILL"), 2 * GRACE),
    ];
    try {
      await this.#ended;
    } finally {
      timers.forEach(clearTimeout);
    }
  }
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It ended just now.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}
