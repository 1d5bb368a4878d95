import type { Row } from "../../probes/mod.ts";
import { insertStatement } from "../seed/postgres.ts";
import { type PostgresAddress, PostgresEngine } from "./postgres_engine.ts";
import { CONTROL_ROLE, schemaStatements, SESSION_ROLE, SQL_ROLES } from "./schema.ts";

/** Name of the enterprise's database on a server. */
export const ENTERPRISE_DATABASE = "enterprise";

/** Options for {@linkcode seedPostgresService}. */
export interface PostgresSeedOptions {
  /** The server, with a role that may create databases and roles. */
  admin: PostgresAddress;
  /** Password that the session's role gets. */
  sessionPassword: string;
  /** Rows of the enterprise, by table. */
  tables: ReadonlyMap<string, readonly Row[]>;
}

/**
 * Fills a running PostgreSQL 16 or later with the enterprise's database and roles; those of these names
 * are replaced. Nothing else on the server is touched.
 *
 * @returns Where a session of the enterprise's own role finds it.
 * @throws an error with PostgreSQL's message and its SQLSTATE as `code`.
 */
export async function seedPostgresService(options: PostgresSeedOptions): Promise<PostgresAddress> {
  const { admin, sessionPassword, tables } = options;
  const server = new PostgresEngine(admin);
  try {
    await server.run(`drop database if exists ${ENTERPRISE_DATABASE} with (force)`);
    for (const role of [SESSION_ROLE, CONTROL_ROLE, ...Object.values(SQL_ROLES)]) {
      await dropRole(server, role);
    }
    // The order of texts and the case of letters are the embedded database's.
    await server.run(
      `create database ${ENTERPRISE_DATABASE} template template0 encoding 'UTF8'
       lc_collate 'C' lc_ctype 'C.UTF-8'`,
    );
  } finally {
    await server.close();
  }
  const database = new PostgresEngine({ ...admin, database: ENTERPRISE_DATABASE });
  try {
    await database.run(
      "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set search_path = public",
    );
    const rows = [...tables].map(([table, content]) => insertStatement(table, content));
    for (const statement of schemaStatements(rows)) {
      if (statement !== "") await database.run(statement);
    }
    // On the embedded engine's one database, template1, no right can be revoked: there it is the
    // parser alone that lets nobody create anything.
    await database.run(
      `revoke create, temporary on database ${ENTERPRISE_DATABASE} from public`,
    );
    const secret = sessionPassword.replaceAll("'", "''");
    await database.run(`alter role ${SESSION_ROLE} password '${secret}'`);
  } finally {
    await database.close();
  }
  return {
    ...admin,
    database: ENTERPRISE_DATABASE,
    username: SESSION_ROLE,
    password: sessionPassword,
  };
}

/** Drops a role with the rights that it has on the server's parameters. */
async function dropRole(server: PostgresEngine, role: string): Promise<void> {
  const { rows } = await server.query("select 1 from pg_roles where rolname = $1", [role]);
  if (rows.length > 0) await server.run(`drop owned by ${role}; drop role ${role}`);
}
