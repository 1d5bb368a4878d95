import type { Row } from "../../probes/mod.ts";
import { type ChangedFile, changedFiles, fileDiff, textChange } from "../git/unified_diff.ts";
import type { RowOverlay } from "../state/row_store.ts";
import { branchKey, commitKey, repoName, treeOf } from "./repository.ts";

/** The commit that a branch, a commit's name or its beginning stands for. */
export function resolveRef(rows: RowOverlay, repo: Row, ref: string): Row | undefined {
  const name = repoName(repo);
  const wanted = ref === "" || ref === "HEAD" ? String(repo.default_branch) : ref;
  const branch = rows.get("gitea.branches", branchKey(name, wanted.replace(/^refs\/heads\//, "")));
  if (branch) return rows.get("gitea.commits", commitKey(name, String(branch.commit)));
  if (!/^[0-9a-f]{4,40}$/i.test(ref)) return undefined;
  const sha = ref.toLowerCase();
  const exact = rows.get("gitea.commits", commitKey(name, sha));
  if (exact) return exact;
  const found = reachable(rows, repo).filter((commit) => String(commit.sha).startsWith(sha));
  return found.length === 1 ? found[0] : undefined;
}

/** Every commit of a repository's branches. */
function reachable(rows: RowOverlay, repo: Row): Row[] {
  const name = repoName(repo);
  const found = new Map<string, Row>();
  for (const [, branch] of rows.by("gitea.branches", "repo", name)) {
    const tip = rows.get("gitea.commits", commitKey(name, String(branch.commit)));
    if (tip) { for (const commit of history(rows, tip)) found.set(String(commit.sha), commit); }
  }
  return [...found.values()];
}

/** A commit and its ancestors, newest first. */
export function history(rows: RowOverlay, tip: Row): Row[] {
  const repo = String(tip.repo);
  const found = new Map<string, Row>([[String(tip.sha), tip]]);
  const queue = [tip];
  for (let commit = queue.pop(); commit; commit = queue.pop()) {
    for (const sha of commit.parents as string[]) {
      const parent = rows.get("gitea.commits", commitKey(repo, sha));
      if (!parent || found.has(sha)) continue;
      found.set(sha, parent);
      queue.push(parent);
    }
  }
  // Git breaks ties by the order of the walk, in which a child comes before its parents.
  const order = topological(found);
  return order.sort((a, b) => (b.time as number) - (a.time as number));
}

function topological(commits: ReadonlyMap<string, Row>): Row[] {
  const done = new Set<string>();
  const order: Row[] = [];
  for (const start of commits.keys()) {
    const stack: [string, boolean][] = [[start, false]];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const [sha, left] = top;
      const commit = commits.get(sha);
      if (!commit || done.has(sha)) continue;
      if (left) {
        done.add(sha);
        order.push(commit);
        continue;
      }
      stack.push([sha, true]);
      for (const parent of commit.parents as string[]) stack.push([parent, false]);
    }
  }
  return order.reverse();
}

/** What a commit changed against its first parent. */
export function changesOf(rows: RowOverlay, commit: Row): ChangedFile[] {
  const [parent] = commit.parents as string[];
  const before = parent === undefined
    ? undefined
    : rows.get("gitea.commits", commitKey(String(commit.repo), parent));
  return changedFiles(treeOf(before), treeOf(commit));
}

/** The newest commit that two commits have in common. */
export function mergeBase(rows: RowOverlay, one: Row, other: Row): Row | undefined {
  const known = new Set(history(rows, one).map(({ sha }) => sha));
  return history(rows, other).find(({ sha }) => known.has(sha ?? null));
}

/** The commits of `head` that `base` has not, newest first. */
export function ahead(rows: RowOverlay, base: Row, head: Row): Row[] {
  const known = new Set(history(rows, base).map(({ sha }) => sha));
  return history(rows, head).filter(({ sha }) => !known.has(sha ?? null));
}

/** The text of a blob. */
export function blobText(rows: RowOverlay, sha: string): string {
  return String(rows.get("gitea.blobs", sha)?.content ?? "");
}

/** What `git diff` prints for some files. */
export function diffText(rows: RowOverlay, files: readonly ChangedFile[]): string {
  return files.map((file) => fileDiff(file, (sha) => blobText(rows, sha))).join("");
}

/** Lines added and removed in a file. */
export function lineCounts(
  rows: RowOverlay,
  { before, after }: ChangedFile,
): { additions: number; deletions: number } {
  const text = (sha: string | undefined): string => sha === undefined ? "" : blobText(rows, sha);
  const { additions, deletions } = textChange(text(before), text(after));
  return { additions, deletions };
}
