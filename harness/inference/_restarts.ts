/**
 * Keeps a model process at hand: when it has died, the next request starts another, a few times.
 *
 * @module
 */

import { InferenceError } from "./backend.ts";
import type { ModelProcess } from "./_model_process_client.ts";

/** How processes are started again. */
export interface RestartOptions {
  /** Starts another process and opens its models. */
  start: () => Promise<ModelProcess>;
  /** How often. */
  limit: number;
}

/** A model process that may be replaced. */
export class RestartingProcess {
  readonly #start: () => Promise<ModelProcess>;
  #process: Promise<ModelProcess>;
  #left: number;
  #closed = false;

  /**
   * @param process The first process, opened.
   * @param options How processes are started again.
   */
  constructor(process: ModelProcess, options: RestartOptions) {
    this.#process = Promise.resolve(process);
    this.#start = options.start;
    this.#left = options.limit;
  }

  /** The process, started again when it has died. */
  async alive(): Promise<ModelProcess> {
    if (this.#closed) throw new InferenceError("The back end is closed");
    const current = this.#process;
    const process = await current.catch(() => undefined);
    if (process !== undefined && !process.dead) return process;
    // Of all requests that find it dead, one starts it again.
    if (this.#process !== current) return await this.alive();
    if (this.#left === 0) {
      throw new InferenceError("The model process died too often and is not started again");
    }
    this.#left--;
    this.#process = Promise.resolve(process?.close()).then(() => this.#start());
    return await this.#process;
  }

  /** Ends the process for good. */
  async close(): Promise<void> {
    this.#closed = true;
    const process = await this.#process.catch(() => undefined);
    await process?.close();
  }
}
