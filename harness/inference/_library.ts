/**
 * Finds what the model process must be allowed: the folder of npm packages, and the builds of
 * llama.cpp that are installed for this platform.
 *
 * @module
 */

import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { ModelLoadError } from "./backend.ts";
import type { Binding } from "./_protocol.ts";

/** What is installed. */
export interface InstalledLibrary {
  /** URL of the entry module of node-llama-cpp. */
  url: string;
  /** Folders of npm packages. */
  packages: string[];
  /** Installed builds, best first. */
  bindings: Binding[];
}

/** Names of the packages that hold the builds, by platform as Deno names it. */
const BUILDS: Readonly<Record<string, readonly [folder: string, gpu: Binding["gpu"]][]>> = {
  "darwin-aarch64": [["mac-arm64-metal", "metal"]],
  "darwin-x86_64": [["mac-x64", false]],
  "linux-x86_64": [["linux-x64-cuda", "cuda"], ["linux-x64-vulkan", "vulkan"], [
    "linux-x64",
    false,
  ]],
  "linux-aarch64": [["linux-arm64", false]],
  "windows-x86_64": [["win-x64-cuda", "cuda"], ["win-x64-vulkan", "vulkan"], ["win-x64", false]],
  "windows-aarch64": [["win-arm64", false]],
};

function packageFolder(path: string): string {
  const marker = /[/\\]node_modules[/\\]/.exec(path);
  if (marker !== null) return path.slice(0, marker.index + marker[0].length - 1);
  // Without a node_modules folder packages lie side by side in Deno's cache.
  return path.slice(0, path.lastIndexOf("node-llama-cpp") - 1);
}

/**
 * Finds node-llama-cpp and its builds.
 *
 * @throws {ModelLoadError} when none is installed for this platform.
 */
export function findLibrary(): InstalledLibrary {
  const url = import.meta.resolve("node-llama-cpp");
  const platform = `${Deno.build.os}-${Deno.build.arch}`;
  const require = createRequire(url);
  const bindings = (BUILDS[platform] ?? []).flatMap(([name, gpu]): Binding[] => {
    const bins = (suffix: string): string | undefined => {
      try {
        return `${
          dirname(dirname(require.resolve(`@node-llama-cpp/${name}${suffix}`)))
        }/bins/${name}`;
      } catch {
        return undefined;
      }
    };
    const folder = bins("");
    const backends = gpu === "cuda" ? bins("-ext") : undefined;
    if (folder === undefined) return [];
    const addon = `${folder}/llama-addon.node`;
    return [backends === undefined ? { gpu, addon } : { gpu, addon, backends }];
  });
  if (bindings.length === 0) {
    throw new ModelLoadError(
      `Cannot run llama.cpp on ${platform}: no build of it is installed; run "deno install"`,
    );
  }
  return { url, packages: [packageFolder(fileURLToPath(url))], bindings };
}

/** Folders where the libraries of devices are looked for. */
const SYSTEM_FOLDERS = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/cuda"];

/** What the process works on. */
export interface CommandOptions {
  /** Installed builds that it may load. */
  library: InstalledLibrary;
  /** Model files. */
  files: readonly string[];
  /** Whether it looks for devices. */
  detect: boolean;
}

/** A list in a permission flag, where a comma would name another path. */
function list(paths: readonly string[]): string {
  const bad = paths.find((path) => path.includes(","));
  if (bad !== undefined) {
    throw new ModelLoadError(
      `Cannot use "${bad}": a permission cannot name a path with a comma; rename it`,
    );
  }
  return paths.join(",");
}

/**
 * Program and arguments of the model process: reads packages and model files, loads the named
 * builds, and nothing else; native code itself is bound by no permission.
 *
 * @throws {ModelLoadError} when a path holds a comma.
 */
export function modelProcessCommand(options: CommandOptions): [string, ...string[]] {
  const { library, files, detect } = options;
  const system = detect && Deno.build.os === "linux" ? SYSTEM_FOLDERS : [];
  const entry = new URL("./model_process.ts", import.meta.url);
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--cached-only",
    "--ignore-env",
    `--allow-read=${list([...library.packages, ...files, ...system])}`,
    `--allow-sys=homedir,uid${Deno.build.os === "darwin" ? ",osRelease" : ""}`,
    `--allow-ffi=${list(library.bindings.map(({ addon }) => addon))}`,
    entry.protocol === "file:" ? fileURLToPath(entry) : entry.href,
  ];
}
