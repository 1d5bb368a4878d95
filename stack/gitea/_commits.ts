import type { Hono } from "hono";
import type { Row } from "../../probes/mod.ts";
import { treeEntries } from "../git/objects.ts";
import {
  ahead,
  blobText,
  changesOf,
  diffText,
  history,
  mergeBase,
  resolveRef,
} from "./_history.ts";
import { fail, notFound, page, ROOT_URL, type TwinContext, type TwinEnv } from "./_state.ts";
import { commitView } from "./_views.ts";
import { repoName, treeOf } from "./repository.ts";

const encoder = new TextEncoder();

/** Mounts commits, comparisons, trees and blobs. */
export function mountCommits(app: Hono<TwinEnv>): void {
  const repo = "/api/v1/repos/:owner/:repo";
  app.get(`${repo}/commits`, listCommits);
  app.get(`${repo}/git/commits/:sha{.+}`, oneCommit);
  app.get(`${repo}/compare/:range{.+}`, compare);
  app.get(`${repo}/git/trees/:sha{.+}`, getTree);
  app.get(`${repo}/git/blobs/:sha`, getBlob);
}

function view(c: TwinContext, commit: Row): object {
  return commitView(c.env.rows, commit, changesOf(c.env.rows, commit));
}

function listCommits(c: TwinContext): Response {
  const { rows } = c.env;
  const ref = c.req.query("sha") ?? "";
  const tip = resolveRef(rows, c.get("repo"), ref);
  if (!tip) throw notFound("GetCommit", [`object does not exist [id: ${ref}, rel_path: ]`]);
  const path = (c.req.query("path") ?? "").replace(/\/+$/, "");
  const touches = (commit: Row): boolean =>
    changesOf(rows, commit).some((file) => file.path === path || file.path.startsWith(`${path}/`));
  const found = history(rows, tip).filter((commit) => path === "" || touches(commit));
  if (path !== "" && found.length === 0) throw notFound("FileCommitsCount");
  const { rows: shown, headers, number, size } = page(c, found);
  const pages = Math.ceil(found.length / size);
  return c.json(shown.map((commit) => view(c, commit)), 200, {
    ...headers,
    "x-page": String(number),
    "x-perpage": String(size),
    "x-total": String(found.length),
    "x-pagecount": String(pages),
    "x-hasmore": String(number < pages),
  });
}

function oneCommit(c: TwinContext): Response {
  const [, ref = "", type] = /^(.+?)(?:\.(diff|patch))?$/s.exec(c.req.param("sha") ?? "") ?? [];
  // git-check-ref-format: no space, control character, "..", "~", "^", ":", "?", "*", "[" or "\".
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x20~^:?*[\\\x7f]|\.\.|\/\/|@\{|\/$|\.$/.test(ref)) {
    throw fail(422, `no valid ref or sha: ${ref}`);
  }
  const commit = resolveRef(c.env.rows, c.get("repo"), ref);
  if (!commit) throw notFound(ref);
  if (type === undefined) return c.json(view(c, commit));
  const text = diffText(c.env.rows, changesOf(c.env.rows, commit));
  return c.text(type === "diff" ? text : `${patchHead(commit)}${text}`);
}

function patchHead(commit: Row): string {
  return `From ${commit.sha} Mon Sep 17 00:00:00 2001\nFrom: ${commit.author} <${commit.email}>\n` +
    `Date: ${
      new Date(commit.time as number).toUTCString()
    }\nSubject: [PATCH] ${commit.message}\n\n---\n`;
}

function compare(c: TwinContext): Response {
  const { rows } = c.env;
  const range = c.req.param("range") ?? "";
  const [from = "", to = ""] = range.includes("...")
    ? range.split("...", 2)
    : range.includes("..")
    ? range.split("..", 2)
    : [String(c.get("repo").default_branch), range];
  const [base, head] = [from, to].map((ref) => resolveRef(rows, c.get("repo"), ref));
  if (!base || !head) throw notFound();
  const start = range.includes("...") || !range.includes("..")
    ? mergeBase(rows, base, head) ?? base
    : base;
  const commits = ahead(rows, start, head);
  return c.json({
    total_commits: commits.length,
    commits: commits.map((commit) => view(c, commit)),
  });
}

function getTree(c: TwinContext): Response {
  const { rows } = c.env;
  const ref = c.req.param("sha") ?? "";
  const commit = resolveRef(rows, c.get("repo"), ref);
  if (!commit) throw fail(400, `object does not exist [id: ${ref}, rel_path: ]`);
  const tree = treeOf(commit);
  const name = repoName(c.get("repo"));
  const every = (folder: string): object[] =>
    (treeEntries(tree, folder) ?? []).flatMap(({ path, type, sha }) => [
      {
        path,
        mode: type === "tree" ? "040000" : "100644",
        type,
        size: type === "tree" ? 0 : encoder.encode(blobText(rows, sha)).length,
        sha,
        url: `${ROOT_URL}api/v1/repos/${name}/git/${type}s/${sha}`,
      },
      ...(type === "tree" && ["1", "true"].includes(c.req.query("recursive") ?? "")
        ? every(path)
        : []),
    ]);
  const entries = every("");
  return c.json({
    sha: commit.tree_sha,
    url: `${ROOT_URL}api/v1/repos/${name}/git/trees/${commit.tree_sha}`,
    tree: entries,
    truncated: false,
    page: 1,
    total_count: entries.length,
  });
}

function getBlob(c: TwinContext): Response {
  const { rows } = c.env;
  const sha = c.req.param("sha") ?? "";
  const blob = ownBlob(c, sha) ? rows.get("gitea.blobs", sha) : undefined;
  if (!blob) throw fail(400, `object does not exist [id: ${sha}, rel_path: ]`);
  const bytes = encoder.encode(String(blob.content));
  return c.json({
    content: bytes.toBase64(),
    encoding: "base64",
    url: `${ROOT_URL}api/v1/repos/${repoName(c.get("repo"))}/git/blobs/${sha}`,
    sha,
    size: bytes.length,
  });
}

/** Whether a blob belongs to the repository that the path names: contents are kept once for all. */
function ownBlob(c: TwinContext, sha: string): boolean {
  const { rows } = c.env;
  const name = repoName(c.get("repo"));
  return rows.by("gitea.branches", "repo", name).some(([, branch]) => {
    const tip = resolveRef(rows, c.get("repo"), String(branch.commit));
    return tip !== undefined &&
      history(rows, tip).some((commit) => Object.values(treeOf(commit)).includes(sha));
  });
}
