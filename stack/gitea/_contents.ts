import type { Hono } from "hono";
import type { Row } from "../../probes/mod.ts";
import { treeEntries } from "../git/objects.ts";
import { blobText, changesOf, history, resolveRef } from "./_history.ts";
import { mayPush } from "./_repos.ts";
import {
  type Caller,
  fail,
  includes,
  jsonBody,
  moment,
  notFound,
  ROOT_URL,
  signedIn,
  textField,
  type TwinContext,
  type TwinEnv,
} from "./_state.ts";
import { branchKey, makeCommit, moveBranch, repoName, treeOf } from "./repository.ts";

const encoder = new TextEncoder();

/** Mounts the files of repositories: reading, and writing by commits. */
export function mountContents(app: Hono<TwinEnv>): void {
  const repo = "/api/v1/repos/:owner/:repo";
  app.get(`${repo}/contents`, (c) => read(c, ""));
  app.get(`${repo}/contents/:path{.+}`, (c) => read(c, c.req.param("path").replace(/\/+$/, "")));
  app.post(`${repo}/contents/:path{.+}`, (c) => write(c, "create"));
  app.put(`${repo}/contents/:path{.+}`, (c) => write(c, "update"));
  app.delete(`${repo}/contents/:path{.+}`, (c) => write(c, "delete"));
  app.get(`${repo}/raw/:path{.+}`, raw);
}

function read(c: TwinContext, path: string): Response {
  const ref = c.req.query("ref") ?? "";
  const commit = resolveRef(c.env.rows, c.get("repo"), ref);
  const missing = (id: string): Error =>
    notFound("GetContentsOrList", [`object does not exist [id: ${id}, rel_path: ${path}]`]);
  if (!commit) throw missing(ref);
  const file = treeOf(commit)[path];
  if (file !== undefined) return c.json(fileView(c, commit, { path, sha: file, ref }));
  const entries = treeEntries(treeOf(commit), path);
  if (!entries) throw missing("");
  return c.json(
    entries.map(({ path, sha, type }) => entryView(c, commit, { path, sha, ref, type })),
  );
}

function raw(c: TwinContext): Response {
  const commit = resolveRef(c.env.rows, c.get("repo"), c.req.query("ref") ?? "");
  const sha = commit && treeOf(commit)[c.req.param("path") ?? ""];
  if (sha === undefined) throw notFound();
  return c.text(blobText(c.env.rows, sha));
}

interface Entry {
  path: string;
  sha: string;
  ref: string;
  type?: "blob" | "tree";
}

function entryView(c: TwinContext, commit: Row, entry: Entry): Record<string, unknown> {
  const { path, sha } = entry;
  const folder = entry.type === "tree";
  const name = repoName(c.get("repo"));
  const ref = entry.ref === "" ? String(c.get("repo").default_branch) : entry.ref;
  const self = `${ROOT_URL}api/v1/repos/${name}/contents/${path}?ref=${ref}`;
  const git = `${ROOT_URL}api/v1/repos/${name}/git/${folder ? "trees" : "blobs"}/${sha}`;
  const html = `${ROOT_URL}${name}/src/branch/${ref}/${path}`;
  const last = history(c.env.rows, commit).find((earlier) =>
    changesOf(c.env.rows, earlier).some((file) =>
      file.path === path || file.path.startsWith(`${path}/`)
    )
  );
  return {
    name: path.slice(path.lastIndexOf("/") + 1),
    path,
    sha,
    last_commit_sha: last?.sha,
    type: folder ? "dir" : "file",
    size: folder ? 0 : encoder.encode(blobText(c.env.rows, sha)).length,
    encoding: null,
    content: null,
    target: null,
    url: self,
    html_url: html,
    git_url: git,
    download_url: folder ? null : `${ROOT_URL}${name}/raw/branch/${ref}/${path}`,
    submodule_git_url: null,
    _links: { self, git, html },
  };
}

function fileView(c: TwinContext, commit: Row, entry: Entry): object {
  return {
    ...entryView(c, commit, entry),
    encoding: "base64",
    content: encoder.encode(blobText(c.env.rows, entry.sha)).toBase64(),
  };
}

/** A change of one file, read from a request and checked. */
interface Change {
  caller: Caller;
  branch: Row;
  tip: Row;
  to: string;
  path: string;
  content: string | undefined;
  message: string;
}

type Operation = "create" | "update" | "delete";

async function write(c: TwinContext, operation: Operation): Promise<Response> {
  const { caller, branch, tip, to, path, content, message } = await change(c, operation);
  const { rows, now } = c.env;
  const repo = c.get("repo");
  const commit = makeCommit(rows, {
    repo: repoName(repo),
    parents: [tip],
    changes: { [path]: content },
    author: caller.username,
    time: now(),
    message,
  });
  const same = to === branch.branch;
  moveBranch(rows, {
    repo,
    branch: to,
    commit,
    ...(same ? { before: treeOf(tip), row: branch } : {}),
  });
  const sha = treeOf(commit)[path];
  const shown = sha === undefined ? null : fileView(c, commit, { path, sha, ref: to });
  return c.json({
    content: shown,
    commit: fileCommitView(commit),
    verification: {
      verified: false,
      reason: "gpg.error.not_signed_commit",
      signature: "",
      signer: null,
      payload: "",
    },
  }, operation === "create" ? 201 : 200);
}

async function change(c: TwinContext, operation: Operation): Promise<Change> {
  const caller = signedIn(c);
  const repo = c.get("repo");
  const body = await jsonBody(c);
  const path = (c.req.param("path") ?? "").replace(/^\/+|\/+$/g, "");
  if (!includes(c.get("permission"), "write")) {
    throw fail(403, "user should have a permission to write to this branch");
  }
  const sha = operation === "create" ? "" : textField(body, "sha", "SHA");
  const content = operation === "delete" ? undefined : decoded(textField(body, "content"));
  if (
    path.split("/").some((part) => ["", ".", ".."].includes(part) || part.toLowerCase() === ".git")
  ) {
    throw fail(422, `path contains a malformed path component [path: ${path}]`);
  }
  const from = textField(body, "branch") || String(repo.default_branch);
  const to = textField(body, "new_branch") || from;
  const branch = c.env.rows.get("gitea.branches", branchKey(repoName(repo), from));
  const tip = branch && resolveRef(c.env.rows, repo, String(branch.commit));
  if (!branch || !tip) {
    throw fail(404, `branch does not exist [repo_id: ${repo.repo_id} name: ${from}]`);
  }
  if (to !== from && c.env.rows.get("gitea.branches", branchKey(repoName(repo), to))) {
    throw fail(422, `branch already exists [name: ${to}]`);
  }
  if (to === from && !mayPush(branch, caller.username)) {
    throw fail(403, `user cannot commit to repo [user: ${caller.username}]`);
  }
  checkFile(treeOf(tip), { operation, path, sha });
  const verb = { create: "Add", update: "Update", delete: "Delete" }[operation];
  const message = textField(body, "message").trim() || `${verb} ${path}`;
  return { caller, branch, tip, to, path, content, message };
}

function checkFile(
  tree: Readonly<Record<string, string>>,
  { operation, path, sha }: { operation: Operation; path: string; sha: string },
): void {
  const held = tree[path];
  if (operation === "create") {
    if (held !== undefined) throw fail(422, `repository file already exists [path: ${path}]`);
    const parents = path.split("/").slice(0, -1);
    const taken = parents.map((_, index) => parents.slice(0, index + 1).join("/"))
      .find((folder) => tree[folder] !== undefined);
    if (taken !== undefined || treeEntries(tree, path)) {
      throw fail(422, `path contains a malformed path component [path: ${path}]`);
    }
    return;
  }
  if (held === undefined) throw fail(404, `repository file does not exist [path: ${path}]`);
  if (held !== sha) throw fail(422, `sha does not match [given: ${sha}, expected: ${held}]`);
}

/** The text of a file in base64; what is not text is kept with U+FFFD. */
function decoded(content: string): string {
  try {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.fromBase64(content));
  } catch {
    throw fail(422, "illegal base64 data at input byte 0");
  }
}

function fileCommitView(commit: Row): object {
  const url = `${ROOT_URL}api/v1/repos/${commit.repo}/git`;
  const who = { name: commit.author, email: commit.email, date: moment(commit.time) };
  return {
    url: `${url}/commits/${commit.sha}`,
    sha: commit.sha,
    created: "0001-01-01T00:00:00Z",
    html_url: `${ROOT_URL}${commit.repo}/commit/${commit.sha}`,
    author: who,
    committer: who,
    parents: (commit.parents as string[]).map((sha) => ({
      url: `${url}/commits/${sha}`,
      sha,
      created: "0001-01-01T00:00:00Z",
    })),
    message: `${commit.message}\n`,
    tree: {
      url: `${url}/trees/${commit.tree_sha}`,
      sha: commit.tree_sha,
      created: "0001-01-01T00:00:00Z",
    },
  };
}
