import { structuredPatch } from "diff";
import type { Tree } from "./objects.ts";

/** One file that differs between two trees. */
export interface ChangedFile {
  /** Its path. */
  path: string;
  /** Blob before; undefined when it was added. */
  before?: string;
  /** Blob after; undefined when it was removed. */
  after?: string;
}

/** The files that differ between two trees, by path. */
export function changedFiles(before: Tree, after: Tree): ChangedFile[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return paths.flatMap((path) => {
    const [old, now] = [before[path], after[path]];
    if (old === now) return [];
    return [{
      path,
      ...(old === undefined ? {} : { before: old }),
      ...(now === undefined ? {} : { after: now }),
    }];
  });
}

/** A difference between two texts. */
export interface TextChange {
  /** Lines that were added. */
  additions: number;
  /** Lines that were removed. */
  deletions: number;
  /** The hunks as `git diff` prints them, each line with a line feed. */
  hunks: string;
}

/**
 * Edits beyond which two texts are shown as wholly different: the search is quadratic in them, and a
 * file that differs so much is no easier to read line by line.
 */
const MOST_EDITS = 2000;

/** What differs between two texts, with three lines around each change. */
export function textChange(before: string, after: string): TextChange {
  const patch = structuredPatch("a", "b", before, after, "", "", {
    context: 3,
    maxEditLength: MOST_EDITS,
  });
  const hunks = patch?.hunks ?? [replaced(before, after)];
  let [additions, deletions] = [0, 0];
  const text = hunks.map((hunk) => {
    for (const line of hunk.lines) {
      if (line.startsWith("+")) additions++;
      if (line.startsWith("-")) deletions++;
    }
    const old = range(hunk.oldStart, hunk.oldLines);
    const now = range(hunk.newStart, hunk.newLines);
    return `@@ -${old} +${now} @@\n${hunk.lines.map((line) => `${line}\n`).join("")}`;
  });
  return { additions, deletions, hunks: text.join("") };
}

function range(start: number, lines: number): string {
  // An empty range names the line before it.
  return lines === 1 ? `${start}` : `${lines === 0 ? start - 1 : start},${lines}`;
}

interface Hunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  lines: string[];
}

function replaced(before: string, after: string): Hunk {
  const [old, now] = [before, after].map((text) => text.split("\n")) as [string[], string[]];
  return {
    oldStart: 1,
    oldLines: old.length,
    newStart: 1,
    newLines: now.length,
    lines: [...old.map((line) => `-${line}`), ...now.map((line) => `+${line}`)],
  };
}

/** One file's part of a `git diff`; `read` returns the text of a blob. */
export function fileDiff(
  { path, before, after }: ChangedFile,
  read: (sha: string) => string,
): string {
  const [old, now] = [before, after].map((sha) => sha === undefined ? "" : read(sha)) as [
    string,
    string,
  ];
  const index = `index ${short(before)}..${short(after)}`;
  const head = [
    `diff --git a/${path} b/${path}`,
    ...(before === undefined ? ["new file mode 100644", index] : []),
    ...(after === undefined ? ["deleted file mode 100644", index] : []),
    ...(before !== undefined && after !== undefined ? [`${index} 100644`] : []),
  ];
  const { hunks } = textChange(old, now);
  if (hunks !== "") {
    head.push(before === undefined ? "--- /dev/null" : `--- a/${path}`);
    head.push(after === undefined ? "+++ /dev/null" : `+++ b/${path}`);
  }
  return `${head.join("\n")}\n${hunks}`;
}

function short(sha: string | undefined): string {
  return (sha ?? "0".repeat(7)).slice(0, 7);
}
