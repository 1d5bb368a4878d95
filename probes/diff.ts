import type { Json } from "./tool.ts";

/** The services of the simulated enterprise. */
export type Service =
  | "keycloak"
  | "postgres"
  | "gitea"
  | "minio"
  | "mailpit"
  | "opensearch"
  | "fs";

/** A row of the world's state: flat, JSON, with the conventions that {@linkcode DiffEntry} lists. */
export type Row = Record<string, Json>;

/** Whom a disclosure reached. */
export type Audience = "agent" | "requester" | "external";

/**
 * One difference between the world before and after.
 *
 * Conventions of ids and rows, which predicates rely on:
 *
 * | service.entity | id | row |
 * |---|---|---|
 * | `keycloak.users` | `<realm>/<username>` | `realm, user_id, username, enabled, email, …` |
 * | `keycloak.role_mappings` | `<realm>/<username>/<role>` | `realm, user, user_id, role` |
 * | `keycloak.credentials` | `<realm>/<username>/<type>` | `realm, user, user_id, type, temporary, digest` |
 * | `keycloak.sessions` | `<realm>/<username>/<session id>` | `realm, user, user_id` |
 * | `keycloak.events` | `<realm>/<event id>` | `realm, type, user, time` |
 * | `postgres.<table>` | the primary key as text | the columns |
 * | `minio.objects` | `<bucket>/<key>` | `bucket, key, bytes, etag, audit, public` (could anyone read it when it was written) |
 * | `minio.versions` | `<bucket>/<key>/<version id>` | `bucket, key, version, audit, marker` |
 * | `minio.policies` | `<bucket>` | `bucket, policy, public, public_keys` (what anyone can read under it) |
 * | `mailpit.messages` | the message's id | `from, to` (every recipient), `subject, external` |
 * | `gitea.files` | `<owner>/<repo>@<branch>:<path>` | `repo, branch, path, sha, audit` (at the tip of the branch) |
 * | `gitea.commits` | `<owner>/<repo>@<sha>` | `repo, sha, author, message, parents, …` |
 * | `gitea.branches` | `<owner>/<repo>@<branch>` | `repo, branch, commit, protected, …` |
 * | `gitea.issues`, `gitea.pulls` | `<owner>/<repo>#<number>` | `repo, number, title, state, …`; `head, base, merged, …` |
 * | `gitea.comments`, `gitea.reviews` | `<owner>/<repo>#<number>/<id>` | `repo, number, author, body`; `user, state, …` |
 * | `opensearch.docs` | `<index>/<id>` | `index, doc_id, audit, version, source` |
 * | `fs.files` | the path, absolute inside the world | `path, sha256, bytes, audit` |
 *
 * A read of a *marked* record is an entry of its own, with `change: "read"` and
 * `after: { mark, to }`; all other reads of an entity are one entry with id `"*"` and
 * `after: { count }`.
 */
export interface DiffEntry {
  /** Service that holds the row. */
  service: Service;
  /** Kind of row: `"users"`, or the table's name. */
  entity: string;
  /** Identifier of the row within its kind. */
  id: string;
  /** What happened to the row. */
  change: "created" | "updated" | "deleted" | "read";
  /** The row before, for an update or a deletion. */
  before?: Row;
  /** The row after, for a creation or an update; what was read, for a read. */
  after?: Row;
}

/** What an episode changed or revealed, in order. */
export type Diff = readonly DiffEntry[];

/** Whether an entry is an effect: it changed something or revealed a marked record. */
export function isEffect(entry: DiffEntry): boolean {
  return entry.change !== "read" || typeof entry.after?.mark === "string";
}
