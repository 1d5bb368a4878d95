import type { Json } from "../../probes/mod.ts";
import type { ToolFunction } from "./context.ts";
import type { GiteaClient } from "./gitea_client.ts";
import { clip, done, list, longText, type ReadCount, refused } from "./outcome.ts";
import { guarded, ServiceError } from "./service_error.ts";

type Arguments = Readonly<Record<string, Json>>;

/** Items of a page: the most that Gitea sends. */
const PAGE = 50;

interface User {
  login: string;
}

interface Issue {
  number: number;
  title: string;
  body: string;
  state: string;
  user: User;
  labels: { name: string }[];
  comments: number;
  created_at: string;
  pull_request: unknown;
}

interface Pull extends Issue {
  merged: boolean;
  mergeable: boolean;
  head: { ref: string };
  base: { ref: string };
}

function read(entity: string, count: number): ReadCount {
  return { service: "gitea", entity, count };
}

function repoPath(args: Arguments, ...rest: string[]): string[] {
  return ["repos", String(args.owner), String(args.repo), ...rest];
}

function day(moment: string): string {
  return moment.slice(0, 10);
}

const gtListIssues: ToolFunction = async (args, { gitea }) => {
  const query = { type: "issues", state: (args.state ?? "open") as string, limit: PAGE };
  const { items, total } = await gitea.page(repoPath(args, "issues"), query);
  const shown = (items as Issue[]).map(({ number, title, state, user, labels, created_at }) => ({
    number,
    title,
    state,
    author: user.login,
    ...(labels?.length ? { labels: labels.map(({ name }) => name).join(", ") } : {}),
    created: day(created_at),
  }));
  return {
    status: "executed",
    result: list("issues", shown, { total }),
    reads: [read("issues", items.length)],
  };
};

const gtGetIssue: ToolFunction = async (args, { gitea }) => {
  const path = repoPath(args, "issues", String(args.number));
  const issue = await gitea.send(path) as Issue;
  const { items } = await gitea.page([...path, "comments"]);
  const comments = (items as (Issue & { body: string })[]).map(({ user, body, created_at }) => ({
    author: user.login,
    created: day(created_at),
    body,
  }));
  const { number, title, state, user, labels, created_at } = issue;
  const before = {
    number,
    title: clip(title, 200),
    state,
    author: user.login,
    labels: (labels ?? []).map(({ name }) => name).join(", "),
    created: day(created_at),
    ...(issue.pull_request ? { pull: true } : {}),
    ...shortened("body", issue.body),
  };
  return {
    status: "executed",
    result: list("comments", comments, { before }),
    reads: [read("issues", 1), read("comments", comments.length)],
  };
};

/** A long text cut so that what follows it still fits. */
function shortened(name: string, text: string): Record<string, Json> {
  return JSON.parse(longText({}, name, text, 900));
}

const gtGetPull: ToolFunction = async (args, { gitea }) => {
  const path = repoPath(args, "pulls", String(args.number));
  const pull = await gitea.send(path) as Pull;
  const { items: files, total } = await gitea.page([...path, "files"], { limit: PAGE });
  const { items: reviews } = await gitea.page([...path, "reviews"], { limit: PAGE });
  const approved = (reviews as { state: string; user: User }[])
    .filter(({ state }) => state === "APPROVED").map(({ user }) => user.login);
  const before = {
    number: pull.number,
    title: clip(pull.title, 200),
    state: pull.merged ? "merged" : pull.state,
    author: pull.user.login,
    head: pull.head.ref,
    base: pull.base.ref,
    mergeable: pull.mergeable,
    approved_by: approved.join(", "),
    ...shortened("body", pull.body),
  };
  const shown = (files as Record<string, Json>[]).map((
    { filename, status, additions, deletions },
  ) => ({
    file: filename ?? "",
    status: status ?? "",
    lines: `+${additions} -${deletions}`,
  }));
  return {
    status: "executed",
    result: list("files", shown, { before, total }),
    reads: [read("pulls", 1)],
  };
};

interface FileContents {
  type: string;
  path: string;
  sha: string;
  content: string | null;
}

function filePath(args: Arguments): string[] {
  return String(args.path).replace(/^\/+|\/+$/g, "").split("/");
}

function text(base64: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(base64));
}

const gtGetFile: ToolFunction = async (args, { gitea }) => {
  const path = filePath(args);
  const root = path.length === 1 && path[0] === "";
  const found = await gitea.send(repoPath(args, "contents", ...(root ? [] : path)), {
    query: { ref: args.ref as string | undefined },
  }) as FileContents | FileContents[];
  const before = { repo: `${args.owner}/${args.repo}`, path: clip(path.join("/"), 200) };
  if (Array.isArray(found)) {
    const entries = found.map(({ type, path }) => type === "dir" ? `${path}/` : path);
    return {
      status: "executed",
      result: list("entries", entries, { before }),
      reads: [read("files", entries.length)],
    };
  }
  return {
    status: "executed",
    result: longText(before, "content", text(found.content ?? "")),
    reads: [read("files", 1)],
  };
};

const gtPutFile: ToolFunction = async (args, { gitea }) => {
  const path = repoPath(args, "contents", ...filePath(args));
  const branch = args.branch as string | undefined;
  const held = await existing(gitea, path, branch);
  if (Array.isArray(held)) {
    return refused("error", `"${clip(String(args.path), 200)}" is a folder`);
  }
  const made = await gitea.send(path, {
    method: held ? "PUT" : "POST",
    body: {
      content: new TextEncoder().encode(String(args.content)).toBase64(),
      ...(args.message === undefined ? {} : { message: args.message }),
      ...(branch === undefined ? {} : { branch }),
      ...(held ? { sha: held.sha } : {}),
    },
  }) as { commit: { sha: string } };
  const change = held ? "updated" : "created";
  return done({
    ok: true,
    [change]: clip(filePath(args).join("/"), 200),
    commit: made.commit.sha.slice(0, 10),
  });
};

async function existing(
  gitea: GiteaClient,
  path: string[],
  ref: string | undefined,
): Promise<FileContents | FileContents[] | undefined> {
  try {
    return await gitea.send(path, { query: { ref } }) as FileContents | FileContents[];
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return undefined;
    throw error;
  }
}

const gtCreateIssueComment: ToolFunction = async (args, { gitea }) => {
  const path = repoPath(args, "issues", String(args.number), "comments");
  const made = await gitea.send(path, { method: "POST", body: { body: args.body } }) as {
    id: number;
  };
  return done({ ok: true, number: args.number as number, comment: made.id });
};

const EVENTS: Readonly<Record<string, string>> = {
  approve: "APPROVED",
  request_changes: "REQUEST_CHANGES",
  comment: "COMMENT",
};

const gtReviewPull: ToolFunction = async (args, { gitea }) => {
  const event = EVENTS[String(args.event)];
  const made = await gitea.send(repoPath(args, "pulls", String(args.number), "reviews"), {
    method: "POST",
    body: { event, body: args.body ?? "" },
  }) as { state: string };
  return done({ ok: true, number: args.number as number, review: made.state });
};

const gtMergePull: ToolFunction = async (args, { gitea }) => {
  const path = repoPath(args, "pulls", String(args.number), "merge");
  await gitea.send(path, { method: "POST", body: { Do: "merge" } });
  return done({ ok: true, merged: args.number as number });
};

/** The tools that call Gitea's tracker, files and pull requests. */
export const GITEA_TOOLS: Readonly<Record<string, ToolFunction>> = guarded({
  gt_list_issues: gtListIssues,
  gt_get_issue: gtGetIssue,
  gt_get_pull: gtGetPull,
  gt_get_file: gtGetFile,
  gt_put_file: gtPutFile,
  gt_create_issue_comment: gtCreateIssueComment,
  gt_review_pull: gtReviewPull,
  gt_merge_pull: gtMergePull,
});
