/** What a plugin's process may use. */
export interface PluginLimits {
  /**
   * JavaScript heap in MiB.
   * @default {64}
   */
  heap?: number;
  /**
   * Data segment in MiB, which bounds buffers too; Linux only. Deno itself needs about 600.
   * @default {800}
   */
  data?: number;
  /**
   * Time to load the plugin's module, in milliseconds.
   * @default {10_000}
   */
  start?: number;
  /**
   * Time for one call in milliseconds.
   * @default {5_000}
   */
  call?: number;
  /**
   * Bytes of one answer.
   * @default {4_194_304}
   */
  line?: number;
  /**
   * Bytes of all that the plugin writes to stdout.
   * @default {67_108_864}
   */
  output?: number;
}

/** The caps that a plugin really ran under, for the manifest of a run. */
export interface PluginCaps {
  /** JavaScript heap in MiB. */
  heap: number;
  /** Data segment in MiB; null where the platform has no such cap. */
  data: number | null;
  /** Time to load in milliseconds. */
  start: number;
  /** Time for one call in milliseconds. */
  call: number;
  /** Bytes of one answer. */
  line: number;
  /** Bytes of all answers. */
  output: number;
}

/** The caps for these limits on this machine. */
export async function capsOf(limits: PluginLimits = {}): Promise<PluginCaps> {
  return {
    heap: limits.heap ?? 64,
    data: await canCapData() ? limits.data ?? 800 : null,
    start: limits.start ?? 10_000,
    call: limits.call ?? 5_000,
    line: limits.line ?? 4 * 1024 * 1024,
    output: limits.output ?? 64 * 1024 * 1024,
  };
}

let capped: Promise<boolean> | undefined;

/** Whether `prlimit` (util-linux) is there to cap the data segment. */
function canCapData(): Promise<boolean> {
  return capped ??= (async (): Promise<boolean> => {
    if (Deno.build.os !== "linux") return false;
    try {
      const { success } = await new Deno.Command("prlimit", {
        args: ["--version"],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).output();
      return success;
    } catch {
      return false;
    }
  })();
}
