import { type PersonaRole, PERSONAS, type Row } from "../../probes/mod.ts";
import { branchKey, issueKey, makeCommit, moveBranch, type RowSink } from "../gitea/repository.ts";
import {
  AGENT_REPOSITORY_RIGHTS,
  AGENT_SCOPES,
  EVIDENCE_REPOSITORY,
  type Permission,
  PERSONA_REPOSITORY_RIGHTS,
  PERSONA_SCOPES,
  REPOSITORIES,
} from "../gitea/rights.ts";
import { RowCollector, type Seeded } from "../services/service.ts";
import type { Mark } from "../state/marks.ts";
import { sha256 } from "../state/row_store.ts";
import { SEEDED_REPOSITORIES, type SeededCommit, type SeededRepository } from "./_repositories.ts";
import { LABELS, SEEDED_ISSUES, type SeededIssue } from "./_tracker.ts";
import { AGENT_ACCOUNT, type SeededAccount } from "./people.ts";
import { canary, canaryCode, DAY, SeededRandom, WORLD_TIME } from "./random.ts";

/** Staff who work with repositories. */
const DEVELOPERS = ["alice.dev", "bob.dev", "carol.ops", "dave.contractor"];

/** Rights of those who work with repositories, beside the agent and the personas. */
const STAFF_RIGHTS: Readonly<Record<string, Readonly<Record<string, Permission>>>> = {
  "alice.dev": { [REPOSITORIES.infra]: "write", [REPOSITORIES.portal]: "write" },
  "bob.dev": { [REPOSITORIES.policies]: "read", [REPOSITORIES.portal]: "write" },
  "carol.ops": { [REPOSITORIES.infra]: "admin" },
  "dave.contractor": { [REPOSITORIES.infra]: "read" },
  "audit-archiver": { [EVIDENCE_REPOSITORY]: "write" },
  "svc-ci-runner": { [REPOSITORIES.infra]: "read", [REPOSITORIES.policies]: "read" },
};

/** Access token of an account in the embedded world; it opens nothing else. */
export function giteaToken(seed: number, username: string): string {
  return sha256(`${seed}/gitea-token/${username}`).slice(0, 40);
}

/** The seeded rows of Gitea and which of its files are marked. */
export function seedGitea(seed: number, accounts: readonly SeededAccount[]): Seeded {
  const rows = new RowCollector();
  seedUsers(seed, accounts, rows);
  const marks: Mark[] = [];
  for (const [index, repository] of SEEDED_REPOSITORIES.entries()) {
    const value = canary(seed, `gitea/${repository.name}`);
    seedRepository(rows, { repository, id: index + 1, canary: value });
    if (repository.marked) {
      const { mark, path } = repository.marked;
      const id = `${repository.name}@main:${path}`;
      marks.push({ mark, service: "gitea", entity: "files", id, values: [canaryCode(value)] });
    }
  }
  seedTracker(seed, rows);
  return { rows: rows.rows, marks };
}

function seedUsers(seed: number, accounts: readonly SeededAccount[], rows: RowCollector): void {
  for (const [index, name] of ["enterprise", "platform"].entries()) {
    rows.put("gitea.orgs", name, {
      org_id: 900 + index,
      name,
      full_name: name === "enterprise" ? "Enterprise" : "Platform team",
      description: "",
    });
  }
  const users = accounts.filter(({ realm, kind, username }) =>
    realm === "enterprise" && (kind !== "staff" || DEVELOPERS.includes(username))
  );
  for (const [index, { username, email, firstName, lastName }] of users.entries()) {
    rows.put("gitea.users", username, {
      user_id: index + 2,
      username,
      email,
      full_name: `${firstName} ${lastName}`.trim(),
      admin: false,
      created: WORLD_TIME - 500 * DAY,
    });
  }
  const personas = PERSONAS.map(({ id, role }): [string, PersonaRole] => [id, role]);
  putAccess(rows, AGENT_ACCOUNT, AGENT_REPOSITORY_RIGHTS);
  for (const [username, rights] of Object.entries(STAFF_RIGHTS)) putAccess(rows, username, rights);
  for (const [id, role] of personas) putAccess(rows, id, PERSONA_REPOSITORY_RIGHTS[role]);
  const scopes: [string, readonly string[]][] = [
    [AGENT_ACCOUNT, AGENT_SCOPES],
    ...personas.map(([id, role]): [string, readonly string[]] => [id, PERSONA_SCOPES[role]]),
  ];
  for (const [user, held] of scopes) {
    rows.put("gitea.tokens", `${user}/operations`, {
      user,
      name: "operations",
      digest: sha256(giteaToken(seed, user)),
      scopes: [...held],
    });
  }
}

function putAccess(
  rows: RowCollector,
  user: string,
  rights: Readonly<Record<string, Permission>>,
): void {
  for (const [repo, permission] of Object.entries(rights)) {
    rows.put("gitea.access", `${repo}/${user}`, { repo, user, permission });
  }
}

interface Repository {
  repository: SeededRepository;
  id: number;
  canary: string;
}

function seedRepository(rows: RowCollector, { repository, id, canary }: Repository): void {
  const [owner = "", name = ""] = repository.name.split("/");
  const row: Row = {
    repo_id: id,
    owner,
    name,
    description: repository.description,
    private: repository.private,
    default_branch: "main",
    audit: repository.name === EVIDENCE_REPOSITORY,
    created: WORLD_TIME - 450 * DAY,
    updated: WORLD_TIME - DAY,
  };
  rows.put("gitea.repos", repository.name, row);
  for (const [index, [label, color, description]] of LABELS.entries()) {
    rows.put("gitea.labels", `${repository.name}:${label}`, {
      repo: repository.name,
      label_id: id * 100 + index,
      name: label,
      color,
      description,
    });
  }
  // A seed only ever adds: nothing that it makes is taken away again.
  const sink: RowSink & { delete: () => void } = {
    put: (kind, id, row) => rows.put(kind, id, row),
    delete: () => {},
  };
  const grow = (from: Row | undefined, commits: readonly SeededCommit[]): Row => {
    let tip = from;
    for (const { days, author, message, files } of commits) {
      const changes = Object.fromEntries(
        Object.entries(files).map(([path, text]) => [path, text?.replaceAll("{{canary}}", canary)]),
      );
      tip = makeCommit(sink, {
        repo: repository.name,
        parents: tip ? [tip] : [],
        changes,
        author,
        message,
        time: WORLD_TIME - days * DAY,
      });
    }
    if (!tip) throw new TypeError(`Repository "${repository.name}" must have a commit`);
    return tip;
  };
  const main = grow(undefined, repository.commits);
  const { protection } = repository;
  const protect = protection && {
    protected: true,
    push_allowed: [...protection.pushAllowed],
    approvals: protection.approvals,
  };
  moveBranch(sink, {
    repo: row,
    branch: "main",
    commit: main,
    ...(protect ? { row: protect } : {}),
  });
  for (const [branch, commits] of Object.entries(repository.branches)) {
    moveBranch(sink, { repo: row, branch, commit: grow(main, commits) });
  }
}

function seedTracker(seed: number, rows: RowCollector): void {
  const random = new SeededRandom(seed, "gitea-tracker");
  const ids = { issue: 0, comment: 0, review: 0 };
  for (const [repo, issues] of Object.entries(SEEDED_ISSUES)) {
    for (const [index, issue] of issues.entries()) {
      const number = index + 1;
      const created = WORLD_TIME - issue.days * DAY - random.integer(1, 300) * 60_000;
      rows.put("gitea.issues", issueKey(repo, number), {
        repo,
        number,
        issue_id: ++ids.issue,
        title: issue.title,
        body: issue.body,
        state: issue.closed ? "closed" : "open",
        author: issue.author,
        labels: [...issue.labels ?? []],
        is_pull: issue.head !== undefined,
        created,
        updated: created + (issue.closed ? DAY : 0),
        closed: issue.closed ? created + DAY : null,
      });
      seedTalk(rows, { repo, number, issue, created, ids });
    }
  }
}

interface Talk {
  repo: string;
  number: number;
  issue: SeededIssue;
  created: number;
  ids: { comment: number; review: number };
}

function seedTalk(rows: RowCollector, { repo, number, issue, created, ids }: Talk): void {
  const key = issueKey(repo, number);
  const where = { repo, number, issue: key };
  for (const [index, [author, body]] of (issue.comments ?? []).entries()) {
    const comment_id = ++ids.comment;
    const time = created + (index + 1) * 3_600_000;
    rows.put("gitea.comments", `${key}/${comment_id}`, {
      ...where,
      comment_id,
      author,
      body,
      created: time,
    });
  }
  if (issue.head === undefined) return;
  rows.put("gitea.pulls", key, {
    repo,
    number,
    head: issue.head,
    base: "main",
    merged: false,
    merged_at: null,
    merged_by: null,
    merge_commit: null,
    head_sha: null,
    base_sha: null,
  });
  const tip = rows.rows.get("gitea.branches")?.get(branchKey(repo, issue.head));
  for (const user of issue.approvedBy ?? []) {
    const review_id = ++ids.review;
    rows.put("gitea.reviews", `${key}/${review_id}`, {
      ...where,
      review_id,
      user,
      state: "APPROVED",
      body: "",
      official: true,
      commit: tip?.commit ?? null,
      created: created + 2 * 3_600_000,
    });
  }
}
