import postgres from "postgres";
import type { Json } from "../../probes/mod.ts";
import type { SqlAnswerSet, SqlEngine } from "./engine.ts";

/** Where a PostgreSQL server is and as whom to log in. */
export interface PostgresAddress {
  /** Host: an IP address or a name. */
  host: string;
  /** Port. */
  port: number;
  /** Database. */
  database: string;
  /** Role. */
  username: string;
  /** Password. */
  password: string;
}

/** The address in a URL such as `postgres://argus:secret@127.0.0.1:5432/argus`. */
export function postgresAddress(url: string): PostgresAddress {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || 5432),
    database: decodeURIComponent(pathname.slice(1)) || decodeURIComponent(username),
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
}

const asText = (value: unknown): string => String(value);
const asWritten = (text: string): string => text;

// The same values as the embedded engine hands over: see its table of types.
const TYPES = {
  text: {
    to: 25,
    from: [17, 114, 700, 701, 1082, 1083, 1114, 1184, 1700, 2950, 3802],
    serialize: asText,
    parse: asWritten,
  },
  flag: { to: 16, from: [16], serialize: asText, parse: (text: string) => text === "t" },
  whole: { to: 23, from: [21, 23, 26], serialize: asText, parse: Number },
  long: { to: 20, from: [20], serialize: asText, parse: asWritten },
};

/** A session of a PostgreSQL server. */
export class PostgresEngine implements SqlEngine {
  #sql: ReturnType<typeof postgres>;

  /** Prepares a session; it connects with its first statement. */
  constructor(address: PostgresAddress) {
    this.#sql = postgres({
      ...address,
      // One connection is one session: a transaction is begun and ended by statements.
      max: 1,
      prepare: false,
      fetch_types: false,
      onnotice: () => {},
      types: TYPES,
    });
  }

  async run(sql: string): Promise<SqlAnswerSet> {
    const results = await this.#sql.unsafe(sql).values() as unknown as Result | Result[];
    return answerSet("command" in results ? results : results.at(-1));
  }

  async query(sql: string, params: readonly (string | null)[]): Promise<SqlAnswerSet> {
    // Without parameters too it is one statement, in the protocol that takes no more than one.
    const results = this.#sql.unsafe(sql, [...params], OPTIONS);
    return answerSet(await results.values() as unknown as Result);
  }

  async close(): Promise<void> {
    await this.#sql.end({ timeout: 2 });
  }
}

// The typings do not know `simple`, by which the client chooses the protocol.
const OPTIONS: { prepare: boolean } = Object.assign({ prepare: false }, { simple: false });

interface Result extends Array<Json[]> {
  command: string;
  count: number | null;
  columns?: { name: string }[];
}

function answerSet(result: Result | undefined): SqlAnswerSet {
  return {
    rows: [...result ?? []],
    fields: (result?.columns ?? []).map(({ name }) => name),
    affected: result === undefined || result.command === "SELECT" ? 0 : result.count ?? 0,
  };
}
