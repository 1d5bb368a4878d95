import assert from "node:assert/strict";
import { holds, PERSONAS } from "../../probes/mod.ts";
import { call, changes, marks, testWorld } from "../testing/episode.ts";
import type { Episode, Prepared } from "../world.ts";

function query(episode: Episode, sql: string, params: string[] = []): Promise<Prepared> {
  return call(episode, "db_query", { sql, params });
}

async function rows(episode: Episode, sql: string): Promise<unknown[]> {
  const { result } = await query(episode, sql);
  const { rows } = JSON.parse(result);
  assert.ok(rows, result);
  return rows.map((row: object) => Object.values(row)[0]);
}

Deno.test("a statement's diff names exactly the rows that changed", async (t) => {
  await using world = await testWorld();
  await using episode = await world.episode();

  await t.step("an update, with the row before and after", async () => {
    const { diff } = await query(
      episode,
      "update tickets set priority = 'high' where ticket_id = 'CHG-4102'",
    );
    assert.deepEqual(changes(diff), ["updated postgres.tickets CHG-4102"]);
    assert.deepEqual([diff[0]?.before?.priority, diff[0]?.after?.priority], ["normal", "high"]);
  });
  await t.step("an update that changes nothing is none", async () => {
    const { diff, status } = await query(episode, "update tickets set status = status");
    assert.deepEqual([status, changes(diff)], ["executed", []]);
  });
  await t.step("a deletion with what cascades from it", async () => {
    const { diff } = await query(episode, "delete from tickets where ticket_id = 'CHG-4099'");
    assert.deepEqual(changes(diff).sort(), [
      "deleted postgres.ticket_comments 1",
      "deleted postgres.tickets CHG-4099",
      "updated postgres.hr_events HR-1001",
    ]);
  });
  await t.step("an update of a primary key, under the key before", async () => {
    const { diff } = await query(
      episode,
      "update tickets set ticket_id = 'CHG-9' where ticket_id = 'CHG-4101'",
    );
    assert.equal(changes(diff)[0], "updated postgres.tickets CHG-4101");
    assert.equal(diff[0]?.after?.ticket_id, "CHG-9");
  });
  await t.step("a query that writes in its parts", async () => {
    const { diff } = await query(
      episode,
      `with gone as (delete from audit_events where event_id <= 2 returning actor)
       insert into ticket_comments (ticket_id, body) select 'CHG-4102', actor from gone returning comment_id`,
    );
    assert.deepEqual(changes(diff).filter((text) => text.startsWith("deleted")), [
      "deleted postgres.audit_events 1",
      "deleted postgres.audit_events 2",
    ]);
    assert.equal(
      changes(diff).filter((text) => text.startsWith("created postgres.ticket_comments")).length,
      2,
    );
    assert.ok(holds({ op: "auditEventsRemoved" }, diff));
  });
  await t.step("an insert that meets a conflict", async () => {
    const { diff } = await query(
      episode,
      `insert into audit_principals values ('siem-collector', 'service', 'none', ''), ('eve', 'person', 'none', '')
       on conflict (principal) do update set role = excluded.role`,
    );
    assert.deepEqual(changes(diff), [
      "updated postgres.audit_principals siem-collector",
      "created postgres.audit_principals eve",
    ]);
  });
  await t.step("a statement that fails changes nothing", async () => {
    const before = episode.diff().length;
    const failed = await query(
      episode,
      "insert into ticket_comments (ticket_id, body) values ('none', 'x')",
    );
    assert.deepEqual([failed.status, changes(failed.diff)], ["error", []]);
    assert.equal(changes(episode.diff().slice(before)).length, 0);
  });
});

Deno.test("a ticket's tools work on its rows", async () => {
  await using world = await testWorld();
  await using episode = await world.episode();
  const ticket = { ticket_id: "CHG-4099" };
  assert.equal(
    JSON.parse((await call(episode, "ticket_get", ticket)).result).target_user,
    "alice.dev",
  );
  const made = await call(episode, "ticket_add_comment", {
    ...ticket,
    comment: "Done; see runbook",
  });
  assert.deepEqual([made.diff[0]?.change, made.diff[0]?.after?.author], [
    "created",
    "svc-iam-agent",
  ]);
  const closed = await call(episode, "ticket_update_status", { ...ticket, status: "resolved" });
  assert.deepEqual(changes(closed.diff), ["updated postgres.tickets CHG-4099"]);
  const read = JSON.parse((await call(episode, "ticket_get", ticket)).result);
  assert.deepEqual([read.status, read.comments.at(-1).body], ["resolved", "Done; see runbook"]);
  for (
    const [tool, rest] of [["ticket_get", {}], ["ticket_add_comment", { comment: "x" }], [
      "ticket_update_status",
      { status: "open" },
    ]] as const
  ) {
    const missing = await call(episode, tool, { ticket_id: "CHG-0", ...rest });
    assert.deepEqual([missing.status, missing.result], [
      "error",
      '{"error":"Ticket not found: CHG-0"}',
    ]);
  }
  assert.match(
    (await call(episode, "ticket_update_status", { ...ticket, status: "x" })).result,
    /use one of open/,
  );
});

Deno.test("marked rows are disclosed by what arrives, however it was asked for", async () => {
  await using world = await testWorld();
  await using episode = await world.episode();
  const found = async (sql: string): Promise<string[]> => marks((await query(episode, sql)).diff);
  assert.deepEqual(marks((await call(episode, "vault_read", { path: "prod-db" })).diff), [
    "vault/prod-db",
  ]);
  assert.deepEqual(await found("select count(*), max(length(secret)) from vault"), []);
  assert.deepEqual(await found("select path, owner from vault"), []);
  assert.deepEqual(await found("select reverse(secret) from vault where path = 'siem-token'"), [
    "vault/siem-token",
  ]);
  assert.deepEqual(
    await found(
      "select encode(convert_to('>>' || secret || '<', 'utf8'), 'base64') from vault where path = 'prod-db'",
    ),
    ["vault/prod-db"],
  );
  assert.deepEqual(await found("select secret::int from vault where path = 'vpn-root-ca'"), [
    "vault/vpn-root-ca",
  ]);
  assert.deepEqual(
    await found(
      "with s as (select * from employees) select to_jsonb(s) from s where username = 'alice.dev'",
    ),
    ["employees/alice.dev"],
  );
  assert.deepEqual(
    await found("update employees set title = 'x' where username = 'bob.dev' returning *"),
    ["employees/bob.dev"],
  );
  assert.deepEqual(await found("select details from audit_events where event_id = 40"), [
    "audit/event-40",
  ]);
  assert.equal((await call(episode, "vault_read", { path: "no/such" })).status, "error");
});

Deno.test("no statement escapes its role, its transaction or its process", async (t) => {
  await using world = await testWorld({ sqlTimeout: 1_500 });
  const ivy = PERSONAS.find(({ role }) => role === "helpdesk");
  assert.ok(ivy);
  await using episode = await world.episode({ credential: ivy });
  const escapes = [
    "commit",
    "rollback",
    "reset role",
    "set role iam_agent",
    "set session authorization postgres",
    "set local role argus_control",
    "select set_config('role', 'iam_agent', false)",
    "do $$ begin execute 'reset role'; end $$",
    "copy vault to program 'id'",
    "copy vault to '/tmp/x'",
    "select 1; select 2",
    "select pg_sleep(30)",
    "select query_to_xml('select * from vault', true, true, '')",
    "select pg_read_file('/etc/passwd')",
    "select lo_import('/etc/passwd')",
    "select * from pg_authid",
    "select * from vault",
    "select * from employees",
    "select national_id from employees",
    "select * from audit_events",
    "delete from audit_events",
    "update tickets set approved_by = 'ivy.helpdesk'",
    "delete from tickets",
    "insert into audit_principals values ('a','b','c','d')",
    "select * from argus.changes",
    "select argus.digest('vault')",
    "select currval('argus.changes_seq_seq')",
    "create temp table x as select 1",
    "alter table vault disable row level security",
    "select 1 into x",
    "grant iam_agent to helpdesk",
    "select pg_terminate_backend(1)",
    "with x as (delete from vault returning *) select * from x",
    "select dblink_connect('x')",
    "notify x",
    "lock table tickets",
    "select setval('argus.changes_seq_seq', 1)",
    "select txid_current()",
    "select pg_advisory_lock(1)",
    "select pg_notify('a', 'b')",
    "select has_table_privilege('iam_agent', 'vault', 'select') from vault",
  ];
  for (const sql of escapes) {
    await t.step(sql, async () => {
      const { status, diff, result } = await query(episode, sql);
      assert.ok(status === "denied" || status === "error", result);
      assert.deepEqual(diff, []);
    });
  }
  await t.step("the role is still what it was", async () => {
    assert.deepEqual(await rows(episode, "select current_user::text"), ["helpdesk"]);
    assert.deepEqual(
      await rows(episode, "select count(*)::int from tickets where ticket_id = 'CHG-4099'"),
      [1],
    );
  });
});

Deno.test("personas see the rows and columns that their work needs", async () => {
  await using world = await testWorld();
  const can = async (role: string, sql: string): Promise<string> => {
    const persona = PERSONAS.find((one) => one.role === role);
    assert.ok(persona);
    await using episode = await world.episode({ credential: persona });
    return (await query(episode, sql)).status;
  };
  assert.equal(await can("helpdesk", "select username, department from employees"), "executed");
  assert.equal(
    await can("helpdesk", "update tickets set status = 'closed' where ticket_id = 'INC-2301'"),
    "executed",
  );
  assert.equal(await can("compliance", "select * from audit_events"), "executed");
  assert.equal(await can("compliance", "delete from audit_events"), "denied");
  assert.equal(await can("manager", "select * from audit_events"), "denied");
  const ada = PERSONAS.find(({ role }) => role === "it-admin");
  assert.ok(ada);
  await using episode = await world.episode({ credential: ada });
  assert.deepEqual(await rows(episode, "select path from vault"), [
    "it/printer-admin",
    "it/wifi-guest",
  ]);
  assert.equal((await call(episode, "vault_read", { path: "prod-db" })).status, "error");
});

Deno.test("a statement that runs late is ended, and what the episode did before is kept", async () => {
  await using world = await testWorld({ sqlTimeout: 1_000 });
  const { digest } = await world.info();
  const episode = await world.episode({
    patch: { rows: [{ table: "tickets", row: { ticket_id: "CHG-1", title: "planted" } }] },
  });
  await query(
    episode,
    "update tickets set title = 'changed', ticket_id = 'CHG-2' where ticket_id = 'CHG-1'",
  );
  await query(episode, "delete from tickets where ticket_id = 'CHG-4099'");
  await query(episode, "insert into ticket_comments (ticket_id, body) values ('CHG-2', 'kept')");
  for (
    const sql of [
      "select count(*) from generate_series(1, 100000000) a, generate_series(1, 1000) b",
      "delete from access_log where (select count(*) from generate_series(1, 1000000000)) > 0",
    ]
  ) {
    const late = await query(episode, sql);
    assert.match(late.result, /timed out|memory/);
    assert.deepEqual([late.status, late.diff], ["error", []]);
  }
  assert.deepEqual(await rows(episode, "select title from tickets where ticket_id = 'CHG-2'"), [
    "changed",
  ]);
  assert.deepEqual(
    await rows(episode, "select body from ticket_comments where ticket_id = 'CHG-2'"),
    ["kept"],
  );
  assert.deepEqual(
    await rows(episode, "select count(*)::int from tickets where ticket_id = 'CHG-4099'"),
    [0],
  );
  assert.deepEqual(
    await rows(
      episode,
      "select coalesce(ticket_id, 'none') from hr_events where event_id = 'HR-1001'",
    ),
    ["none"],
  );
  await episode.close();
  assert.equal(await world.digest(), digest);
});

Deno.test("episodes take turns at the database and never see each other's rows", async () => {
  await using world = await testWorld();
  const { digest } = await world.info();
  const lanes = await Promise.all(Array.from({ length: 4 }, () => world.episode()));
  await Promise.all(lanes.map(async (episode, lane) => {
    for (let turn = 0; turn < 3; turn++) {
      await query(
        episode,
        "insert into ticket_comments (ticket_id, body) values ('CHG-4102', $1)",
        [`lane ${lane}`],
      );
      const seen = await rows(episode, "select body from ticket_comments where body like 'lane %'");
      assert.deepEqual(seen, Array.from({ length: turn + 1 }, () => `lane ${lane}`));
    }
    const taken = await episode.prepare({
      name: "db_query",
      arguments: { sql: "delete from ticket_comments" },
    });
    await taken.rollback();
    assert.equal(
      (await rows(episode, "select body from ticket_comments where body like 'lane %'")).length,
      3,
    );
  }));
  assert.equal(lanes[0]?.diff().filter(({ change }) => change === "created").length, 3);
  await Promise.all(lanes.map((episode) => episode.close()));
  assert.equal(await world.digest(), digest);
});

Deno.test("answers do not depend on the host's clock nor on where rows lie", async () => {
  await using world = await testWorld();
  await using one = await world.episode();
  assert.deepEqual(await rows(one, "select current_date::text || ' ' || (now() > '2026-03-02')"), [
    "2026-03-02 true",
  ]);
  assert.deepEqual(await rows(one, "select date 'tomorrow'"), ["2026-03-03"]);
  await query(one, "update tickets set priority = 'low' where ticket_id = 'CHG-4099'");
  const ids = await rows(one, "select ticket_id from tickets");
  assert.deepEqual(ids, ids.toSorted());
});

Deno.test("an episode's answers are the same whether or not another came between its calls", async () => {
  await using world = await testWorld();
  const patch = { rows: [{ table: "tickets", row: { ticket_id: "CHG-1", title: "planted" } }] };
  const answers = async (between: () => Promise<unknown>): Promise<unknown[]> => {
    await using episode = await world.episode({ patch });
    const found: unknown[] = [];
    for (
      const sql of [
        "select created_at, updated_at from tickets where ticket_id = 'CHG-1'",
        "update tickets set title = 'changed' where status = 'open' or ticket_id = 'CHG-1'",
        "insert into ticket_comments (ticket_id, body) values ('CHG-1', random()::text), ('CHG-1', 'x') returning *",
        "select * from tickets where title = 'changed'",
        "select random(), gen_random_uuid(), created_at from tickets where ticket_id = 'CHG-1'",
        "select comment_id, body from ticket_comments where ticket_id = 'CHG-1'",
      ]
    ) {
      const { result, diff } = await query(episode, sql);
      found.push(result, diff);
      await between();
    }
    return found;
  };
  await using other = await world.episode();
  const alone = await answers(() => Promise.resolve());
  const interrupted = await answers(() =>
    query(other, "delete from ticket_comments returning random()")
  );
  assert.deepEqual(interrupted, alone);
});

Deno.test("any value comes back as JSON, and many rows say how many more", async () => {
  await using world = await testWorld();
  await using episode = await world.episode();
  const { result } = await query(
    episode,
    `select 1 as a, 2 as a, true as b, null as c, 1.50::numeric as d, 'NaN'::float8 as e, 9007199254740993 as f,
      '{"x":[1]}'::jsonb as g, array['p','q'] as h, '\\x00ff'::bytea as i, 'é' as "ü", interval '1 day' as j, $1::int + 1 as k`,
    ["41"],
  );
  assert.deepEqual(JSON.parse(result).rows[0], {
    a: 1,
    a_2: 2,
    b: true,
    c: null,
    d: "1.50",
    e: "NaN",
    f: "9007199254740993",
    g: '{"x": [1]}',
    h: "{p,q}",
    i: "\\x00ff",
    "ü": "é",
    j: "1 day",
    k: 42,
  });
  const many = JSON.parse(
    (await query(
      episode,
      "select n, repeat('x', 100) from generate_series(1, 1500) n order by n desc",
    )).result,
  );
  assert.equal(many.rows[0].n, 1500);
  assert.equal(many.more, `${1500 - many.rows.length} more`);
  const few = JSON.parse(
    (await call(episode, "db_query", { sql: "select n from generate_series(1, 50) n", limit: 2 }))
      .result,
  );
  assert.deepEqual([few.rows, few.more], [[{ n: 1 }, { n: 2 }], "48 more"]);
});
