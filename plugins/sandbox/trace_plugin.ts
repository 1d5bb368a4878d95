import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Transcript } from "../sdk/define_plugin.ts";
import type { Permissions } from "../sdk/manifest.ts";
import type { Asked, BrokerOptions } from "./_broker.ts";
import { bundled } from "./_bundle.ts";
import { startChild } from "./_child.ts";
import { readLines } from "./_lines.ts";
import { makeScratch } from "./_scratch.ts";
import { locate } from "./_source.ts";
import { capsOf, type PluginLimits } from "./limits.ts";
import type { PackageSources } from "./packages.ts";
import { PluginError } from "./plugin_error.ts";

/** Something that a plugin tried. */
export interface Attempt {
  /** Kind of right that it wanted: `"read"`, `"net"`, `"env"`, `"run"`, `"ffi"`, … */
  permission: string;
  /** What it was wanted for, as the plugin wrote it; null for everything of the kind. */
  value: string | null;
  /** Whether it was granted by name. */
  allowed: boolean;
  /** How often it was tried. */
  times: number;
}

/** What came of tracing a plugin. */
export interface PluginTrace {
  /** What it tried beyond reading its own bundle, in order of the first time. */
  attempts: Attempt[];
  /** Why it failed on the way; null when it answered everything. */
  problem: string | null;
}

/** Options for {@linkcode tracePlugin}. */
export interface TracePluginOptions {
  /**
   * Seed that generated probes are made from.
   * @default {0}
   */
  seed?: number;
  /** Folder that keeps bundles. */
  cache?: string;
  /**
   * What is granted.
   * @default {{}}
   */
  grant?: Permissions;
  /**
   * Conversations that an adaptive plugin is asked to go on with.
   * @default {[]}
   */
  transcripts?: readonly Transcript[];
  /** Where packages come from. */
  packages?: PackageSources;
  /** What the plugin's process may use. */
  limits?: PluginLimits;
}

/** The most bytes of a broker's record. */
const MAX_RECORD = 4 * 1024 * 1024;

/**
 * Runs a plugin once under Deno's permission broker, which answers in place of the permission flags
 * and writes down every question: what the plugin tried, granted or not. For checks only, never for
 * an evaluation: a signal to a process, and an import from npm, ask no question, and the broker is
 * an experimental part of Deno.
 *
 * @param spec A folder, a module file, or a `file:` URL of either.
 * @throws {PluginError} when the plugin cannot be found or bundled.
 */
export async function tracePlugin(
  spec: string,
  options: TracePluginOptions = {},
): Promise<PluginTrace> {
  const bundle = await bundled(await locate(spec, options.packages), options.cache);
  const caps = await capsOf(options.limits);
  await using scratch = await makeScratch("argus-broker-");
  const socket = join(scratch.path, "s");
  const { seed = 0, grant = {}, transcripts = [] } = options;
  let broker: Broker | undefined;
  let problem: string | null = null;
  try {
    await using child = await startChild(bundle, {
      spec,
      caps,
      granted: grant,
      environment: {},
      broker: async (folder) => {
        broker = await startBroker({ socket, folder, granted: { ...grant } });
        return socket;
      },
    });
    await child.call({ method: "probes", params: { seed } });
    for (const transcript of transcripts) await child.call({ method: "next", params: transcript });
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    problem = error.message;
  } finally {
    await broker?.stop();
  }
  return { attempts: attemptsOf(broker?.asked ?? [], broker?.folder ?? ""), problem };
}

/** The attempts among the questions: what a plugin may always read is none. */
function attemptsOf(asked: readonly Asked[], folder: string): Attempt[] {
  const attempts = new Map<string, Attempt>();
  for (const { permission, value, allowed } of asked) {
    if (allowed && permission === "read" && value?.startsWith(folder)) continue;
    const name = `${permission} ${value}`;
    const known = attempts.get(name);
    if (known) known.times++;
    else attempts.set(name, { permission, value, allowed, times: 1 });
  }
  return [...attempts.values()];
}

interface Broker {
  readonly folder: string;
  readonly asked: Asked[];
  stop(): Promise<void>;
}

/** Starts the broker's process and waits until it listens. */
async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { socket, folder } = options;
  const process = new Deno.Command(Deno.execPath(), {
    // deno-fmt-ignore
    args: [
      "run", "--quiet", "--no-prompt", "--no-remote", "--cached-only",
      `--allow-read=${socket}`, `--allow-write=${socket}`, `--allow-net=unix:${socket}`,
      fileURLToPath(import.meta.resolve("./_broker.ts")), JSON.stringify(options),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const asked: Asked[] = [];
  const ready = Promise.withResolvers<void>();
  const reading = (async (): Promise<void> => {
    for await (const line of readLines(process.stdout, { line: 65_536, total: MAX_RECORD })) {
      if (line === "ready") ready.resolve();
      else asked.push(JSON.parse(line));
    }
  })().catch(() => {}).finally(() => ready.reject(new Error("The permission broker ended")));
  const stop = async (): Promise<void> => {
    try {
      process.kill("SIGKILL");
    } catch { /* It is gone already. */ }
    await Promise.all([process.status, reading]);
  };
  try {
    await ready.promise;
  } catch (error) {
    await stop();
    throw error;
  }
  return { folder, asked, stop };
}
