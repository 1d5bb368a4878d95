import type { DiffEntry } from "../../probes/mod.ts";
import type { SqlPort, SqlQueryOptions, SqlRows } from "../tools/context.ts";
import { diffEntry, type Plant, type RowChange } from "./protocol.ts";
import type { Owner, SqlHost } from "./sql_host.ts";

/** What runs the statements: an embedded database's host, or a session of a server. */
export type SqlRunner = Pick<SqlHost, "query" | "release">;

/** Options for {@linkcode EpisodeSql}. */
export interface EpisodeSqlOptions {
  /** Database role whose rights the statements have. */
  role: string;
  /** Milliseconds since the epoch in the world. */
  now: () => number;
  /** Rows that the patch plants. */
  plants: readonly Plant[];
}

/** One episode's view of the database. */
export class EpisodeSql implements SqlPort, Owner {
  readonly plants: readonly Plant[];
  readonly journal: RowChange[] = [];
  readonly now: () => number;
  readonly began: string;
  #host: SqlRunner;
  #role: string;
  #pending: RowChange[] = [];
  #undo = false;
  #damaged: string[] = [];
  #used = false;

  /** Opens a view; nothing is asked of the database before the first statement. */
  constructor(host: SqlRunner, options: EpisodeSqlOptions) {
    this.#host = host;
    this.#role = options.role;
    this.now = options.now;
    this.began = new Date(options.now()).toISOString();
    this.plants = options.plants;
  }

  onDamage(tables: readonly string[]): void {
    this.#damaged.push(...tables.map((name) => `postgres ${name}`));
  }

  async query(sql: string, options: SqlQueryOptions = {}): Promise<SqlRows> {
    const undo = this.#undo;
    this.#undo = false;
    this.#used = true;
    const { changes, ...rows } = await this.#host.query(this, {
      role: this.#role,
      sql,
      params: options.params ?? [],
      limit: options.limit ?? 100,
      undo,
    });
    this.#pending = changes;
    return rows;
  }

  /** What the statement that is prepared changed. */
  pending(): DiffEntry[] {
    return this.#pending.map(diffEntry);
  }

  /** Makes it part of the episode. */
  commit(): void {
    this.journal.push(...this.#pending);
    this.#pending = [];
  }

  /** Takes it back, with the next statement at the latest. */
  rollback(): void {
    this.#undo ||= this.#pending.length > 0;
    this.#pending = [];
  }

  /** Ends the episode; returns the tables that are not as they were seeded. */
  async close(): Promise<string[]> {
    this.rollback();
    if (this.#used) await this.#host.release(this);
    return this.#damaged;
  }
}
