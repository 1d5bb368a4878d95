/**
 * Starts the model process on the best device that works.
 *
 * @module
 */

import { ModelLoadError } from "./backend.ts";
import { type InstalledLibrary, modelProcessCommand } from "./_library.ts";
import { DeviceError, ModelProcess } from "./_model_process_client.ts";
import type { Open, Opened } from "./_protocol.ts";

/** What a process is to open. */
export interface StartPlan {
  /** The message that opens it, but for the builds to choose from. */
  open: Omit<Open, "id" | "bindings">;
  /** Files that it reads. */
  files: readonly string[];
}

/** How to start. */
export interface StartOptions {
  /** Builds to choose from. */
  library: InstalledLibrary;
  /** Longest time for one answer, and longest silence, in milliseconds. */
  deadlineMs: number;
}

/**
 * Starts processes until one can use its device: a build may fail to load, or take the process
 * with it.
 *
 * @throws {ModelLoadError} when no device works, or a model cannot be loaded.
 */
export async function startProcess(
  plan: StartPlan,
  options: StartOptions,
): Promise<{ process: ModelProcess; opened: Opened }> {
  let bindings = options.library.bindings;
  for (;;) {
    const library = { ...options.library, bindings };
    const { files, open } = plan;
    const command = modelProcessCommand({ library, files, detect: open.detect });
    const process = new ModelProcess({ command, deadlineMs: options.deadlineMs });
    try {
      return { process, opened: await process.open({ ...open, bindings }) };
    } catch (error) {
      await process.kill();
      const others = error instanceof DeviceError
        ? bindings.filter(({ gpu }) => gpu !== error.gpu)
        : [];
      if (error instanceof DeviceError && others.length === 0) {
        throw new ModelLoadError(`${error.message}; choose another device`, { cause: error });
      }
      if (others.length === 0) throw error;
      bindings = others;
    }
  }
}
