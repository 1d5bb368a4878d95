import type { DiffEntry, Json, Row } from "../../probes/mod.ts";

/** A changed row as the database recorded it. */
export interface RowChange {
  entity: string;
  change: "created" | "updated" | "deleted";
  id: string;
  before: Row | null;
  after: Row | null;
}

/** A row that a patch plants. */
export interface Plant {
  table: string;
  row: Record<string, Json>;
}

/** A new owner of the database: what it planted and changed before is put back. */
export interface BeginRequest {
  op: "begin";
  now: string;
  plants: readonly Plant[];
  changes: readonly RowChange[];
}

/** One statement with the rights of one role. */
export interface QueryRequest {
  op: "query";
  role: string;
  now: string;
  sql: string;
  params: readonly string[];
  limit: number;
  /** Whether the statement before is taken back first. */
  undo: boolean;
}

/** What the SQL process is asked. */
export type SqlRequest =
  | { op: "load"; dump: string }
  | { op: "build"; statements: readonly string[]; save: string }
  | BeginRequest
  | QueryRequest
  /** Ends the owner's transaction; answers tables that are not as they were seeded. */
  | { op: "end"; tables: readonly string[] }
  /** Ends the owner's transaction; answers the digest of every table that differs. */
  | { op: "verify" };

/** Rows of a statement. */
export interface QueryAnswer {
  rows: Record<string, Json>[];
  total: number;
  affected: number;
  command: string;
  tables: string[];
  changes: RowChange[];
}

/** An answer, or why there is none. */
export type SqlAnswer =
  | { id: number; result: unknown }
  | { id: number; error: string; code: string; fatal?: boolean };

/** The diff entry of a recorded change. */
export function diffEntry({ entity, change, id, before, after }: RowChange): DiffEntry {
  return {
    service: "postgres",
    entity,
    id,
    change,
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
  };
}
