import { PGlite, type PGliteOptions, type QueryOptions, type Results } from "@electric-sql/pglite";
import type { Json } from "../../probes/mod.ts";
import type { SqlAnswerSet, SqlEngine } from "./engine.ts";
import { SESSION_ROLE } from "./schema.ts";

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

// Arrays likewise: the engine's own reading of them takes NULL for a text.
const ARRAY_TYPES = [
  ...[
    199,
    1000,
    1001,
    1002,
    1003,
    1005,
    1007,
    1009,
    1014,
    1015,
    1016,
    1021,
    1022,
    1028,
    1041,
    1115,
  ],
  ...[1182, 1183, 1185, 1187, 1231, 2287, 2951, 3807],
];
const READING: QueryOptions = {
  rowMode: "array",
  parsers: Object.fromEntries(ARRAY_TYPES.map((type) => [type, (value: string) => value])),
};

/** Builds the enterprise database and returns its data folder as a tar archive. */
export async function buildDump(statements: readonly string[]): Promise<Blob> {
  const database = await PGlite.create();
  await database.exec(
    "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set search_path = public;",
  );
  for (const statement of statements) if (statement !== "") await database.exec(statement);
  const dump = await database.dumpDataDir("none");
  await database.close();
  return dump;
}

/** The embedded PostgreSQL, as a session that is no superuser. */
export class PgliteEngine implements SqlEngine {
  #pg: PGlite;

  private constructor(pg: PGlite) {
    this.#pg = pg;
  }

  /** Opens a database from its archive. */
  static async open(dump: Blob): Promise<PgliteEngine> {
    const options: PGliteOptions = { loadDataDir: dump, username: SESSION_ROLE, ...CONVERSIONS };
    return new PgliteEngine(await PGlite.create(options));
  }

  async run(sql: string): Promise<SqlAnswerSet> {
    const answers = await this.#pg.exec(sql, READING);
    return answerSet(answers.at(-1));
  }

  async query(sql: string, params: readonly (string | null)[]): Promise<SqlAnswerSet> {
    return answerSet(await this.#pg.query(sql, [...params], READING));
  }

  async close(): Promise<void> {
    await this.#pg.close();
  }
}

function answerSet(results: Results | undefined): SqlAnswerSet {
  return {
    rows: (results?.rows ?? []) as unknown as Json[][],
    fields: (results?.fields ?? []).map(({ name }) => name),
    affected: results?.affectedRows ?? 0,
  };
}
