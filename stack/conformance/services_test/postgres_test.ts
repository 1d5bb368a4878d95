/**
 * The scenarios against a real PostgreSQL 16, in which a database `enterprise` and the roles of the
 * enterprise are replaced. See `with_services.sh` beside this file, which starts one.
 */

import assert from "node:assert/strict";
import { WORLD_TIME } from "../../seed/random.ts";
import { Database } from "../../sql/database.ts";
import {
  type PostgresAddress,
  postgresAddress,
  PostgresEngine,
} from "../../sql/postgres_engine.ts";
import { TABLES } from "../../sql/schema.ts";
import { seedPostgresService } from "../../sql/service_seed.ts";
import { loadParser } from "../../sql/statement.ts";
import { POSTGRES_SCENARIOS } from "../postgres/scenarios.ts";
import { conformanceTables, PostgresSubject } from "../postgres/subject.ts";
import { againstService } from "../testing/against_service.ts";

let session: PostgresAddress | undefined;

againstService({
  name: "postgres",
  service: "PostgreSQL",
  address: { variable: "ARGUS_POSTGRES_URL", url: Deno.env.get("ARGUS_POSTGRES_URL") },
  record: Deno.env.get("ARGUS_CONFORMANCE_RECORD") === "1",
  scenarios: POSTGRES_SCENARIOS,
  prepare: async (url) => {
    await loadParser();
    session = await seedPostgresService({
      admin: postgresAddress(url),
      sessionPassword: crypto.randomUUID(),
      tables: conformanceTables(),
    });
    const engine = new PostgresEngine(session);
    const { rows } = await engine.query("select current_setting('server_version')", []);
    await engine.close();
    return String(rows[0]?.[0]);
  },
  subject: async () => {
    if (!session) throw new Error("The database is not prepared");
    const engine = new PostgresEngine(session);
    const database = await Database.over(engine);
    const now = new Date(WORLD_TIME).toISOString();
    await database.begin({ op: "begin", now, plants: [], changes: [] });
    return new PostgresSubject(async (request) => await database.query(request), async () => {
      const damaged = await database.end(Object.keys(TABLES));
      await engine.close();
      assert.deepEqual(damaged, []);
    });
  },
});
