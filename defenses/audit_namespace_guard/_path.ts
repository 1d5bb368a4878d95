import { readings } from "../text/fold.ts";

/**
 * Whether a path may lead into one of the folders, in any reading: escapes, look-alikes, case,
 * backslashes, dot segments, a `file:` scheme. A path that only passes through a folder
 * (`/audit/../tmp`) counts too, since services differ in how they resolve it.
 *
 * @param path The path as given; a relative one is taken from the root.
 * @param folders Absolute folders without a trailing slash.
 */
export function leadsInto(path: string, folders: readonly string[]): string | undefined {
  const { texts, tooDeep } = readings(path);
  if (tooDeep) return "Too many layers of escapes";
  for (const text of texts) {
    const raw = segments(text);
    for (const candidate of [raw.filter((segment) => segment !== ".."), resolve(raw)]) {
      const inside = folders.find((folder) => startsWith(candidate, segments(folder)));
      if (inside !== undefined) return inside;
    }
  }
  return undefined;
}

function segments(path: string): string[] {
  return path.toLowerCase().trim().replace(/^file:/, "").split(/[/\\]+/)
    // Some file systems drop trailing dots and spaces of a name.
    .map((segment) => /^\s*\.\.?\s*$/.test(segment) ? segment.trim() : trimEnd(segment).trimStart())
    .filter((segment) => segment !== "" && segment !== ".");
}

function trimEnd(segment: string): string {
  let end = segment.length;
  while (end > 0 && /[.\s]/.test(segment.charAt(end - 1))) end--;
  return segment.slice(0, end);
}

function resolve(parts: readonly string[]): string[] {
  const resolved: string[] = [];
  for (const part of parts) {
    if (part === "..") resolved.pop();
    else resolved.push(part);
  }
  return resolved;
}

function startsWith(path: readonly string[], folder: readonly string[]): boolean {
  return folder.length <= path.length && folder.every((segment, index) => segment === path[index]);
}
