/**
 * The bundler's own process: reads a {@linkcode BundleRequest} from stdin, writes a
 * {@linkcode BundleReply} to stdout. A plugin's modules come from the request and nowhere else, so
 * what was inspected is what is bundled; files of the host are read from disk. It runs no code of
 * a plugin.
 *
 * @module
 */

import * as esbuild from "esbuild";
import type { Graph, Target } from "./_graph.ts";

/** What is bundled. */
export interface BundleRequest {
  /** The plugin's modules. */
  graph: Graph;
  /** The program that loads the plugin. */
  runner: string;
  /** The host's main module of zod. */
  zod: string;
}

/** A finished bundle. */
export interface Bundle {
  /** The plugin as one JavaScript module. */
  plugin: string;
  /** The program that loads it. */
  runner: string;
  /** Files of the host that were read. */
  hostFiles: string[];
  /** Those of them that are part of the plugin's bundle. */
  usedHostFiles: string[];
}

/** What the bundler answers; a bundle `escapes` when it imports what was not inspected. */
export type BundleReply = { bundle: Bundle } | { error: string; escapes: boolean };

const NAME = "argus-graph";
const PLUGIN = "plugin";

const settings = {
  bundle: true,
  write: false,
  format: "esm",
  platform: "neutral",
  target: "esnext",
  charset: "utf8",
  metafile: true,
  logLevel: "silent",
  absWorkingDir: "/",
  tsconfigRaw: {},
} as const;

function modulesOf({ graph, zod }: BundleRequest): esbuild.Plugin {
  const resolved = (target: Target): esbuild.OnResolveResult =>
    "host" in target
      // The host's modules have no side effects: what a plugin does not use is left out.
      ? { path: target.host, sideEffects: false }
      : { path: target.module, namespace: PLUGIN };
  return {
    name: NAME,
    setup(build): void {
      build.onResolve({ filter: /.*/ }, ({ path, importer, namespace, kind }) => {
        if (kind === "entry-point") return { path: graph.entry, namespace: PLUGIN };
        if (namespace === PLUGIN) {
          const target = graph.modules[importer]?.imports[path];
          return target === undefined
            ? { errors: [{ text: `"${path}" was not part of the inspected graph` }] }
            : resolved(target);
        }
        if (path === "zod") return resolved({ host: zod });
        return undefined;
      });
      build.onResolve(
        { filter: /^\./, namespace: "file" },
        ({ path, resolveDir }) =>
          path.endsWith(".ts") || path.endsWith(".jsonl")
            ? resolved({ host: `${resolveDir}/${path}` })
            : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: PLUGIN }, ({ path }) => {
        const module = graph.modules[path];
        return module && { contents: module.text, loader: module.loader };
      });
    },
  };
}

async function bundle(request: BundleRequest): Promise<Bundle> {
  const [plugin, runner] = await Promise.all([
    esbuild.build({
      ...settings,
      entryPoints: ["argus:entry"],
      loader: { ".jsonl": "text" },
      plugins: [modulesOf(request)],
    }),
    esbuild.build({ ...settings, entryPoints: [request.runner] }),
  ]);
  const output = Object.values(plugin.metafile.outputs)[0];
  const hostFile = (name: string): string[] =>
    name.startsWith(`${PLUGIN}:`) ? [] : [`/${name.replace(/^\//, "")}`];
  return {
    plugin: plugin.outputFiles[0]?.text ?? "",
    runner: runner.outputFiles[0]?.text ?? "",
    hostFiles: Object.keys({ ...plugin.metafile.inputs, ...runner.metafile.inputs })
      .flatMap(hostFile),
    usedHostFiles: Object.entries(output?.inputs ?? {})
      .flatMap(([name, { bytesInOutput }]) => bytesInOutput > 0 ? hostFile(name) : []),
  };
}

async function reply(): Promise<BundleReply> {
  try {
    return { bundle: await bundle(await new Response(Deno.stdin.readable).json()) };
  } catch (error) {
    const { message, errors = [] } = error as Partial<esbuild.BuildFailure>;
    return {
      error: String(message),
      escapes: errors.some(({ pluginName }) => pluginName === NAME),
    };
  } finally {
    await esbuild.stop();
  }
}

if (import.meta.main) {
  await new Blob([JSON.stringify(await reply())]).stream().pipeTo(Deno.stdout.writable);
}
