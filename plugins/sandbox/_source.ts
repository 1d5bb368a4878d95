import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchedPackage } from "./_package.ts";
import type { PackageSources } from "./packages.ts";
import { PluginError } from "./plugin_error.ts";

/** Where a plugin's code lies. */
export interface Source {
  /** The plugin as the user named it. */
  spec: string;
  /** Its folder, absolute, without symlinks. */
  folder: string;
  /** Its entry module, absolute, inside the folder. */
  entry: string;
  /** Integrity of its package's tarball; absent for what lies on this machine. */
  integrity?: string;
}

/**
 * Finds folder and entry module of a plugin: of a folder, a module file, a `file:` URL of either, or a
 * package, which is fetched first.
 */
export async function locate(spec: string, packages?: PackageSources): Promise<Source> {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(spec)?.[1]?.toLowerCase();
  if (scheme === "npm" || scheme === "jsr") {
    const { folder, integrity } = await fetchedPackage(spec, packages);
    const path = await Deno.realPath(folder);
    return { spec, folder: path, entry: resolve(path, await entryOf(path, spec)), integrity };
  }
  if (scheme !== undefined && scheme !== "file") {
    throw new PluginError("source", spec, 'Expected a folder, a module file or a "file:" URL');
  }
  try {
    const path = await Deno.realPath(scheme === "file" ? fileURLToPath(spec) : resolve(spec));
    const { isDirectory } = await Deno.stat(path);
    if (!isDirectory) return { spec, folder: dirname(path), entry: path };
    return { spec, folder: path, entry: resolve(path, await entryOf(path, spec)) };
  } catch (error) {
    if (error instanceof PluginError) throw error;
    throw new PluginError("source", spec, (error as Error).message, { cause: error });
  }
}

/** The entry module that a folder's deno.json or package.json exports, `mod.ts` when it has neither. */
async function entryOf(folder: string, spec: string): Promise<string> {
  for (const file of ["deno.json", "package.json"]) {
    let text: string;
    try {
      text = await Deno.readTextFile(resolve(folder, file));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    const { exports, main } = parseObject(text, file, spec);
    if (exports === undefined && main === undefined) continue;
    const entry = moduleOf(exports ?? main);
    if (entry !== undefined) return entry;
    throw new PluginError("source", spec, `Expected "exports" in its ${file} to name a module`);
  }
  return "./mod.ts";
}

/** The module that `exports` names: itself, at ".", or under a condition that Deno has. */
function moduleOf(exports: unknown): string | undefined {
  if (typeof exports === "string") return exports;
  if (typeof exports !== "object" || exports === null) return undefined;
  const members = exports as Record<string, unknown>;
  for (const name of [".", "deno", "import", "default"]) {
    const found = moduleOf(members[name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function parseObject(text: string, file: string, spec: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch { /* reported below */ }
  throw new PluginError("source", spec, `Its ${file} is not a JSON object`);
}
