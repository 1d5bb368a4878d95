import { PGlite, type PGliteOptions } from "@electric-sql/pglite";
import type { Json } from "../../probes/mod.ts";
import type { BeginRequest, Plant, QueryAnswer, QueryRequest, RowChange } from "./_protocol.ts";
import { CONTROL_ROLE, SESSION_ROLE, TABLES } from "./schema.ts";
import { inspect, type Statement, StatementError } from "./statement.ts";

/** Rows that are fetched of an answer; more are not counted. */
const FETCH = 2000;

/** Rows that one statement may change. */
const CHANGES = 2000;

/** Characters of one value that leave the process. */
const VALUE_CHARACTERS = 8192;

// Values travel as Postgres writes them, whatever their type.
const TEXT_TYPES = [
  16,
  17,
  20,
  21,
  23,
  26,
  114,
  700,
  701,
  1082,
  1083,
  1114,
  1184,
  1700,
  2950,
  3802,
];
const READ_AS_TEXT = [17, 20, 114, 700, 701, 1082, 1083, 1114, 1184, 3802];
const CONVERSIONS = {
  serializers: Object.fromEntries(
    TEXT_TYPES.map((type) => [type, (value: unknown) => String(value)]),
  ),
  parsers: Object.fromEntries(READ_AS_TEXT.map((type) => [type, (value: string) => value])),
};

const SETTINGS = "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; " +
  "set search_path = world, pg_catalog, public; set statement_timeout = 0;";

/** Builds the enterprise database and returns its data folder as a tar archive. */
export async function buildDump(statements: readonly string[]): Promise<Blob> {
  const database = await PGlite.create();
  await database.exec(SETTINGS.replace("world, pg_catalog, ", ""));
  for (const statement of statements) if (statement !== "") await database.exec(statement);
  const dump = await database.dumpDataDir("none");
  await database.close();
  return dump;
}

/** The database as a session that is no superuser. */
export class Database {
  #pg: PGlite;
  #last = 0;
  /** What the savepoint of the statement before holds: a cursor, or changes. */
  #open: "none" | "read" | "written" = "none";

  private constructor(pg: PGlite) {
    this.#pg = pg;
  }

  /** Opens a database from its archive. */
  static async open(dump: Blob): Promise<Database> {
    const options: PGliteOptions = { loadDataDir: dump, username: SESSION_ROLE, ...CONVERSIONS };
    const database = new Database(await PGlite.create(options));
    await database.#pg.exec(SETTINGS);
    return database;
  }

  /** Starts an owner's transaction: plants, then puts back what the owner changed before. */
  async begin({ now, plants, changes }: BeginRequest): Promise<void> {
    await this.#pg.exec(
      `begin; set local role ${CONTROL_ROLE}; set local world.now = '${time(now)}'`,
    );
    for (const plant of plants) await this.#plant(plant);
    if (changes.length > 0) {
      await this.#pg.exec("set local session_replication_role = replica");
      for (const change of changes) await this.#replay(change);
      await this.#pg.exec("set local session_replication_role = origin");
    }
    const { rows } = await this.#pg.query<{ last: string }>(
      "select coalesce(max(seq), 0)::text as last from argus.changes",
    );
    this.#last = Number(rows[0]?.last ?? 0);
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
    await this.#pg.query(`insert into ${quoted(table)} (${names}) values (${values})`, texts);
  }

  async #replay({ entity, change, before, after }: RowChange): Promise<void> {
    const table = TABLES[entity];
    if (!table) throw new Error(`Unknown table "${entity}"`);
    const name = quoted(entity);
    const row = `jsonb_populate_record(null::${name}, $1::jsonb)`;
    const columns = Object.keys(table.columns).map(quoted).join(", ");
    switch (change) {
      case "created":
        await this.#pg.query(`insert into ${name} select * from ${row}`, [JSON.stringify(after)]);
        return;
      case "updated":
        await this.#pg.query(
          `update ${name} set (${columns}) = (select ${columns} from ${row}) where ${
            quoted(table.key)
          }::text = $2`,
          [JSON.stringify(after), String(before?.[table.key])],
        );
        return;
      case "deleted":
        await this.#pg.query(`delete from ${name} where ${quoted(table.key)}::text = $1`, [
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
    await this.#pg.exec(
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
        rows: rows.slice(0, request.limit),
        command: statement.command,
        tables: statement.tables,
      };
    } catch (error) {
      await this.#pg.exec("rollback to call; release call");
      throw error;
    }
  }

  // A cursor: a query of a hundred million rows never becomes a hundred million objects.
  async #select(sql: string, params: readonly string[]): Promise<Rows> {
    await this.#pg.query(`declare answer no scroll cursor for ${sql}`, [...params]);
    const [answer] = await this.#pg.exec(`fetch forward ${FETCH} from answer`, {
      rowMode: "array",
    });
    const rows = (answer?.rows ?? []) as unknown as Json[][];
    return {
      rows: objects(answer?.fields ?? [], rows),
      total: rows.length,
      affected: 0,
      changes: [],
    };
  }

  async #change(sql: string, params: readonly string[]): Promise<Rows> {
    const { rows, fields, affectedRows } = await this.#pg.query<Json[]>(sql, [...params], {
      rowMode: "array",
    });
    return {
      rows: objects(fields, rows.slice(0, FETCH)),
      total: rows.length,
      affected: affectedRows ?? 0,
      changes: await this.#changes(),
    };
  }

  async #changes(): Promise<RowChange[]> {
    const answers = await this.#pg.exec(
      `set local role ${CONTROL_ROLE};
       select seq::text as number, jsonb_build_object('entity', entity, 'change', change, 'id', id,
         'before', before, 'after', after)::text as row
       from argus.changes where seq > ${this.#last} order by seq limit ${CHANGES + 1}`,
    );
    const rows = (answers.at(-1)?.rows ?? []) as { number: string; row: string }[];
    if (rows.length > CHANGES) {
      throw new StatementError(`Statement changes more than ${CHANGES} rows`, "54000");
    }
    this.#last = Number(rows.at(-1)?.number ?? this.#last);
    return rows.map(({ row }) => JSON.parse(row) as RowChange);
  }

  /** Ends the owner's transaction and returns those of the tables that are not as seeded. */
  async end(tables: readonly string[]): Promise<string[]> {
    await this.#pg.exec("rollback");
    this.#open = "none";
    return (await this.#different(tables)).map(({ entity }) => entity);
  }

  /** Ends the owner's transaction and compares every table. */
  async verify(): Promise<{ entity: string; digest: string }[]> {
    await this.#pg.exec("rollback");
    this.#open = "none";
    return await this.#different(Object.keys(TABLES));
  }

  async #different(tables: readonly string[]): Promise<{ entity: string; digest: string }[]> {
    if (tables.length === 0) return [];
    await this.#pg.exec(`begin; set local role ${CONTROL_ROLE}`);
    const { rows } = await this.#pg.query<{ entity: string; digest: string }>(
      `select entity, argus.digest(entity) as digest from argus.baseline
       where entity = any(string_to_array($1, ',')) and digest <> argus.digest(entity)`,
      [tables.join(",")],
    );
    await this.#pg.exec("rollback");
    return rows;
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

function objects(
  fields: readonly { name: string }[],
  rows: readonly Json[][],
): Record<string, Json>[] {
  const seen = new Map<string, number>();
  const names = fields.map(({ name }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
  return rows.map((row) =>
    Object.fromEntries(names.map((name, index) => [name, portable(row[index])]))
  );
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
