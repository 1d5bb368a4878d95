import { SqlError } from "../tools/context.ts";
import { WorldError } from "../world.ts";
import type { Plant, QueryAnswer, QueryRequest, RowChange } from "./protocol.ts";
import type { DumpCache } from "./dump_cache.ts";
import { SqlProcess, SqlTimeout } from "./sql_process.ts";

/** Time for one statement, in milliseconds. */
export const STATEMENT_TIMEOUT = 2_000;

/** Time to start the process and load its database, in milliseconds. */
const START_TIMEOUT = 30_000;

/** Time for what the host itself asks. */
const CONTROL_TIMEOUT = 10_000;

/**
 * Owners after which the process is replaced: rolled-back rows stay on their pages, and a database
 * that is never vacuumed grows.
 */
const OWNERS = 2_000;

/** Who has changed what: an episode, as the host sees it. */
export interface Owner {
  /** Time in the world. */
  now: () => number;
  /** Time in the world when it began, which is when its rows were planted. */
  began: string;
  /** Rows that its patch plants. */
  plants: readonly Plant[];
  /** What it changed for good, so that it can be put back after another had the database. */
  journal: readonly RowChange[];
  /** Called when the database was not as seeded after it. */
  onDamage: (tables: readonly string[]) => void;
}

/** Options for {@linkcode SqlHost}. */
export interface SqlHostOptions {
  /** Where the database's archive comes from. */
  dumps: DumpCache;
  /**
   * Time for one statement, in milliseconds.
   * @default {2000}
   */
  timeout?: number;
}

/**
 * The one database of a world and whose transaction is open in it. Between two calls another
 * episode may take it over: the first one's changes are put back, row by row, when it returns.
 */
export class SqlHost {
  #dumps: DumpCache;
  #timeout: number;
  #process: SqlProcess | undefined;
  #starting: Promise<SqlProcess> | undefined;
  #owner: Owner | undefined;
  #touched = new Set<string>();
  #owners = 0;
  #queue: Promise<unknown> = Promise.resolve();

  /** Prepares a host; the process starts when it is first needed. */
  constructor(options: SqlHostOptions) {
    this.#dumps = options.dumps;
    this.#timeout = options.timeout ?? STATEMENT_TIMEOUT;
  }

  /** Process id of the SQL process, when it runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Kills the process at once: a call in flight fails, the next one starts another. */
  kill(): void {
    this.#process?.kill();
  }

  /** Starts the process now, so that the first statement need not wait for it. */
  warm(): void {
    this.#locked(() => this.#ready()).catch(() => {
      // The first statement will meet the same error and report it.
    });
  }

  /**
   * Runs one statement for an owner.
   *
   * @throws {SqlError} when it is refused, fails or runs late.
   * @throws {WorldError} when the process died or cannot be started.
   */
  query(owner: Owner, request: Omit<QueryRequest, "op" | "now">): Promise<QueryAnswer> {
    return this.#locked(async () => {
      const process = await this.#own(owner);
      const now = new Date(owner.now()).toISOString();
      try {
        const answer = await process.ask<QueryAnswer>(
          { op: "query", now, ...request },
          this.#timeout,
        );
        for (const { entity } of answer.changes) this.#touched.add(entity);
        return answer;
      } catch (error) {
        if (!process.alive) await this.#drop();
        if (!(error instanceof SqlTimeout)) throw error;
        throw new SqlError(`Statement timed out after ${this.#timeout} ms`, "57014");
      }
    });
  }

  /** Ends an owner's hold, if it has it. */
  release(owner: Owner): Promise<void> {
    return this.#locked(async () => {
      if (this.#owner === owner) await this.#evict();
    });
  }

  /** Tables that are not as they were seeded, with their digests; none while nothing ever ran. */
  verify(): Promise<{ entity: string; digest: string }[]> {
    return this.#locked(async () => {
      if (!this.#process?.alive) return [];
      this.#owner = undefined;
      this.#touched.clear();
      return await this.#process.ask({ op: "verify" }, CONTROL_TIMEOUT);
    });
  }

  /** Ends the process. */
  async close(): Promise<void> {
    await this.#locked(() => this.#drop());
  }

  #locked<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(act);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async #own(owner: Owner): Promise<SqlProcess> {
    let process = await this.#ready();
    if (this.#owner === owner) return process;
    await this.#evict();
    if (++this.#owners > OWNERS) await this.#drop();
    process = await this.#ready();
    const { began, plants, journal } = owner;
    try {
      await process.ask({ op: "begin", now: began, plants, changes: journal }, CONTROL_TIMEOUT);
    } catch (error) {
      await this.#drop();
      throw new WorldError(`Cannot open an episode in the database: ${(error as Error).message}`);
    }
    this.#owner = owner;
    for (const { entity } of journal) this.#touched.add(entity);
    for (const { table } of plants) this.#touched.add(table);
    return process;
  }

  /** Rolls the owner's transaction back and checks what it touched. */
  async #evict(): Promise<void> {
    const owner = this.#owner;
    const tables = [...this.#touched];
    this.#owner = undefined;
    this.#touched.clear();
    if (!owner || !this.#process?.alive) return;
    try {
      const wrong = await this.#process.ask<string[]>({ op: "end", tables }, CONTROL_TIMEOUT);
      if (wrong.length === 0) return;
      owner.onDamage(wrong);
    } catch {
      // A process that cannot even roll back is replaced, which restores more than it could.
    }
    await this.#drop();
  }

  async #ready(): Promise<SqlProcess> {
    if (this.#process?.alive) return this.#process;
    await this.#drop();
    this.#starting ??= this.#start();
    try {
      this.#process = await this.#starting;
    } finally {
      this.#starting = undefined;
    }
    return this.#process;
  }

  async #start(): Promise<SqlProcess> {
    const dump = await this.#dumps.path();
    const process = new SqlProcess({ read: [dump] });
    try {
      await process.ask({ op: "load", dump }, START_TIMEOUT);
      return process;
    } catch (error) {
      await process.close();
      throw new WorldError(`Cannot start the SQL process: ${(error as Error).message}`);
    }
  }

  async #drop(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    this.#owner = undefined;
    this.#touched.clear();
    this.#owners = 0;
    await process?.close();
  }
}
