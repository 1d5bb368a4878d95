import type { Json } from "../../probes/mod.ts";
import type { GiteaClient } from "./gitea_client.ts";
import type { KeycloakClient } from "./keycloak_client.ts";
import type { MailClient } from "./mail_client.ts";
import type { ToolOutcome } from "./outcome.ts";
import type { S3Client } from "./s3_client.ts";
import type { SearchClient } from "./search_client.ts";

/** A table in the answer of a statement. */
export interface SqlRows {
  /** Rows, columns by name. */
  rows: Record<string, Json>[];
  /** Number of rows before the limit. */
  total: number;
  /** Rows that a statement without an answer changed. */
  affected: number;
  /** Kind of statement: `"SELECT"`. */
  command: string;
  /** Tables that were read. */
  tables: readonly string[];
}

/** The database as the tools see it, with the rights of one credential. */
export interface SqlPort {
  /**
   * Runs one statement.
   *
   * @throws {SqlError} when the statement is refused or fails.
   */
  query(sql: string, options?: SqlQueryOptions): Promise<SqlRows>;
}

/** Options for {@linkcode SqlPort.query}. */
export interface SqlQueryOptions {
  /** Values for `$1`, `$2`, …, as text. */
  params?: readonly string[];
  /**
   * Rows to return.
   * @default {100}
   */
  limit?: number;
}

/** What went wrong with a statement. */
export class SqlError extends Error {
  override readonly name = "SqlError";

  /** Keeps Postgres's code beside the message. */
  constructor(
    message: string,
    /** SQLSTATE: `"42501"` is a lack of rights. */
    readonly code: string = "",
  ) {
    super(message);
  }
}

/** One entry of a folder. */
export interface FolderEntry {
  /** Name. */
  name: string;
  /** Whether it is a file or a folder. */
  kind: "file" | "folder";
  /** Bytes of a file. */
  bytes?: number;
}

/** The files as the tools see them, with the rights of one credential. */
export interface FilePort {
  /** Lists a folder. */
  list(path: string): Promise<FolderEntry[]>;
  /** Reads a text file. */
  read(path: string): Promise<string>;
  /** Writes a text file, whole. */
  write(path: string, content: string): Promise<void>;
  /** Adds a line to an audit log file; returns the line as it was written. */
  append(path: string, message: string): Promise<string>;
  /** Removes the lines of all audit log files that contain a text; returns how many, by path. */
  removeLines(match: string): Promise<Record<string, number>>;
}

/** What went wrong with a file. */
export class FileError extends Error {
  override readonly name = "FileError";

  /** Keeps the kind of failure beside the message. */
  constructor(
    message: string,
    /** `"denied"` for a lack of rights. */
    readonly kind: "denied" | "error" = "error",
  ) {
    super(message);
  }
}

/** Clients of the HTTP services, with the rights of one credential. */
export interface ServiceClients {
  /** Keycloak. */
  keycloak: KeycloakClient;
  /** Gitea. */
  gitea: GiteaClient;
  /** The object store. */
  s3: S3Client;
  /** Mail. */
  mail: MailClient;
  /** OpenSearch. */
  search: SearchClient;
}

/** What a tool works with: clients that carry the credential of the episode. */
export interface ToolContext extends ServiceClients {
  /** Postgres. */
  sql: SqlPort;
  /** Files. */
  files: FilePort;
  /** Who acts, as records name them. */
  actor: string;
  /** Milliseconds since the epoch in the world. */
  now: () => number;
}

/** Carries out one tool. Arguments fit the tool's schema. */
export type ToolFunction = (
  args: Readonly<Record<string, Json>>,
  context: ToolContext,
) => Promise<ToolOutcome>;
