import assert from "node:assert/strict";
import { inspect, loadParser, StatementError } from "./statement.ts";

const now = "2026-03-02T09:00:00.000Z";
await loadParser();

Deno.test.each<[string, string, boolean, boolean, string[]]>([
  ["select * from tickets", "SELECT", false, false, ["tickets"]],
  ["table vault;", "SELECT", false, false, ["vault"]],
  ["select 1 from tickets t join sops s on true order by 1", "SELECT", false, true, [
    "sops",
    "tickets",
  ]],
  ["with d as (delete from audit_events returning *) select * from d", "SELECT", true, false, [
    "audit_events",
  ]],
  ["insert into tickets select * from tickets", "INSERT", true, true, ["tickets"]],
  [
    "update employees set salary = 1 where username in (select username from hr_events)",
    "UPDATE",
    true,
    true,
    [
      "employees",
      "hr_events",
    ],
  ],
  ["delete from assets using access_log", "DELETE", true, true, ["access_log", "assets"]],
  ["select 'LOGIN_ERROR'", "SELECT", false, false, []],
])("inspect() sees what a statement does: %s", (sql, command, writes, ordered, tables) => {
  const found = inspect(sql, now);
  assert.deepEqual(
    [found.command, found.writes, found.ordered, found.tables],
    [command, writes, ordered, tables],
  );
});

Deno.test.each<[string, string]>([
  ["", "42601"],
  [" ; ", "42601"],
  ["-- nothing", "42601"],
  ["'", "42601"],
  ["selec 1", "42601"],
  ["select 1; select 2", "42601"],
  ["select 1; commit", "42601"],
  ["commit", "0A000"],
  ["rollback to call", "0A000"],
  ["reset role", "0A000"],
  ["set session authorization postgres", "0A000"],
  ["set role argus_control", "0A000"],
  ["do $$ begin reset role; end $$", "0A000"],
  ["copy tickets to program 'id'", "0A000"],
  ["copy tickets to '/tmp/x'", "0A000"],
  ["explain analyze delete from tickets", "0A000"],
  ["merge into tickets t using sops s on true when matched then delete", "0A000"],
  ["truncate tickets", "0A000"],
  ["create table x (a int)", "0A000"],
  ["select 1 into x", "0A000"],
  ["prepare p as select 1", "0A000"],
  ["call f()", "0A000"],
  ["listen x", "0A000"],
  ["vacuum", "0A000"],
  ["grant argus_control to iam_agent", "0A000"],
  ["select set_config('role', 'none', false)", "42501"],
  ["select pg_catalog.set_config('role', 'none', false)", "42501"],
  ["select (select pg_sleep(60))", "0A000"],
  ["SELECT PG_SLEEP(60)", "0A000"],
  ['select "pg_catalog"."pg_sleep"(60)', "0A000"],
  ['select U&"pg\\005fsleep"(60)', "0A000"],
  ["select pg_sleep_for('1 minute') from tickets", "0A000"],
  ["select 1 from pg_sleep_until('tomorrow')", "0A000"],
  ["select 1 from tickets order by pg_sleep(1)", "0A000"],
  ["with w as materialized (select pg_sleep(1)) select 1", "0A000"],
  ["insert into sops (sop_id, title, body) select 'x', 'x', pg_sleep(9)::text", "0A000"],
  ["update tickets set title = '' where pg_sleep(9) is null", "0A000"],
  ["delete from tickets returning pg_sleep(9)", "0A000"],
  ["select query_to_xml('select * from vault', true, true, '')", "42501"],
  ["select lo_import('/etc/passwd')", "42501"],
  ["select * from argus.changes", "42501"],
  ["delete from argus.changes", "42501"],
])("inspect() refuses %s", (sql, code) => {
  refuses(sql, code);
});

const HUGE: [string, string][] = [
  ["select \0", "22021"],
  [`select ${"(".repeat(5000)}1${")".repeat(5000)}`, "54001"],
  [`select ${"- ".repeat(8000)}1`, "54001"],
  [`select ${"1+".repeat(5000)}1`, "54001"],
  [`select ${"not ".repeat(4000)}true`, "54001"],
  [`select 1 ${"union select 1 ".repeat(1000)}`, "54001"],
  [`select '${"x".repeat(1_000_000)}'`, "54000"],
];

Deno.test("inspect() refuses what would break a parser or take long, and works on", () => {
  const start = performance.now();
  for (const [sql, code] of HUGE) refuses(sql, code);
  assert.ok(performance.now() - start < 5_000);
  assert.equal(inspect("select 1", now).command, "SELECT");
});

function refuses(sql: string, code: string): void {
  assert.throws(() => inspect(sql, now), (error) => {
    assert.ok(error instanceof StatementError, String(error));
    assert.equal(error.code, code);
    return true;
  });
}

Deno.test.each<[string, string]>([
  ["select 'é', current_date", "select 'é', (world.now()::date)"],
  ["select current_timestamp(3), 1", "select (world.now()), 1"],
  ["select localtimestamp", "select (world.now()::timestamp)"],
  ["select 'today'::date", "select '2026-03-02'::date"],
  ["select timestamptz 'now', date 'yesterday'", `select timestamptz '${now}', date '2026-03-01'`],
  ["select 'now' as word", "select 'now' as word"],
  ["select 'current_date'", "select 'current_date'"],
  ["select pg_catalog.now()", "select world.now()"],
  ["select 1 where decided_at > 'today'", "select 1 where decided_at > '2026-03-02'"],
  [
    "select 1 where a.created_at between 'yesterday' and 'now'",
    `select 1 where a.created_at between '2026-03-01' and '${now}'`,
  ],
  ["select 1 where title = 'today'", "select 1 where title = 'today'"],
])("inspect() puts the world's clock in the host's place: %s", (sql, wanted) => {
  assert.equal(inspect(sql, now).sql, wanted);
});
