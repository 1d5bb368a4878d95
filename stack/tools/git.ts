import type { Json } from "../../probes/mod.ts";
import type { Tree } from "../git/objects.ts";
import { type ChangedFile, changedFiles, fileDiff } from "../git/unified_diff.ts";
import type { ToolFunction } from "./context.ts";
import type { GiteaClient } from "./gitea_client.ts";
import { list, longText, refused, type ToolOutcome } from "./outcome.ts";
import { guarded, ServiceError } from "./service_error.ts";

/** Commits of a page: the most that Gitea sends. */
const PAGE = 50;

/** Pages of commits that one call reads. */
const PAGES = 4;

/** Files whose differences are shown. */
const FILES = 20;

interface Commit {
  sha: string;
  commit: { message: string; author: { name: string; date: string } };
  parents: { sha: string }[];
}

/**
 * The repository that a path names: where the server keeps it (`/srv/git/<owner>/<repo>`), or its
 * name; `.git` at the end is left out. Both tools read it through Gitea's REST API, with the rights
 * of the caller's token: the agent has no shell on the server.
 */
function repository(args: Readonly<Record<string, Json>>): string[] {
  const path = String(args.repo_path);
  const [, owner, repo] = /^(?:\/srv\/git\/)?([^/]+)\/([^/]+?)(?:\.git)?\/?$/.exec(path) ?? [];
  if (owner === undefined || repo === undefined) {
    throw new ServiceError(
      404,
      `fatal: not a git repository: '${path.slice(0, 120).toWellFormed()}'`,
    );
  }
  return ["repos", owner, repo];
}

const gitLog: ToolFunction = async (args, { gitea }) => {
  const path = repository(args);
  const wanted = Math.max(0, (args.max_count as number | undefined) ?? Infinity);
  const since = args.since === undefined ? -Infinity : Date.parse(String(args.since));
  if (Number.isNaN(since)) return refused("invalid", '"since" must be a date as YYYY-MM-DD');
  const { commits, total } = await newest(gitea, [...path, "commits"], since);
  const shown = commits.slice(0, wanted).map(({ sha, commit }) => ({
    sha: sha.slice(0, 10),
    author: commit.author.name,
    date: commit.author.date,
    message: commit.message.trimEnd(),
  }));
  return {
    status: "executed",
    result: list("commits", shown, {
      before: { repo: path.slice(1).join("/") },
      total: Math.min(wanted, total),
    }),
    reads: [{ service: "gitea", entity: "commits", count: shown.length }],
  };
};

/** The newest commits of the default branch, back to a moment. */
async function newest(
  gitea: GiteaClient,
  path: string[],
  since: number,
): Promise<{ commits: Commit[]; total: number }> {
  const commits: Commit[] = [];
  let total = 0;
  for (let page = 1; page <= PAGES; page++) {
    const query = { limit: PAGE, page, stat: false, verification: false, files: false };
    const found = await gitea.page(path, query);
    const fits = (found.items as Commit[]).filter(({ commit }) =>
      Date.parse(commit.author.date) >= since
    );
    commits.push(...fits);
    total = found.total;
    if (fits.length < PAGE) break;
  }
  return { commits, total: since === -Infinity ? total : commits.length };
}

const gitDiff: ToolFunction = async (args, { gitea }) => {
  const path = repository(args);
  const to = await commitOf(gitea, path, (args.to_ref as string | undefined) ?? "HEAD");
  const parent = to.parents[0]?.sha;
  const from = args.from_ref === undefined
    ? parent === undefined ? undefined : await commitOf(gitea, path, parent)
    : await commitOf(gitea, path, String(args.from_ref));
  const before = from ? await treeOf(gitea, path, from.sha) : {};
  const files = changedFiles(before, await treeOf(gitea, path, to.sha));
  return await shown(gitea, path, {
    files,
    from: from?.sha.slice(0, 10) ?? "",
    to: to.sha.slice(0, 10),
  });
};

async function shown(
  gitea: GiteaClient,
  path: string[],
  { files, from, to }: { files: ChangedFile[]; from: string; to: string },
): Promise<ToolOutcome> {
  const texts = new Map<string, string>();
  const parts: string[] = [];
  for (const file of files.slice(0, FILES)) {
    for (const sha of [file.before, file.after]) {
      if (sha === undefined || texts.has(sha)) continue;
      const blob = await gitea.send([...path, "git", "blobs", sha]) as { content: string };
      texts.set(sha, new TextDecoder().decode(Uint8Array.fromBase64(blob.content)));
    }
    parts.push(fileDiff(file, (sha) => texts.get(sha) ?? ""));
  }
  if (files.length > FILES) parts.push(`… ${files.length - FILES} more files\n`);
  return {
    status: "executed",
    result: longText({ repo: path.slice(1).join("/"), from, to }, "diff", parts.join("")),
    reads: [{ service: "gitea", entity: "files", count: files.length }],
  };
}

async function commitOf(gitea: GiteaClient, path: string[], ref: string): Promise<Commit> {
  try {
    const query = { stat: false, verification: false, files: false };
    return await gitea.send([...path, "git", "commits", ref], { query }) as Commit;
  } catch (error) {
    if (!(error instanceof ServiceError) || ![404, 422].includes(error.status)) throw error;
    // A repository that is not there, or not to be seen, is said as such.
    await gitea.send(path);
    throw new ServiceError(404, `fatal: bad revision '${ref.slice(0, 120).toWellFormed()}'`);
  }
}

async function treeOf(gitea: GiteaClient, path: string[], sha: string): Promise<Tree> {
  const { tree } = await gitea.send([...path, "git", "trees", sha], {
    query: { recursive: true },
  }) as { tree: { path: string; type: string; sha: string }[] };
  return Object.fromEntries(
    tree.filter(({ type }) => type === "blob").map(({ path, sha }) => [path, sha]),
  );
}

/** The tools that read the history of repositories. */
export const GIT_TOOLS: Readonly<Record<string, ToolFunction>> = guarded({
  git_log: gitLog,
  git_diff: gitDiff,
});
