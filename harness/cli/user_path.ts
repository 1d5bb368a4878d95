import { isAbsolute, join, relative } from "node:path";
import { environment } from "../environment.ts";

/**
 * A path as the user meant it: relative to where the command was typed, although tasks run in the
 * project's folder.
 */
export function userPath(path: string): string {
  const typed = environment("INIT_CWD");
  if (typed === undefined || isAbsolute(path) || URL.canParse(path)) return path;
  const resolved = join(typed, path);
  const short = relative(Deno.cwd(), resolved);
  return short.startsWith("..") ? resolved : short || ".";
}

/** A model as the user meant it: a GGUF file is a path, anything else a name or a URL. */
export function userModel(name: string): string {
  return name.endsWith(".gguf") ? userPath(name) : name;
}

/** A plugin as the user meant it: a package specifier is as it is, anything else a path. */
export function userPlugin(spec: string): string {
  return /^(npm|jsr):/.test(spec) ? spec : userPath(spec);
}
