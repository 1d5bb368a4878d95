import { join } from "node:path";
import { UsageError } from "./exit.ts";
import { userPath } from "./user_path.ts";

/** Folder that holds all runs, in the working folder. */
export const RUNS = "runs";

/**
 * Path of a run: a folder, the name of one in `runs/` or a unique beginning of it, or `latest`.
 *
 * @throws {UsageError} when there is none, or several.
 */
export function findRun(name: string): string {
  const folder = userPath(name);
  if (isRun(folder)) return folder;
  const names = runNames();
  if (name === "latest") {
    const newest = names.at(-1);
    if (newest !== undefined) return join(RUNS, newest);
    throw new UsageError(`Cannot find a run in "${RUNS}": run "deno task eval" first`);
  }
  const matches = names.filter((candidate) => candidate.startsWith(name));
  if (matches.length === 1) return join(RUNS, matches[0] as string);
  const why = matches.length === 0
    ? "there is none of that name"
    : `${matches.length} begin like that`;
  throw new UsageError(`Cannot find the run "${name}": ${why}; "deno task runs list" shows all`);
}

/** Names of the runs in `runs/`, oldest first. */
export function runNames(): string[] {
  try {
    return [...Deno.readDirSync(RUNS)]
      .filter(({ name, isDirectory }) => isDirectory && isRun(join(RUNS, name)))
      .map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function isRun(path: string): boolean {
  try {
    return Deno.statSync(join(path, "manifest.json")).isFile;
  } catch {
    return false;
  }
}
