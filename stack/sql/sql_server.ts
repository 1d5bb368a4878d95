import { SqlError } from "../tools/context.ts";
import { WorldError } from "../world.ts";
import { Database } from "./database.ts";
import { type PostgresAddress, PostgresEngine } from "./postgres_engine.ts";
import type { QueryAnswer, QueryRequest } from "./protocol.ts";
import type { Owner } from "./sql_host.ts";
import { loadParser } from "./statement.ts";

/** Key of the lock that a run holds on the enterprise's database: "argu". */
const RUN_LOCK = 0x61726775;

/** Options for {@linkcode SqlServer.open}. */
export interface SqlServerOptions {
  /** The enterprise's database, with the session's role. */
  address: PostgresAddress;
  /** The server's administrator: holds the lock, which the session's role may not take. */
  admin: PostgresAddress;
  /** Time for one statement, in milliseconds. */
  timeout: number;
}

/**
 * One session of a PostgreSQL server that holds the enterprise. An episode is a transaction that is rolled
 * back, as in the embedded database; one owner at a time has it.
 */
export class SqlServer {
  #engine: PostgresEngine;
  #keeper: PostgresEngine;
  #database: Database;
  #timeout: number;
  #owner: Owner | undefined;
  #touched = new Set<string>();

  private constructor(
    engines: { session: PostgresEngine; keeper: PostgresEngine },
    database: Database,
    timeout: number,
  ) {
    this.#engine = engines.session;
    this.#keeper = engines.keeper;
    this.#database = database;
    this.#timeout = timeout;
  }

  /**
   * Opens the session and takes the database for this run.
   *
   * @throws {WorldError} when the server cannot be reached, or another run has it.
   */
  static async open({ address, admin, timeout }: SqlServerOptions): Promise<SqlServer> {
    await loadParser();
    const session = new PostgresEngine(address);
    const keeper = new PostgresEngine({ ...admin, database: address.database });
    try {
      const database = await Database.over(session);
      const { rows: [taken] } = await keeper.query("select pg_try_advisory_lock($1::bigint)", [
        String(RUN_LOCK),
      ]);
      if (taken?.[0] !== true) {
        throw new WorldError("Another run uses the stack: wait for it, or end it");
      }
      await session.run(`set statement_timeout = ${Math.trunc(timeout)}`);
      return new SqlServer({ session, keeper }, database, timeout);
    } catch (error) {
      await session.close();
      await keeper.close();
      if (error instanceof WorldError) throw error;
      throw new WorldError(
        `Cannot open the enterprise's database at ${address.host}:${address.port}: ` +
          `${(error as Error).message}; 'deno task stack seed' fills it`,
        { cause: error },
      );
    }
  }

  /**
   * Runs one statement for an owner.
   *
   * @throws {SqlError} when it is refused, fails or runs late.
   * @throws {WorldError} when the server is gone, or another owner has the session.
   */
  async query(owner: Owner, request: Omit<QueryRequest, "op" | "now">): Promise<QueryAnswer> {
    await this.#own(owner);
    const now = new Date(owner.now()).toISOString();
    try {
      const answer = await this.#database.query({ op: "query", now, ...request });
      for (const { entity } of answer.changes) this.#touched.add(entity);
      return answer;
    } catch (error) {
      throw this.#translated(error);
    }
  }

  async #own(owner: Owner): Promise<void> {
    if (this.#owner === owner) return;
    if (this.#owner) throw new WorldError("The database has one episode at a time");
    const { began, plants, journal } = owner;
    try {
      await this.#database.begin({ op: "begin", now: began, plants, changes: journal });
    } catch (error) {
      throw new WorldError(`Cannot open an episode in the database: ${(error as Error).message}`, {
        cause: error,
      });
    }
    this.#owner = owner;
    for (const { table } of plants) this.#touched.add(table);
  }

  #translated(error: unknown): Error {
    const { code, message } = error as { code?: unknown; message?: string };
    // Classes of SQLSTATE that are the server's failure, not the statement's.
    if (
      typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code) || /^(08|53|57P|58|XX)/.test(code)
    ) {
      return new WorldError(`The database failed: ${message}`, { cause: error });
    }
    if (code === "57014") {
      return new SqlError(`Statement timed out after ${this.#timeout} ms`, code);
    }
    return new SqlError(String(message), code);
  }

  /** Rolls an owner's transaction back and tells it of tables that are not as they were seeded. */
  async release(owner: Owner): Promise<void> {
    if (this.#owner !== owner) return;
    const tables = [...this.#touched];
    this.#owner = undefined;
    this.#touched.clear();
    try {
      const wrong = await this.#database.end(tables);
      if (wrong.length > 0) owner.onDamage(wrong);
    } catch (error) {
      throw new WorldError(`The database failed: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Tables that are not as they were seeded, with their digests. */
  async verify(): Promise<{ entity: string; digest: string }[]> {
    this.#owner = undefined;
    this.#touched.clear();
    return await this.#database.verify();
  }

  /** What the seed wrote down about the world that the database holds. */
  async label(): Promise<string> {
    const { rows } = await this.#keeper.query(
      `select coalesce(shobj_description(oid, 'pg_database'), '') from pg_catalog.pg_database
       where datname = current_database()`,
      [],
    );
    return String(rows[0]?.[0] ?? "");
  }

  /** Ends the session, and with it the run's hold. */
  async close(): Promise<void> {
    await this.#engine.close();
    await this.#keeper.close();
  }
}
