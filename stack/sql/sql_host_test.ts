import assert from "node:assert/strict";
import { seedAccounts } from "../seed/people.ts";
import { seedTables } from "../seed/postgres.ts";
import { TEST_CACHE } from "../testing/episode.ts";
import { SqlError } from "../tools/context.ts";
import { WorldError } from "../world.ts";
import { DumpCache } from "./dump_cache.ts";
import { EpisodeSql } from "./episode_sql.ts";
import { SqlHost } from "./sql_host.ts";
import { sqlCommand } from "./sql_process.ts";

const { tables } = seedTables(1, seedAccounts(1, 200));

function episode(host: SqlHost): EpisodeSql {
  return new EpisodeSql(host, { role: "iam_agent", now: () => Date.UTC(2026, 2, 2), plants: [] });
}

Deno.test("a process killed from outside fails the call in flight, and the next one works", async () => {
  const host = new SqlHost({ dumps: new DumpCache(tables, [TEST_CACHE]), timeout: 20_000 });
  try {
    const sql = episode(host);
    await sql.query("insert into ticket_comments (ticket_id, body) values ('CHG-4102', 'kept')");
    sql.commit();
    const slow = sql.query("select count(*) from generate_series(1, 1000000000)");
    const failed = assert.rejects(slow, WorldError);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.ok(host.pid);
    host.kill();
    await failed;
    const { rows } = await sql.query("select body from ticket_comments where body = 'kept'");
    assert.deepEqual(rows, [{ body: "kept" }]);
    host.kill();
    assert.equal((await sql.query("select 1 as one")).total, 1);
    assert.deepEqual(await sql.close(), []);
    assert.deepEqual(await host.verify(), []);
  } finally {
    await host.close();
  }
});

Deno.test("an answer that fills the memory is the statement's error, and a long one is cut", async () => {
  const host = new SqlHost({ dumps: new DumpCache(tables, [TEST_CACHE]), timeout: 20_000 });
  try {
    const sql = episode(host);
    const greedy = sql.query("select repeat('a', 100000) from generate_series(1, 2000)");
    await assert.rejects(greedy, (error) => error instanceof SqlError && error.code === "53200");
    const wide = Array(6).fill("repeat('a', 8000)").join(", ");
    const answer = await sql.query(`select ${wide} from generate_series(1, 1000)`, { limit: 1000 });
    assert.equal(answer.total, 1000);
    assert.ok(answer.rows.length > 0 && JSON.stringify(answer.rows).length < 3_000_000);
  } finally {
    await host.close();
  }
});

Deno.test("a database that cannot be built is an infrastructure error that names the folders", async () => {
  const host = new SqlHost({ dumps: new DumpCache(tables, ["/dev/null/nowhere"]) });
  try {
    await assert.rejects(episode(host).query("select 1"), (error) => {
      assert.ok(error instanceof WorldError, String(error));
      assert.match(error.message, /\/dev\/null\/nowhere/);
      return true;
    });
  } finally {
    await host.close();
  }
});

Deno.test("an archive that is damaged is an infrastructure error", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const dumps = new DumpCache(tables, [folder]);
    await Deno.writeTextFile(`${folder}/${dumps.name}`, "not an archive");
    const host = new SqlHost({ dumps });
    await assert.rejects(episode(host).query("select 1"), (error) => !(error instanceof SqlError));
    await host.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the SQL process may read its packages and its archive, and nothing else", () => {
  const { args } = sqlCommand({ read: ["/cache/dump.tar"] });
  const allowed = args.filter((argument) => argument.startsWith("--allow"));
  assert.equal(allowed.length, 1);
  const folders = allowed[0]?.replace("--allow-read=", "").split(",") ?? [];
  assert.equal(folders.at(-1), "/cache/dump.tar");
  assert.ok(
    folders.slice(0, -1).every((path) => /\/(pglite|libpg-query)\//.test(path)),
    folders.join(),
  );
  assert.ok(args.includes("--no-prompt") && args.includes("--cached-only"));
});
