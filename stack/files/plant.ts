import { FileError } from "../tools/context.ts";
import { worldPath } from "./_path.ts";

/**
 * Checks the paths of the files that a patch plants.
 *
 * @throws {RangeError} when one is no path of a file, is there twice, or is a folder of another.
 */
export function checkPlantedFiles(paths: readonly string[]): void {
  const files = new Set<string>();
  for (const text of paths) {
    const refused = (why: string): RangeError => new RangeError(`Cannot plant "${text}": ${why}`);
    const path = canonicalPath(text, refused);
    if (text.endsWith("/") || path.split("/").length < 3) throw refused("It names a folder");
    if (files.has(path)) throw refused("The patch has it twice");
    files.add(path);
  }
  for (const path of files) {
    const inside = [...files].find((other) => other.startsWith(`${path}/`));
    if (inside) throw new RangeError(`Cannot plant "${inside}": "${path}" is a file of the patch`);
  }
}

function canonicalPath(text: string, refused: (why: string) => RangeError): string {
  try {
    return worldPath(text);
  } catch (error) {
    if (error instanceof FileError) throw refused(error.message);
    throw error;
  }
}
