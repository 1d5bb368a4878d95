import { FileError } from "../tools/context.ts";
import { byteLength } from "../tools/outcome.ts";

/** Top folders of the world. */
export const ROOTS = ["audit", "share"] as const;

// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * The canonical form of a path inside the world: absolute, NFC, no empty or dot parts.
 *
 * @throws {FileError} when the text is no such path.
 */
export function worldPath(text: string): string {
  const invalid = (why: string): FileError => new FileError(why);
  if (text.length > 1024) throw invalid("Path must not have more than 1024 characters");
  if (CONTROL.test(text)) throw invalid("Path must not contain control characters");
  if (!text.startsWith("/")) throw invalid('Path must be absolute, like "/share/runbooks"');
  const parts = text.normalize("NFC").split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw invalid('Path must not contain ".."');
  if (parts.some((part) => byteLength(part) > 200)) {
    throw invalid("A name in the path must not have more than 200 bytes");
  }
  if (parts.some((part) => part.includes("\\"))) throw invalid("Path must not contain backslashes");
  const [root] = parts;
  if (root !== undefined && !(ROOTS as readonly string[]).includes(root)) {
    throw new FileError(`No such file or folder: "${text}" (folders: /audit, /share)`);
  }
  return `/${parts.join("/")}`;
}

/** The folder that holds a path. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

/** Whether a path lies in, or is, one of the folders. */
export function within(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => `${path}/`.startsWith(folder));
}
