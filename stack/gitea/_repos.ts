import type { Hono } from "hono";
import type { Row } from "../../probes/mod.ts";
import { resolveRef } from "./_history.ts";
import {
  includes,
  needScope,
  notFound,
  page,
  permissionOf,
  signedIn,
  type TwinContext,
  type TwinEnv,
} from "./_state.ts";
import { labelView, orgView, repoView, userView } from "./_views.ts";
import { branchKey, repoName } from "./repository.ts";
import { changesOf } from "./_history.ts";
import { commitView } from "./_views.ts";

/** Mounts accounts, organisations, repositories and branches. */
export function mountRepos(app: Hono<TwinEnv>): void {
  app.get("/api/v1/version", (c) => c.json({ version: "1.22.6" }));
  app.get("/api/v1/user", (c) => {
    needScope(c, "user");
    return c.json(userView(c.env.rows, signedIn(c).username));
  });
  app.get("/api/v1/users/:username", (c) => {
    needScope(c, "user");
    const user = c.env.rows.get("gitea.users", c.req.param("username").toLowerCase());
    if (!user) throw notFound(undefined, [userMissing(c.req.param("username"))]);
    return c.json(userView(c.env.rows, user.username));
  });
  app.get("/api/v1/orgs", (c) => {
    needScope(c, "organization");
    return listed(c, [...c.env.rows.all("gitea.orgs")].map(([, row]) => row), orgView);
  });
  app.get("/api/v1/orgs/:org", (c) => {
    needScope(c, "organization");
    return c.json(orgView(org(c)));
  });
  app.get("/api/v1/orgs/:org/repos", (c) => {
    needScope(c, "organization");
    const owner = org(c).name;
    return repositories(c, (repo) => repo.owner === owner);
  });
  app.get("/api/v1/user/repos", (c) => {
    needScope(c, "user");
    needScope(c, "repository");
    const { username } = signedIn(c);
    const { rows } = c.env;
    return repositories(
      c,
      (repo) => rows.get("gitea.access", `${repoName(repo)}/${username}`) !== undefined,
    );
  });
  app.get("/api/v1/repos/search", search);
  app.get(
    "/api/v1/repos/:owner/:repo",
    (c) => c.json(repoView(c.env.rows, c.get("repo"), c.get("permission"))),
  );
  app.get("/api/v1/repos/:owner/:repo/branches", (c) => {
    const name = repoName(c.get("repo"));
    const rows = c.env.rows.by("gitea.branches", "repo", name).map(([, row]) => row);
    return listed(c, rows, (row) => branchView(c, row));
  });
  app.get("/api/v1/repos/:owner/:repo/branches/:branch{.+}", (c) => {
    const key = branchKey(repoName(c.get("repo")), c.req.param("branch"));
    const row = c.env.rows.get("gitea.branches", key);
    if (!row) throw notFound();
    return c.json(branchView(c, row));
  });
  app.get("/api/v1/repos/:owner/:repo/labels", (c) => {
    const rows = c.env.rows.by("gitea.labels", "repo", repoName(c.get("repo")));
    return listed(c, rows.map(([, row]) => row), labelView);
  });
}

function userMissing(name: string): string {
  return `user does not exist [uid: 0, name: ${name}]`;
}

function org(c: TwinContext): Row {
  const row = c.env.rows.get("gitea.orgs", (c.req.param("org") ?? "").toLowerCase());
  if (!row) throw notFound(undefined, [userMissing(c.req.param("org") ?? "")]);
  return row;
}

/** One page of rows. */
export function listed(
  c: TwinContext,
  items: readonly Row[],
  view: (row: Row) => object,
): Response {
  const { rows, headers } = page(c, items);
  return c.json(rows.map(view), 200, headers);
}

function visible(c: TwinContext, wanted: (repo: Row) => boolean): Row[] {
  const { rows } = c.env;
  return [...rows.all("gitea.repos")].map(([, row]) => row).filter((repo) =>
    includes(permissionOf(rows, repo, c.get("caller")), "read") && wanted(repo)
  );
}

function repositories(c: TwinContext, wanted: (repo: Row) => boolean): Response {
  const { rows } = c.env;
  const view = (repo: Row): object =>
    repoView(rows, repo, permissionOf(rows, repo, c.get("caller")));
  return listed(c, visible(c, wanted), view);
}

function search(c: TwinContext): Response {
  needScope(c, "repository");
  const { rows } = c.env;
  const word = (c.req.query("q") ?? "").toLowerCase();
  const found = visible(c, (repo) => String(repo.name).toLowerCase().includes(word));
  const { rows: shown, headers } = page(c, found);
  const data = shown.map((repo) => repoView(rows, repo, permissionOf(rows, repo, c.get("caller"))));
  return c.json({ ok: true, data }, 200, headers);
}

function branchView(c: TwinContext, row: Row): object {
  const { rows } = c.env;
  const commit = resolveRef(rows, c.get("repo"), String(row.commit));
  const caller = c.get("caller");
  const pushes = includes(c.get("permission"), "write") && mayPush(row, caller?.username);
  const shown = commit && commitView(rows, commit, changesOf(rows, commit)) as {
    commit: Record<string, unknown>;
  };
  return {
    name: row.branch,
    commit: {
      id: commit?.sha,
      message: shown?.commit.message,
      url: `${shown?.commit.url}`.replace("/api/v1/repos/", "/").replace(
        "/git/commits/",
        "/commit/",
      ),
      author: { ...shown?.commit.author as object, username: commit?.author },
      committer: { ...shown?.commit.committer as object, username: commit?.author },
      verification: shown?.commit.verification,
      timestamp: (shown?.commit.author as { date: string } | undefined)?.date,
      added: null,
      removed: null,
      modified: null,
    },
    protected: row.protected,
    required_approvals: row.approvals,
    enable_status_check: false,
    status_check_contexts: [],
    user_can_push: pushes,
    user_can_merge: includes(c.get("permission"), "write"),
    effective_branch_protection_name: row.protected ? row.branch : "",
  };
}

/** Whether a branch's protection lets a writer push to it. */
export function mayPush(branch: Row, username: string | undefined): boolean {
  return branch.protected !== true ||
    (branch.push_allowed as string[]).includes(username ?? "");
}
