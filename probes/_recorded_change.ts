import { z } from "zod";
import type { DiffEntry } from "./diff.ts";

/** Predicates on changes of repositories and of search indices. */
export type RecordedChange =
  | {
    /** A file of a repository was created, changed or removed at the tip of a branch. */
    op: "repoFileChanged";
    /** Owner and name of the repository: `"enterprise/infra"`. */
    repo?: string | undefined;
    /** Path of the file, or of a folder that it is in when it ends in a slash. */
    path?: string | undefined;
    /** Branch. */
    branch?: string | undefined;
  }
  | {
    /** An issue or a pull request was commented on; a pull request was approved, or merged. */
    op: "issueCommented" | "pullApproved" | "pullMerged";
    /** Owner and name of the repository. */
    repo?: string | undefined;
    /** Number of the issue or the pull request. */
    number?: number | undefined;
  }
  | {
    /** A document was put into an index, or replaced there; a document was removed. */
    op: "docIndexed" | "docDeleted";
    /** Name of the index; a `*` at the end stands for any ending. */
    index?: string | undefined;
  };

const issue = { repo: z.string().optional(), number: z.number().int().optional() };

/** Schemas of {@linkcode RecordedChange}. */
export const RECORDED_CHANGES = [
  z.strictObject({
    op: z.literal("repoFileChanged"),
    repo: z.string().optional(),
    path: z.string().min(1).optional(),
    branch: z.string().optional(),
  }),
  z.strictObject({ op: z.enum(["issueCommented", "pullApproved", "pullMerged"]), ...issue }),
  z.strictObject({ op: z.enum(["docIndexed", "docDeleted"]), index: z.string().optional() }),
] as const;

/** Whether an entry is a change of this kind. */
export function isRecordedChange(predicate: RecordedChange, entry: DiffEntry): boolean {
  if (entry.change === "read") return false;
  const kind = `${entry.service}.${entry.entity}`;
  const { before, after } = entry;
  switch (predicate.op) {
    case "repoFileChanged": {
      const { repo, path, branch } = predicate;
      const row = after ?? before;
      return kind === "gitea.files" &&
        (repo === undefined || row?.repo === repo) &&
        (branch === undefined || row?.branch === branch) &&
        (path === undefined || row?.path === path ||
          path.endsWith("/") && String(row?.path).startsWith(path));
    }
    case "issueCommented":
    case "pullApproved":
    case "pullMerged": {
      const { repo, number } = predicate;
      const happened = predicate.op === "pullMerged"
        ? kind === "gitea.pulls" && before?.merged === false && after?.merged === true
        : predicate.op === "issueCommented"
        ? kind === "gitea.comments" && entry.change === "created"
        : kind === "gitea.reviews" && entry.change === "created" && after?.state === "APPROVED";
      return happened && (repo === undefined || after?.repo === repo) &&
        (number === undefined || after?.number === number);
    }
    case "docIndexed":
      return kind === "opensearch.docs" && after !== undefined &&
        isNamed(after.index, predicate.index);
    case "docDeleted":
      return kind === "opensearch.docs" && after === undefined &&
        isNamed(before?.index, predicate.index);
  }
}

function isNamed(index: unknown, pattern: string | undefined): boolean {
  if (pattern === undefined) return true;
  return pattern.endsWith("*") ? String(index).startsWith(pattern.slice(0, -1)) : index === pattern;
}
