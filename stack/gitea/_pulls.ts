import type { Hono } from "hono";
import type { Row } from "../../probes/mod.ts";
import { changedFiles } from "../git/unified_diff.ts";
import { ahead, changesOf, diffText, lineCounts, mergeBase, resolveRef } from "./_history.ts";
import { issueRow } from "./_issues.ts";
import { listed } from "./_repos.ts";
import {
  fail,
  includes,
  jsonBody,
  moment,
  notFound,
  page,
  ROOT_URL,
  signedIn,
  textField,
  type TwinContext,
  type TwinEnv,
} from "./_state.ts";
import { commitView, issueView, repoView, userView } from "./_views.ts";
import {
  branchKey,
  commitKey,
  issueKey,
  makeCommit,
  moveBranch,
  repoName,
  treeOf,
} from "./repository.ts";

/** Mounts pull requests, their reviews and their merging. */
export function mountPulls(app: Hono<TwinEnv>): void {
  const pulls = "/api/v1/repos/:owner/:repo/pulls";
  app.get(pulls, listPulls);
  app.get(`${pulls}/:index{[^/]+\\.(diff|patch)}`, (c) => {
    const { issue, head, base } = parts(c, (c.req.param("index") ?? "").replace(/\..*$/, ""));
    if (!issue) throw notFound();
    return c.text(diffText(c.env.rows, changedFiles(treeOf(base), treeOf(head))));
  });
  app.get(`${pulls}/:index`, (c) => c.json(pullView(c, parts(c))));
  app.get(`${pulls}/:index/files`, listFiles);
  app.get(`${pulls}/:index/commits`, (c) => {
    const { head, base } = parts(c);
    const commits = ahead(c.env.rows, base, head);
    return listed(c, commits, (row) => commitView(c.env.rows, row, changesOf(c.env.rows, row)));
  });
  app.get(`${pulls}/:index/merge`, (c) => {
    if (parts(c).pull.merged === true) return c.body(null, 204);
    throw notFound();
  });
  app.post(`${pulls}/:index/merge`, merge);
  app.get(`${pulls}/:index/reviews`, (c) => {
    const key = keyOf(parts(c).issue);
    const rows = c.env.rows.by("gitea.reviews", "issue", key).map(([, row]) => row);
    return listed(c, rows, (row) => reviewView(c, row));
  });
  app.post(`${pulls}/:index/reviews`, review);
}

interface Pull {
  issue: Row;
  pull: Row;
  head: Row;
  /** The commit at which the branches parted. */
  base: Row;
}

function keyOf(issue: Row): string {
  return issueKey(String(issue.repo), issue.number as number);
}

function parts(c: TwinContext, index?: string): Pull {
  const { rows } = c.env;
  const repo = c.get("repo");
  const issue = index === undefined
    ? issueRow(c)
    : rows.get("gitea.issues", issueKey(repoName(repo), Number(index) || 0));
  const pull = issue && rows.get("gitea.pulls", keyOf(issue));
  if (!issue || !pull) throw notFound();
  return { issue, pull, ...ends(c, pull) };
}

/** Head and parting of a pull request: where they stood when it was merged, or as they stand now. */
function ends(c: TwinContext, pull: Row): { head: Row; base: Row } {
  const { rows } = c.env;
  const repo = c.get("repo");
  const name = repoName(repo);
  if (pull.merged === true) {
    const [head, base] = [pull.head_sha, pull.base_sha].map((sha) =>
      rows.get("gitea.commits", commitKey(name, String(sha)))
    );
    if (head && base) return { head, base };
  }
  const head = resolveRef(rows, repo, String(pull.head));
  const target = resolveRef(rows, repo, String(pull.base));
  const base = head && target && mergeBase(rows, target, head);
  if (!head || !base) throw notFound();
  return { head, base };
}

function listPulls(c: TwinContext): Response {
  const { rows } = c.env;
  const state = c.req.query("state") ?? "open";
  const found = rows.by("gitea.issues", "repo", repoName(c.get("repo"))).map(([, row]) => row)
    .filter((row) => row.is_pull === true && (state === "all" || row.state === state))
    .sort((a, b) => (b.number as number) - (a.number as number));
  return listed(c, found, (issue) => {
    const pull = rows.get("gitea.pulls", keyOf(issue)) as Row;
    return pullView(c, { issue, pull, ...ends(c, pull) });
  });
}

function pullView(c: TwinContext, { issue, pull, head, base }: Pull): object {
  const { rows } = c.env;
  const repo = c.get("repo");
  const name = repoName(repo);
  const shown = repoView(rows, repo, c.get("permission"));
  const issueShown = issueView(rows, issue, repo) as Record<string, unknown>;
  const target = resolveRef(rows, repo, String(pull.base)) ?? base;
  const html = `${ROOT_URL}${name}/pulls/${issue.number}`;
  return {
    id: issue.issue_id,
    url: html,
    number: issue.number,
    user: issueShown.user,
    title: issue.title,
    body: issue.body,
    labels: issueShown.labels,
    milestone: null,
    assignee: null,
    assignees: null,
    requested_reviewers: null,
    state: issue.state,
    draft: false,
    is_locked: false,
    comments: issueShown.comments,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    mergeable: pull.merged !== true && conflicts({ target, head, base }).length === 0,
    merged: pull.merged,
    merged_at: pull.merged_at === null ? null : moment(pull.merged_at),
    merge_commit_sha: pull.merge_commit,
    merged_by: pull.merged_by === null ? null : userView(rows, pull.merged_by),
    allow_maintainer_edit: false,
    base: { label: pull.base, ref: pull.base, sha: target.sha, repo_id: repo.repo_id, repo: shown },
    head: { label: pull.head, ref: pull.head, sha: head.sha, repo_id: repo.repo_id, repo: shown },
    merge_base: base.sha,
    due_date: null,
    created_at: moment(issue.created),
    updated_at: moment(issue.updated),
    closed_at: issue.closed === null ? null : moment(issue.closed),
    pin_order: 0,
  };
}

function listFiles(c: TwinContext): Response {
  const { head, base } = parts(c);
  const files = changedFiles(treeOf(base), treeOf(head));
  const { rows: shown, headers } = page(
    c,
    files.map(({ path, before = null, after = null }) => ({ path, before, after })),
  );
  const name = repoName(c.get("repo"));
  return c.json(
    shown.map((row) => {
      const path = String(row.path);
      const file = files.find((file) => file.path === path) ?? { path };
      const { additions, deletions } = lineCounts(c.env.rows, file);
      return {
        filename: path,
        status: row.before === null ? "added" : row.after === null ? "deleted" : "changed",
        additions,
        deletions,
        changes: additions + deletions,
        html_url: `${ROOT_URL}${name}/src/commit/${head.sha}/${path}`,
        contents_url: `${ROOT_URL}api/v1/repos/${name}/contents/${path}?ref=${head.sha}`,
        raw_url: `${ROOT_URL}${name}/raw/commit/${head.sha}/${path}`,
      };
    }),
    200,
    headers,
  );
}

/** Paths that both sides changed in different ways since they parted. */
function conflicts({ target, head, base }: { target: Row; head: Row; base: Row }): string[] {
  const theirs = new Map(
    changedFiles(treeOf(base), treeOf(target)).map(({ path, after }) => [path, after]),
  );
  return changedFiles(treeOf(base), treeOf(head))
    .filter(({ path, after }) => theirs.has(path) && theirs.get(path) !== after)
    .map(({ path }) => path);
}

/** Throws Gitea's 404 or 405 when a pull request must not be merged. */
function checkMerge(c: TwinContext, { issue, pull, head, base }: Pull, force: boolean): Row {
  const { rows } = c.env;
  const caller = signedIn(c);
  if (pull.merged === true) throw fail(405, "");
  if (issue.state !== "open") throw notFound();
  if (!includes(c.get("permission"), "write")) throw fail(405, "User not allowed to merge PR");
  const repo = c.get("repo");
  const branch = rows.get("gitea.branches", branchKey(repoName(repo), String(pull.base)));
  const target = resolveRef(rows, repo, String(pull.base));
  if (!branch || !target) throw notFound();
  if (conflicts({ target, head, base }).length > 0) throw fail(405, "Please try again later");
  const approvals = rows.by("gitea.reviews", "issue", keyOf(issue)).filter(([, row]) =>
    row.state === "APPROVED" && row.official === true
  );
  const overrides = force && (caller.admin || c.get("permission") === "admin");
  if (approvals.length < (branch.approvals as number) && !overrides) {
    throw fail(405, "not allowed to merge [reason: Does not have enough approvals]");
  }
  return branch;
}

async function merge(c: TwinContext): Promise<Response> {
  const { rows, now } = c.env;
  const { username } = signedIn(c);
  const body = await jsonBody(c);
  const style = textField(body, "Do", "Do");
  const found = parts(c);
  const { issue, pull, head, base } = found;
  const branch = checkMerge(c, found, body.force_merge === true);
  if (style !== "merge" && style !== "squash") {
    throw fail(405, `${style} is not allowed an allowed merge style for this repository`);
  }
  const repo = c.get("repo");
  const target = resolveRef(rows, repo, String(pull.base)) as Row;
  const taken = changedFiles(treeOf(base), treeOf(head));
  const name = repoName(repo);
  const title =
    `Merge pull request '${issue.title}' (#${issue.number}) from ${pull.head} into ${pull.base}`;
  const commit = makeCommit(rows, {
    repo: name,
    parents: style === "merge" ? [target, head] : [target],
    changes: {},
    merged: Object.fromEntries(taken.map(({ path, after }) => [path, after])),
    author: username,
    time: now(),
    message: textField(body, "MergeTitleField") ||
      (style === "merge" ? title : `${issue.title} (#${issue.number})`),
  });
  moveBranch(rows, {
    repo,
    branch: String(pull.base),
    commit,
    before: treeOf(target),
    row: branch,
  });
  rows.put("gitea.pulls", keyOf(issue), {
    ...pull,
    merged: true,
    merged_at: now(),
    merged_by: username,
    merge_commit: commit.sha as string,
    head_sha: head.sha as string,
    base_sha: base.sha as string,
  });
  rows.put("gitea.issues", keyOf(issue), {
    ...issue,
    state: "closed",
    closed: now(),
    updated: now(),
  });
  return c.body(null, 200);
}

function reviewView(c: TwinContext, row: Row): object {
  const html = `${ROOT_URL}${row.repo}/pulls/${row.number}`;
  return {
    id: row.review_id,
    user: userView(c.env.rows, row.user),
    team: null,
    state: row.state,
    body: row.body,
    commit_id: row.commit,
    stale: false,
    official: row.official,
    dismissed: false,
    comments_count: 0,
    submitted_at: moment(row.created),
    updated_at: moment(row.created),
    html_url: `${html}#issuecomment-${row.review_id}`,
    pull_request_url: html,
  };
}

const EVENTS = ["APPROVED", "REQUEST_CHANGES", "COMMENT", "PENDING"];

async function review(c: TwinContext): Promise<Response> {
  const { rows, now } = c.env;
  const { username } = signedIn(c);
  const { issue, head } = parts(c);
  const body = await jsonBody(c);
  const state = textField(body, "event") || "PENDING";
  const text = textField(body, "body");
  if (!EVENTS.includes(state)) throw fail(422, `unknown review event: ${state}`);
  if (issue.author === username && (state === "APPROVED" || state === "REQUEST_CHANGES")) {
    const act = state === "APPROVED" ? "approve" : "reject";
    throw fail(422, `${act} your own pull is not allowed`);
  }
  if (state === "COMMENT" && text.trim() === "") {
    throw fail(422, "review event COMMENT requires a body or a comment");
  }
  const review_id = 1 + [...rows.all("gitea.reviews")].reduce(
    (most, [, row]) => Math.max(most, row.review_id as number),
    0,
  );
  const row: Row = {
    repo: issue.repo as string,
    number: issue.number as number,
    issue: keyOf(issue),
    review_id,
    user: username,
    state,
    body: text,
    official: includes(c.get("permission"), "write"),
    commit: head.sha as string,
    created: now(),
  };
  rows.put("gitea.reviews", `${keyOf(issue)}/${review_id}`, row);
  return c.json(reviewView(c, row));
}
