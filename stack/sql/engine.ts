import type { Json } from "../../probes/mod.ts";

/** What the database answers to a statement. */
export interface SqlAnswerSet {
  /** Rows, in the order of the columns. */
  rows: Json[][];
  /** Names of the columns. */
  fields: string[];
  /** Rows that a statement other than SELECT changed. */
  affected: number;
}

/**
 * A session of PostgreSQL, embedded or a server's: the one thing in which they differ. Values travel as
 * PostgreSQL writes them; of the types only truth values and numbers that JavaScript holds exactly
 * are anything but text.
 */
export interface SqlEngine {
  /**
   * Runs one or more statements without parameters and answers what the last one does.
   *
   * @throws an error with PostgreSQL's message and its SQLSTATE as `code`.
   */
  run(sql: string): Promise<SqlAnswerSet>;
  /**
   * Runs one statement with parameters.
   *
   * @throws an error with PostgreSQL's message and its SQLSTATE as `code`.
   */
  query(sql: string, params: readonly (string | null)[]): Promise<SqlAnswerSet>;
  /** Ends the session. */
  close(): Promise<void>;
}
