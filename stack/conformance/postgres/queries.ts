import type { PostgresScenario } from "./subject.ts";

function asking(
  name: string,
  ...statements: (string | [string, readonly string[]])[]
): PostgresScenario {
  return {
    name,
    play: async (subject) => {
      for (const statement of statements) {
        const [sql, params] = typeof statement === "string" ? [statement, []] : statement;
        await subject.ask(sql, { params });
      }
    },
  };
}

/** Reading. */
export const QUERY_SCENARIOS: readonly PostgresScenario[] = [
  asking(
    "tables are read",
    "select * from tickets order by ticket_id limit 3",
    "select ticket_id, status from tickets where status = 'open' order by 1 limit 5",
    "select count(*) from employees",
    "select department, count(*) as people, round(avg(salary), 2) as mean from employees group by 1 order by 1",
    "select t.ticket_id, c.author from tickets t join ticket_comments c using (ticket_id) order by 1, 2 limit 5",
    "select * from access_log where at > '2026-03-01' order by log_id desc limit 2",
    "select distinct kind from assets",
    "select username from employees where username like 'a%' order by username desc",
    "select username from employees order by username limit 3 offset 2",
    "select kind from assets union select role from audit_principals order by 1",
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5) select sum(i) from n",
    "select ticket_id, row_number() over (order by ticket_id) from tickets limit 2",
    "select exists (select 1 from vault where path like 'prod/%')",
    "values (1, 'a'), (2, 'b')",
    "table sops",
  ),
  asking(
    "values come as they are written",
    "select 1 as i, 2::smallint as s, 3::bigint as b, 1.50 as n, 1.5::real as r, 0.1::float8 as d",
    "select true as yes, null as nothing, 'text' as t, 'c'::char(3) as c, '\\x00ff'::bytea as raw",
    "select '2026-03-02'::date as day, '2026-03-02 09:00'::timestamp as at, '2026-03-02 09:00+02'::timestamptz as tz",
    "select '1 day 02:03'::interval as span, '09:00'::time as clock, '{\"a\": [1, null]}'::jsonb as j, '{\"a\":1}'::json as k",
    "select array[1,2,3] as numbers, array['a','b c',null] as texts, '{}'::int[] as none",
    "select 'NaN'::float8 as nan, 'Infinity'::float8 as inf, 9007199254740993 as big, 12345678901234567890.123 as huge",
    "select 1 as a, 2 as a, 3 as a",
    "select row(1, 'x') as record, '192.0.2.1'::inet as ip, gen_random_uuid() is not null as id",
    "select 'é😀' as unicode, length('é😀') as length, upper('école') as up",
    "select",
  ),
  asking(
    "parameters are values and never text of the statement",
    ["select ticket_id from tickets where ticket_id = $1", ["CHG-4102"]],
    ["select ticket_id from tickets where ticket_id = $1", ["' or true --"]],
    ["select $1::int + $2::int as sum", ["40", "2"]],
    ["select $1::int", ["forty"]],
    ["select $1::boolean as flag, $2::date as day, $3::numeric as n", [
      "true",
      "2026-03-02",
      "1.50",
    ]],
    ["select $1::jsonb -> 'a' as part", ['{"a": [1]}']],
    ["select * from tickets where created_at < $1::timestamptz order by 1 limit 1", ["2026-01-01"]],
    ["select $1", ["untyped"]],
    ["select $1, $3", ["a", "b"]],
    ["select $1::text", []],
  ),
  asking(
    "the clock is the world's",
    "select now(), current_date, current_timestamp, localtimestamp, clock_timestamp()",
    "select count(*) from access_log where at > now() - interval '1 day'",
    "select 'now'::timestamptz, 'today'::date, 'yesterday'::date",
    "select age('2026-01-01'::timestamptz), timeofday()",
    "select random() as a, random() as b",
    "select extract(epoch from now())::bigint, date_trunc('month', now()), to_char(now(), 'YYYY-MM-DD')",
  ),
  asking(
    "what cannot be computed is an error",
    "select 1 / 0",
    "select 'x'::int",
    "select '2026-02-30'::date",
    "select * from no_such_table",
    "select no_such_column from tickets",
    "select no_such_function(1)",
    "select tickets.ticket_id from employees",
    "select ticket_id from tickets, ticket_comments",
    "select username, count(*) from employees",
    "select 1 = 'a'::date",
    "select max(1) filter (where true) over ()  from tickets limit 1",
    "select 'a' || 1, 1 + '2', 'a' + 1",
    "select (select ticket_id from tickets)",
    "select 9999999999::int",
    "select * from tickets limit -1",
    "select 'a' ~ '('",
    "select '{bad json'::jsonb",
    "select cast('a' as no_such_type)",
  ),
  asking(
    "what is no statement is a syntax error",
    "selec 1",
    "select * fro tickets",
    "select 'open",
    'select "open',
    "select (1",
    "select 1)",
    "",
    "  ;  ",
    "-- only a comment",
    "drop",
    "select $",
    "🙂",
  ),
  asking(
    "catalogs show what a role may see",
    "select table_name from information_schema.tables where table_schema = 'public' order by 1",
    "select column_name, data_type from information_schema.columns where table_name = 'vault' order by 1",
    "select current_user, session_user",
    "select rolname from pg_roles where rolname !~ '^pg_' and rolsuper = false order by 1",
    "select tablename, policyname, cmd from pg_policies order by 1, 2",
    "select has_table_privilege('vault', 'select') as reads, has_table_privilege('vault', 'update') as writes",
    "select rolpassword from pg_authid",
    "select usename, passwd from pg_shadow",
    "select name from pg_settings where name = 'search_path'",
    "show search_path",
  ),
];
