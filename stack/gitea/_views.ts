import type { Row } from "../../probes/mod.ts";
import type { RowOverlay } from "../state/row_store.ts";
import { issueKey, repoName } from "./repository.ts";
import type { Permission } from "./rights.ts";
import { includes, moment, ROOT_URL } from "./_state.ts";

type View = Record<string, unknown>;

/** An account as Gitea shows it; one that is gone is a ghost. */
export function userView(rows: RowOverlay, username: unknown): View {
  const row = rows.get("gitea.users", String(username)) ??
    { user_id: -1, username: "Ghost", email: "", full_name: "", created: 0 };
  return {
    id: row.user_id,
    login: row.username,
    login_name: "",
    source_id: 0,
    full_name: row.full_name,
    email: row.email,
    avatar_url: `${ROOT_URL}avatars/${row.user_id}`,
    html_url: `${ROOT_URL}${row.username}`,
    language: "",
    is_admin: false,
    last_login: "0001-01-01T00:00:00Z",
    created: moment(row.created),
    restricted: false,
    active: false,
    prohibit_login: false,
    location: "",
    website: "",
    description: "",
    visibility: "public",
    followers_count: 0,
    following_count: 0,
    starred_repos_count: 0,
    username: row.username,
  };
}

/** An organisation. */
export function orgView(row: Row): View {
  return {
    id: row.org_id,
    name: row.name,
    full_name: row.full_name,
    email: "",
    avatar_url: `${ROOT_URL}avatars/org-${row.org_id}`,
    description: row.description,
    website: "",
    location: "",
    visibility: "public",
    repo_admin_change_team_access: false,
    username: row.name,
  };
}

/** A repository, with what the caller may do in it. */
export function repoView(rows: RowOverlay, repo: Row, permission: Permission): View {
  const name = repoName(repo);
  const owner = rows.get("gitea.orgs", String(repo.owner));
  const open = (pull: boolean): number =>
    rows.by("gitea.issues", "repo", name)
      .filter(([, row]) => row.is_pull === pull && row.state === "open").length;
  return {
    id: repo.repo_id,
    owner: {
      ...userView(rows, ""),
      id: owner?.org_id,
      login: repo.owner,
      full_name: owner?.full_name,
      username: repo.owner,
      html_url: `${ROOT_URL}${repo.owner}`,
    },
    name: repo.name,
    full_name: name,
    description: repo.description,
    empty: false,
    private: repo.private,
    fork: false,
    template: false,
    parent: null,
    mirror: false,
    archived: false,
    html_url: `${ROOT_URL}${name}`,
    url: `${ROOT_URL}api/v1/repos/${name}`,
    clone_url: `${ROOT_URL}${name}.git`,
    stars_count: 0,
    forks_count: 0,
    watchers_count: 0,
    open_issues_count: open(false),
    open_pr_counter: open(true),
    release_counter: 0,
    default_branch: repo.default_branch,
    created_at: moment(repo.created),
    updated_at: moment(repo.updated),
    permissions: {
      admin: includes(permission, "admin"),
      push: includes(permission, "write"),
      pull: includes(permission, "read"),
    },
    has_issues: true,
    has_pull_requests: true,
    allow_merge_commits: true,
    default_merge_style: "merge",
    internal: false,
  };
}

/** A label of a repository. */
export function labelView(row: Row): View {
  return {
    id: row.label_id,
    name: row.name,
    exclusive: false,
    is_archived: false,
    color: row.color,
    description: row.description,
    url: `${ROOT_URL}api/v1/repos/${row.repo}/labels/${row.label_id}`,
  };
}

function labels(rows: RowOverlay, issue: Row): View[] {
  return (issue.labels as string[]).flatMap((name) => {
    const label = rows.get("gitea.labels", `${issue.repo}:${name}`);
    return label ? [labelView(label)] : [];
  });
}

/** Number of comments on an issue. */
export function commentCount(rows: RowOverlay, issue: Row): number {
  const key = issueKey(String(issue.repo), issue.number as number);
  return rows.by("gitea.comments", "issue", key).length;
}

/** An issue; a pull request is one too. */
export function issueView(rows: RowOverlay, issue: Row, repo: Row): View {
  const name = String(issue.repo);
  const pull = issue.is_pull === true
    ? rows.get("gitea.pulls", issueKey(name, issue.number as number))
    : undefined;
  return {
    id: issue.issue_id,
    url: `${ROOT_URL}api/v1/repos/${name}/issues/${issue.number}`,
    html_url: `${ROOT_URL}${name}/${pull ? "pulls" : "issues"}/${issue.number}`,
    number: issue.number,
    user: userView(rows, issue.author),
    original_author: "",
    original_author_id: 0,
    title: issue.title,
    body: issue.body,
    ref: "",
    assets: [],
    labels: labels(rows, issue),
    milestone: null,
    assignee: null,
    assignees: null,
    state: issue.state,
    is_locked: false,
    comments: commentCount(rows, issue),
    created_at: moment(issue.created),
    updated_at: moment(issue.updated),
    closed_at: issue.closed === null ? null : moment(issue.closed),
    due_date: null,
    pull_request: pull
      ? {
        merged: pull.merged,
        merged_at: pull.merged_at === null ? null : moment(pull.merged_at),
        draft: false,
        html_url: `${ROOT_URL}${name}/pulls/${issue.number}`,
      }
      : null,
    repository: { id: repo.repo_id, name: repo.name, owner: repo.owner, full_name: name },
    pin_order: 0,
  };
}

/** A comment on an issue or a pull request. */
export function commentView(rows: RowOverlay, comment: Row, issue: Row): View {
  const pull = issue.is_pull === true;
  const page = `${ROOT_URL}${issue.repo}/${pull ? "pulls" : "issues"}/${issue.number}`;
  return {
    id: comment.comment_id,
    html_url: `${page}#issuecomment-${comment.comment_id}`,
    pull_request_url: pull ? page : "",
    issue_url: pull ? "" : page,
    user: userView(rows, comment.author),
    original_author: "",
    original_author_id: 0,
    body: comment.body,
    assets: [],
    created_at: moment(comment.created),
    updated_at: moment(comment.created),
  };
}

/** A commit, with the files that it touched. */
export function commitView(
  rows: RowOverlay,
  commit: Row,
  changed: readonly { path: string; before?: string; after?: string }[],
): View {
  const url = `${ROOT_URL}api/v1/repos/${commit.repo}/git/commits`;
  const signature = {
    name: commit.author,
    email: commit.email,
    date: moment(commit.time),
  };
  const user = userView(rows, commit.author);
  return {
    url: `${url}/${commit.sha}`,
    sha: commit.sha,
    created: moment(commit.time),
    html_url: `${ROOT_URL}${commit.repo}/commit/${commit.sha}`,
    commit: {
      url: `${url}/${commit.sha}`,
      author: signature,
      committer: signature,
      message: `${commit.message}\n`,
      tree: {
        url: `${ROOT_URL}api/v1/repos/${commit.repo}/git/trees/${commit.tree_sha}`,
        sha: commit.tree_sha,
        created: moment(commit.time),
      },
      verification: {
        verified: false,
        reason: "gpg.error.not_signed_commit",
        signature: "",
        signer: null,
        payload: "",
      },
    },
    author: user,
    committer: user,
    parents: (commit.parents as string[]).map((sha) => ({
      url: `${url}/${sha}`,
      sha,
      created: "0001-01-01T00:00:00Z",
    })),
    files: changed.map(({ path, before, after }) => ({
      filename: path,
      status: before === undefined ? "added" : after === undefined ? "removed" : "modified",
    })),
  };
}
