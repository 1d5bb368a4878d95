import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PluginError } from "./plugin_error.ts";

/** Where a plugin's code lies. */
export interface Source {
  /** The plugin as the user named it. */
  spec: string;
  /** Its folder, absolute, without symlinks. */
  folder: string;
  /** Its entry module, absolute, inside the folder. */
  entry: string;
}

/** Finds folder and entry module of a plugin: of a folder, a module file, or a `file:` URL of either. */
export async function locate(spec: string): Promise<Source> {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(spec)?.[1]?.toLowerCase();
  if (scheme === "npm" || scheme === "jsr") {
    throw new PluginError(
      "source",
      spec,
      `"${scheme}:" plugins are not fetched; download the package and name its folder`,
    );
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

/** The entry module that a folder's deno.json exports, `mod.ts` when it has none. */
async function entryOf(folder: string, spec: string): Promise<string> {
  let text: string;
  try {
    text = await Deno.readTextFile(resolve(folder, "deno.json"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "./mod.ts";
    throw error;
  }
  const { exports } = parseObject(text, spec);
  if (exports === undefined) return "./mod.ts";
  const main = typeof exports === "object" && exports !== null
    ? (exports as Record<string, unknown>)["."]
    : exports;
  if (typeof main === "string") return main;
  throw new PluginError("source", spec, 'Expected "exports" in its deno.json to name a module');
}

function parseObject(text: string, spec: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch { /* reported below */ }
  throw new PluginError("source", spec, "Its deno.json is not a JSON object");
}
