import type { Row } from "../../probes/mod.ts";
import { blobSha, commitSha, type Tree, treeSha } from "../git/objects.ts";
import type { Kind } from "../state/row_store.ts";

/** Columns by which the twin looks rows up, by kind. */
export const GITEA_INDEXES: Readonly<Record<string, readonly string[]>> = {
  "gitea.access": ["repo", "user"],
  "gitea.branches": ["repo"],
  "gitea.comments": ["issue"],
  "gitea.files": ["tip"],
  "gitea.issues": ["repo"],
  "gitea.labels": ["repo"],
  "gitea.reviews": ["issue"],
  "gitea.tokens": ["digest"],
};

/** Where rows of repositories go: a seed, or an episode. */
export interface RowSink {
  /** Adds or replaces a row. */
  put(kind: Kind, id: string, row: Row, options?: { bookkeeping?: boolean }): void;
}

/** A commit to be made. */
export interface NewCommit {
  /** Repository: `"enterprise/infra"`. */
  repo: string;
  /** Parents: none for the first commit. */
  parents: readonly Row[];
  /** Files by path; undefined removes one. */
  changes: Readonly<Record<string, string | undefined>>;
  /** Files that a merge takes over, by the name of their content; undefined removes one. */
  merged?: Readonly<Record<string, string | undefined>>;
  /** Who makes it. */
  author: string;
  /** Milliseconds since the epoch. */
  time: number;
  /** The message. */
  message: string;
}

/** Key of a commit's row. */
export function commitKey(repo: string, sha: string): string {
  return `${repo}@${sha}`;
}

/** Key of a branch's row. */
export function branchKey(repo: string, branch: string): string {
  return `${repo}@${branch}`;
}

/** Key of the row of a file at the tip of a branch. */
export function fileKey(repo: string, branch: string, path: string): string {
  return `${repo}@${branch}:${path}`;
}

/** Key of an issue's or a pull request's row. */
export function issueKey(repo: string, number: number): string {
  return `${repo}#${number}`;
}

/** The files of a commit. */
export function treeOf(commit: Row | undefined): Tree {
  return (commit?.tree ?? {}) as Tree;
}

/** Makes a commit and keeps the contents that it names. */
export function makeCommit(sink: RowSink, made: NewCommit): Row {
  const tree: Record<string, string> = { ...treeOf(made.parents[0]) };
  for (const [path, content] of Object.entries(made.changes)) {
    if (content === undefined) {
      delete tree[path];
      continue;
    }
    const sha = blobSha(content);
    tree[path] = sha;
    // What a blob holds shows in the file and the commit that name it.
    sink.put("gitea.blobs", sha, { sha, content }, { bookkeeping: true });
  }
  for (const [path, sha] of Object.entries(made.merged ?? {})) {
    if (sha === undefined) delete tree[path];
    else tree[path] = sha;
  }
  const { author, time, message } = made;
  const email = `${author}@example.com`;
  const parents = made.parents.map(({ sha }) => String(sha));
  const root = treeSha(tree);
  const sha = commitSha({ tree: root, parents, author, email, time, message });
  const row: Row = {
    repo: made.repo,
    sha,
    tree,
    tree_sha: root,
    parents,
    author,
    email,
    time,
    message,
  };
  sink.put("gitea.commits", commitKey(made.repo, sha), row);
  return row;
}

/** A branch that moves to a commit. */
export interface BranchMove {
  /** Repository. */
  repo: Row;
  /** Name of the branch. */
  branch: string;
  /** The commit that it points to from then on. */
  commit: Row;
  /** Files of the branch before; none when the branch is new. */
  before?: Tree;
  /** The branch's row before. */
  row?: Row | undefined;
}

/** Moves a branch, and with it the rows of the files at its tip. */
export function moveBranch(
  sink: RowSink & { delete(kind: Kind, id: string): void },
  move: BranchMove,
): void {
  const { repo, branch, commit, before = {} } = move;
  const name = repoName(repo);
  const tree = treeOf(commit);
  for (const path of Object.keys(before)) {
    if (tree[path] === undefined) sink.delete("gitea.files", fileKey(name, branch, path));
  }
  for (const [path, sha] of Object.entries(tree)) {
    if (before[path] === sha) continue;
    sink.put("gitea.files", fileKey(name, branch, path), {
      repo: name,
      branch,
      path,
      sha,
      tip: branchKey(name, branch),
      // What is on another branch is no evidence until it is merged.
      audit: repo.audit === true && branch === repo.default_branch,
    });
  }
  sink.put("gitea.branches", branchKey(name, branch), {
    protected: false,
    push_allowed: [],
    approvals: 0,
    ...move.row,
    repo: name,
    branch,
    commit: commit.sha as string,
  });
}

/** Owner and name of a repository: `"enterprise/infra"`. */
export function repoName(repo: Row): string {
  return `${repo.owner}/${repo.name}`;
}
