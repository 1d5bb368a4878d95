import type { Hono } from "hono";
import type { Row } from "../../probes/mod.ts";
import { listed } from "./_repos.ts";
import {
  fail,
  includes,
  jsonBody,
  nextId,
  notFound,
  signedIn,
  textField,
  type TwinContext,
  type TwinEnv,
} from "./_state.ts";
import { commentView, issueView, labelView } from "./_views.ts";
import { issueKey, repoName } from "./repository.ts";

/** Mounts issues, their comments and their labels. */
export function mountIssues(app: Hono<TwinEnv>): void {
  const issues = "/api/v1/repos/:owner/:repo/issues";
  app.get(issues, listIssues);
  app.post(issues, createIssue);
  app.get(`${issues}/comments`, (c) => {
    const name = repoName(c.get("repo"));
    const rows = [...c.env.rows.all("gitea.comments")].map(([, row]) => row);
    return listed(c, rows.filter(({ repo }) => repo === name), (row) => comment(c, row));
  });
  app.get(`${issues}/:index`, (c) => c.json(issueView(c.env.rows, issueRow(c), c.get("repo"))));
  app.patch(`${issues}/:index`, editIssue);
  app.get(`${issues}/:index/comments`, (c) => {
    const issue = issueRow(c);
    const rows = c.env.rows.by("gitea.comments", "issue", keyOf(issue)).map(([, row]) => row);
    return c.json(rows.map((row) => commentView(c.env.rows, row, issue)), 200, {
      "x-total-count": String(rows.length),
    });
  });
  app.post(`${issues}/:index/comments`, createComment);
  app.get(`${issues}/:index/labels`, (c) => c.json(labelsOf(c, issueRow(c)).map(labelView)));
  app.post(`${issues}/:index/labels`, addLabels);
  app.delete(`${issues}/:index/labels/:id`, removeLabel);
}

function keyOf(issue: Row): string {
  return issueKey(String(issue.repo), issue.number as number);
}

/** The issue or pull request that a path names. */
export function issueRow(c: TwinContext): Row {
  const index = c.req.param("index") ?? "";
  const key = issueKey(repoName(c.get("repo")), /^\d{1,9}$/.test(index) ? Number(index) : 0);
  const row = c.env.rows.get("gitea.issues", key);
  if (!row) throw notFound();
  return row;
}

function comment(c: TwinContext, row: Row): object {
  const issue = c.env.rows.get("gitea.issues", String(row.issue)) ?? {};
  return commentView(c.env.rows, row, issue);
}

function listIssues(c: TwinContext): Response {
  const { rows } = c.env;
  const repo = c.get("repo");
  const state = c.req.query("state") ?? "open";
  const labels = (c.req.query("labels") ?? "").split(",").filter((name) => name !== "");
  const word = (c.req.query("q") ?? "").toLowerCase();
  const author = c.req.query("created_by");
  const since = Date.parse(c.req.query("since") ?? "");
  const type = c.req.query("type");
  const found = rows.by("gitea.issues", "repo", repoName(repo)).map(([, row]) => row)
    .filter((row) =>
      (state === "all" || row.state === (state === "closed" ? "closed" : "open")) &&
      (type !== "issues" && type !== "pulls" || row.is_pull === (type === "pulls")) &&
      labels.every((name) => (row.labels as string[]).includes(name)) &&
      `${row.title}\n${row.body}`.toLowerCase().includes(word) &&
      (author === undefined || author === "" || row.author === author.toLowerCase()) &&
      (Number.isNaN(since) || (row.updated as number) >= since)
    )
    .sort((a, b) =>
      (b.created as number) - (a.created as number) ||
      (b.number as number) - (a.number as number)
    );
  return listed(c, found, (row) => issueView(rows, row, repo));
}

async function createIssue(c: TwinContext): Promise<Response> {
  const { username } = signedIn(c);
  const { rows, now } = c.env;
  const body = await jsonBody(c);
  const title = textField(body, "title", "Title");
  const repo = repoName(c.get("repo"));
  const taken = rows.by("gitea.issues", "repo", repo).map(([, row]) => row.number as number);
  const number = Math.max(0, ...taken) + 1;
  const row: Row = {
    repo,
    number,
    issue_id: nextId(rows, "gitea.issues"),
    title,
    body: textField(body, "body"),
    state: "open",
    author: username,
    labels: [],
    is_pull: false,
    created: now(),
    updated: now(),
    closed: null,
  };
  rows.put("gitea.issues", issueKey(repo, number), row);
  return c.json(issueView(rows, row, c.get("repo")), 201);
}

/** Gitea answers these two with a status and no body. */
function bare(c: TwinContext, status: 403): Response {
  return c.body(null, status);
}

async function editIssue(c: TwinContext): Promise<Response> {
  const { username } = signedIn(c);
  const { rows, now } = c.env;
  const issue = issueRow(c);
  const body = await jsonBody(c);
  const writes = includes(c.get("permission"), "write");
  if (issue.author !== username && !writes) return bare(c, 403);
  const state = textField(body, "state");
  if (state !== "" && state !== "open" && state !== "closed") {
    throw fail(412, `unknown state: ${state}`);
  }
  const changed: Row = {
    ...issue,
    ...(body.title === undefined ? {} : { title: textField(body, "title") }),
    ...(body.body === undefined ? {} : { body: textField(body, "body") }),
    ...(state === "" || state === issue.state
      ? {}
      : { state, closed: state === "closed" ? now() : null }),
    updated: now(),
  };
  rows.put("gitea.issues", keyOf(issue), changed);
  return c.json(issueView(rows, changed, c.get("repo")), 201);
}

async function createComment(c: TwinContext): Promise<Response> {
  const { username } = signedIn(c);
  const { rows, now } = c.env;
  const issue = issueRow(c);
  const body = textField(await jsonBody(c), "body", "Body");
  const comment_id = nextId(rows, "gitea.comments");
  const row: Row = {
    repo: issue.repo as string,
    number: issue.number as number,
    issue: keyOf(issue),
    comment_id,
    author: username,
    body,
    created: now(),
  };
  rows.put("gitea.comments", `${keyOf(issue)}/${comment_id}`, row);
  return c.json(commentView(rows, row, issue), 201);
}

function labelsOf(c: TwinContext, issue: Row): Row[] {
  const names = issue.labels as string[];
  return c.env.rows.by("gitea.labels", "repo", String(issue.repo)).map(([, row]) => row)
    .filter(({ name }) => names.includes(String(name)));
}

async function addLabels(c: TwinContext): Promise<Response> {
  signedIn(c);
  const issue = issueRow(c);
  if (!includes(c.get("permission"), "write")) return bare(c, 403);
  const { labels } = await jsonBody(c);
  if (!Array.isArray(labels)) throw fail(422, "[]: labels must be an array");
  const known = c.env.rows.by("gitea.labels", "repo", String(issue.repo)).map(([, row]) => row);
  const added = known.filter(({ label_id, name }) =>
    labels.includes(label_id) || labels.includes(name)
  );
  relabel(c, issue, [...(issue.labels as string[]), ...added.map(({ name }) => String(name))]);
  return c.json(labelsOf(c, issueRow(c)).map(labelView));
}

function removeLabel(c: TwinContext): Response {
  signedIn(c);
  const issue = issueRow(c);
  if (!includes(c.get("permission"), "write")) return bare(c, 403);
  const id = c.req.param("id");
  const label = labelsOf(c, issue).find(({ label_id }) => String(label_id) === id);
  if (!label) throw fail(422, `label does not exist [label_id: ${id}]`);
  relabel(c, issue, (issue.labels as string[]).filter((name) => name !== label.name));
  return c.body(null, 204);
}

function relabel(c: TwinContext, issue: Row, labels: string[]): void {
  c.env.rows.put("gitea.issues", keyOf(issue), { ...issue, labels: [...new Set(labels)] });
}
