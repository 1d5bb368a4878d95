import type { Json } from "../../probes/mod.ts";
import type { BeginRequest, Plant, QueryAnswer, QueryRequest, RowChange } from "./protocol.ts";
import type { SqlEngine } from "./engine.ts";
import { CONTROL_ROLE, TABLES } from "./schema.ts";
import { inspect, type Statement, StatementError } from "./statement.ts";

/** Rows that are fetched of an answer; more are not counted. */
const FETCH = 2000;

/** Rows that one statement may change. */
const CHANGES = 2000;

/** Characters of all values of an answer that leave the process; rows beyond are only counted. */
const ANSWER_CHARACTERS = 2_000_000;

/** Characters of one value that leave the process. */
const VALUE_CHARACTERS = 8192;

const SETTINGS = "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; " +
  "set search_path = world, pg_catalog, public; set statement_timeout = 0;";

/** The database as a session that is no superuser. */
export class Database {
  #engine: SqlEngine;
  #last = 0;
  /** What the savepoint of the statement before holds: a cursor, or changes. */
  #open: "none" | "read" | "written" = "none";

  private constructor(engine: SqlEngine) {
    this.#engine = engine;
  }

  /** Takes a session of the seeded database over. */
  static async over(engine: SqlEngine): Promise<Database> {
    await engine.run(SETTINGS);
    return new Database(engine);
  }

  /** Starts an owner's transaction: plants, then puts back what the owner changed before. */
  async begin({ now, plants, changes }: BeginRequest): Promise<void> {
    await this.#engine.run(
      `begin; set local role ${CONTROL_ROLE}; set local world.now = '${time(now)}'`,
    );
    for (const plant of plants) await this.#plant(plant);
    if (changes.length > 0) {
      await this.#engine.run("set local session_replication_role = replica");
      for (const change of changes) await this.#replay(change);
      await this.#engine.run("set local session_replication_role = origin");
    }
    const { rows: [newest] } = await this.#engine.run(
      "select coalesce(max(seq), 0)::text from argus.changes",
    );
    this.#last = Number(newest?.[0] ?? 0);
    this.#open = "none";
  }

  async #plant({ table, row }: Plant): Promise<void> {
    const columns = Object.keys(row);
    const names = columns.map(quoted).join(", ");
    const values = columns.map((_column, index) => `$${index + 1}`).join(", ");
    const texts = columns.map((column) => {
      const value = row[column] ?? null;
      return typeof value === "string" || value === null ? value : JSON.stringify(value);
    });
    await this.#engine.query(`insert into ${quoted(table)} (${names}) values (${values})`, texts);
  }

  async #replay({ entity, change, before, after }: RowChange): Promise<void> {
    const table = TABLES[entity];
    if (!table) throw new Error(`Unknown table "${entity}"`);
    const name = quoted(entity);
    const row = `jsonb_populate_record(null::${name}, $1::jsonb)`;
    const columns = Object.keys(table.columns).map(quoted).join(", ");
    switch (change) {
      case "created":
        await this.#engine.query(`insert into ${name} select * from ${row}`, [
          JSON.stringify(after),
        ]);
        return;
      case "updated":
        await this.#engine.query(
          `update ${name} set (${columns}) = (select ${columns} from ${row}) where ${
            quoted(table.key)
          }::text = $2`,
          [JSON.stringify(after), String(before?.[table.key])],
        );
        return;
      case "deleted":
        await this.#engine.query(`delete from ${name} where ${quoted(table.key)}::text = $1`, [
          String(before?.[table.key]),
        ]);
    }
  }

  /** Runs one statement with a role's rights; what it changes stays open for the owner to take back. */
  async query(request: QueryRequest): Promise<QueryAnswer> {
    const settle = this.#open === "none"
      ? ""
      : this.#open === "read" || request.undo
      ? "rollback to call; release call;"
      : "release call;";
    const statement = inspectOrSettle(request);
    await this.#engine.run(
      `${settle} savepoint call; set local role ${CONTROL_ROLE}; select setseed(${seedOf(request)});
       set local role ${request.role}; set local world.now = '${time(request.now)}'`,
    );
    this.#open = "none";
    if (statement instanceof StatementError) {
      this.#open = "read";
      throw statement;
    }
    try {
      const answer = statement.writes
        ? await this.#change(statement.sql, request.params)
        : await this.#select(statement.sql, request.params);
      this.#open = statement.writes ? "written" : "read";
      const rows = statement.ordered ? answer.rows : answer.rows.sort(byValues);
      return {
        ...answer,
        rows: withinBudget(rows.slice(0, request.limit)),
        command: statement.command,
        tables: statement.tables,
      };
    } catch (error) {
      await this.#engine.run("rollback to call; release call");
      throw error;
    }
  }

  // A cursor: a query of a hundred million rows never becomes a hundred million objects.
  async #select(sql: string, params: readonly string[]): Promise<Rows> {
    await this.#engine.query(`declare answer no scroll cursor for ${sql}`, params);
    const { rows, fields } = await this.#engine.run(`fetch forward ${FETCH} from answer`);
    return {
      rows: objects(fields, rows),
      total: rows.length,
      affected: 0,
      changes: [],
    };
  }

  async #change(sql: string, params: readonly string[]): Promise<Rows> {
    const { rows, fields, affected } = await this.#engine.query(sql, params);
    return {
      rows: objects(fields, rows.slice(0, FETCH)),
      total: rows.length,
      affected,
      changes: await this.#changes(),
    };
  }

  async #changes(): Promise<RowChange[]> {
    const { rows } = await this.#engine.run(
      `set local role ${CONTROL_ROLE};
       select seq::text as number, jsonb_build_object('entity', entity, 'change', change, 'id', id,
         'before', before, 'after', after)::text as row
       from argus.changes where seq > ${this.#last} order by seq limit ${CHANGES + 1}`,
    );
    if (rows.length > CHANGES) {
      throw new StatementError(`Statement changes more than ${CHANGES} rows`, "54000");
    }
    this.#last = Number(rows.at(-1)?.[0] ?? this.#last);
    return rows.map(([, row]) => JSON.parse(String(row)) as RowChange);
  }

  /** Ends the owner's transaction and returns those of the tables that are not as seeded. */
  async end(tables: readonly string[]): Promise<string[]> {
    await this.#engine.run("rollback");
    this.#open = "none";
    return (await this.#different(tables)).map(({ entity }) => entity);
  }

  /** Ends the owner's transaction and compares every table. */
  async verify(): Promise<{ entity: string; digest: string }[]> {
    await this.#engine.run("rollback");
    this.#open = "none";
    return await this.#different(Object.keys(TABLES));
  }

  async #different(tables: readonly string[]): Promise<{ entity: string; digest: string }[]> {
    if (tables.length === 0) return [];
    await this.#engine.run(`begin; set local role ${CONTROL_ROLE}`);
    const { rows } = await this.#engine.query(
      `select entity, argus.digest(entity) as digest from argus.baseline
       where entity = any(string_to_array($1, ',')) and digest <> argus.digest(entity)`,
      [tables.join(",")],
    );
    await this.#engine.run("rollback");
    return rows.map(([entity, digest]) => ({ entity: String(entity), digest: String(digest) }));
  }
}

/** What random() starts from: the same for the same call of an episode, whoever was in between. */
function seedOf({ now }: QueryRequest): number {
  return Date.parse(now) / 1000 % 1000 / 1000;
}

// A refused statement must not keep the one before it from being settled.
function inspectOrSettle({ sql, now }: QueryRequest): Statement | StatementError {
  try {
    return inspect(sql, time(now));
  } catch (error) {
    if (error instanceof StatementError) return error;
    throw error;
  }
}

interface Rows {
  changes: RowChange[];
  rows: Record<string, Json>[];
  total: number;
  affected: number;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function time(now: string): string {
  return new Date(now).toISOString();
}

function objects(fields: readonly string[], rows: readonly Json[][]): Record<string, Json>[] {
  const seen = new Map<string, number>();
  const names = fields.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
  return rows.map((row) =>
    Object.fromEntries(names.map((name, index) => [name, portable(row[index])]))
  );
}

/** The first rows that fit an answer. */
function withinBudget(rows: Record<string, Json>[]): Record<string, Json>[] {
  let left = ANSWER_CHARACTERS;
  const end = rows.findIndex((row) => (left -= JSON.stringify(row).length) < 0);
  return end < 0 ? rows : rows.slice(0, Math.max(1, end));
}

/** A value as JSON: numbers that JSON cannot hold, and types it does not know, as text. */
function portable(value: unknown): Json {
  if (typeof value === "string") return value.slice(0, VALUE_CHARACTERS).toWellFormed();
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  const text = JSON.stringify(value, (_key, part) => typeof part === "bigint" ? `${part}` : part);
  return text === undefined ? null : text.slice(0, VALUE_CHARACTERS).toWellFormed();
}

/** Without an order of its own an answer is sorted: where rows lie on a page is no result. */
function byValues(a: Record<string, Json>, b: Record<string, Json>): number {
  for (const name of Object.keys(a)) {
    const left = a[name] ?? null;
    const right = b[name] ?? null;
    if (left === right) continue;
    if (left === null) return 1;
    if (right === null) return -1;
    if (typeof left === "number" && typeof right === "number") return left - right;
    return String(left) < String(right) ? -1 : 1;
  }
  return 0;
}
