import type { Json, Row } from "../../../probes/mod.ts";
import { seedAccounts } from "../../seed/people.ts";
import { seedTables } from "../../seed/postgres.ts";
import { WORLD_TIME } from "../../seed/random.ts";
import type { QueryAnswer, QueryRequest, RowChange } from "../../sql/protocol.ts";
import type { SQL_ROLES } from "../../sql/schema.ts";
import type { Exchange, Scenario, Subject } from "../scenario.ts";

/** A scenario of the database. */
export type PostgresScenario = Scenario<PostgresSubject>;

/** Seed and number of staff of the world that the scenarios play in. */
export const WORLD = { seed: 1, staff: 20 } as const;

/** The rows of that world. */
export function conformanceTables(): ReadonlyMap<string, readonly Row[]> {
  return seedTables(WORLD.seed, seedAccounts(WORLD.seed, WORLD.staff)).tables;
}

/** Runs one statement; throws an error with PostgreSQL's message and its SQLSTATE as `code`. */
export type RunStatement = (request: QueryRequest) => Promise<QueryAnswer>;

/** Options for {@linkcode PostgresSubject.ask}. */
export interface AskOptions {
  /**
   * Whose rights the statement has.
   * @default {"iam_agent"}
   */
  as?: (typeof SQL_ROLES)[keyof typeof SQL_ROLES];
  /** Values for `$1`, `$2`, …. */
  params?: readonly string[];
  /**
   * Rows to return.
   * @default {20}
   */
  limit?: number;
  /** Whether what the statement before changed is taken back first. */
  undo?: boolean;
}

/** The enterprise's database, embedded or on a server, in one transaction that is rolled back. */
export class PostgresSubject implements Subject, AsyncDisposable {
  readonly transcript: Exchange[] = [];
  #run: RunStatement;
  #close: () => Promise<void>;
  #tick = 0;

  /** Starts an empty transcript. */
  constructor(run: RunStatement, close: () => Promise<void>) {
    this.#run = run;
    this.#close = close;
  }

  /** Runs a statement and writes down its rows and what it changed, or why it failed. */
  async ask(sql: string, options: AskOptions = {}): Promise<void> {
    const { as = "iam_agent", params = [], limit = 20, undo = false } = options;
    const now = new Date(WORLD_TIME + 1000 * ++this.#tick).toISOString();
    const values = params.length === 0 ? "" : ` with ${JSON.stringify(params)}`;
    const asked = `${as}: ${sql}${values}`;
    try {
      const { rows, total, affected, command, tables, changes } = await this.#run({
        op: "query",
        role: as,
        now,
        sql,
        params,
        limit,
        undo,
      });
      const answer = { command, rows, total, affected, tables, changes: changes.map(change) };
      this.transcript.push({ asked, answer });
    } catch (error) {
      const { message, code } = error as Error & { code?: string };
      if (code === undefined) throw error;
      this.transcript.push({ asked, answer: { code, message } });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

function change({ entity, change, id, before, after }: RowChange): Json {
  return { entity, change, id, before, after };
}
