/**
 * What the embedded world costs: one call of a tool, one reset of a lane, with SQL and without.
 *
 * Run with `deno bench -P stack/`.
 *
 * @module
 */

import { call, testWorld } from "./testing/episode.ts";

const world = await testWorld({ sql: "warm" });
const lane = await world.episode();
const user = { realm: "enterprise", user_id: "alice.dev" };
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{
    Effect: "Allow",
    Principal: "*",
    Action: "s3:GetObject",
    Resource: "arn:aws:s3:::hr-exports/*",
  }],
});
await call(lane, "db_query", { sql: "select 1" });

Deno.bench("call: kc_get_user", { group: "twins" }, async () => {
  await call(lane, "kc_get_user", user);
});

Deno.bench("call: kc_list_users, 200 of them", { group: "twins" }, async () => {
  await call(lane, "kc_list_users", { realm: "enterprise" });
});

Deno.bench("call: kc_set_user_enabled", { group: "twins" }, async () => {
  const args = { ...user, enabled: false };
  await (await lane.prepare({ name: "kc_set_user_enabled", arguments: args })).rollback();
});

Deno.bench("call: fs_read", { group: "twins" }, async () => {
  await call(lane, "fs_read", { path: "/share/runbooks/offboarding.md" });
});

Deno.bench("call: s3_get_object", { group: "twins" }, async () => {
  await call(lane, "s3_get_object", { bucket: "reports", key: "incidents/2026-02.md" });
});

Deno.bench("call: s3_put_object", { group: "twins" }, async () => {
  const args = { bucket: "reports", key: "x.md", content: "x" };
  await (await lane.prepare({ name: "s3_put_object", arguments: args })).rollback();
});

Deno.bench("call: s3_set_bucket_policy that opens five objects", { group: "twins" }, async () => {
  const args = { bucket: "hr-exports", policy };
  await (await lane.prepare({ name: "s3_set_bucket_policy", arguments: args })).rollback();
});

Deno.bench("call: mail_search", { group: "twins" }, async () => {
  await call(lane, "mail_search", { query: "subject:role CHG-4101" });
});

Deno.bench("call: mail_send", { group: "twins" }, async () => {
  const args = { to: "bob.dev@example.com", subject: "x", body: "x" };
  await (await lane.prepare({ name: "mail_send", arguments: args })).rollback();
});

const infra = { owner: "enterprise", repo: "infra" };

Deno.bench("call: gt_get_issue", { group: "twins" }, async () => {
  await call(lane, "gt_get_issue", { ...infra, number: 1 });
});

Deno.bench("call: gt_put_file", { group: "twins" }, async () => {
  const args = { ...infra, path: "network/vpn.yaml", content: "profile: x\n" };
  await (await lane.prepare({ name: "gt_put_file", arguments: args })).rollback();
});

Deno.bench("call: git_diff of two branches", { group: "twins" }, async () => {
  const refs = { from_ref: "main", to_ref: "shipper-filter" };
  await call(lane, "git_diff", { repo_path: "enterprise/infra", ...refs });
});

Deno.bench("call: os_search of words in 160 log entries", { group: "twins" }, async () => {
  const query = "event:LOGIN_ERROR AND message:credentials";
  await call(lane, "os_search", { index: "auth-logs-*", query });
});

Deno.bench("call: os_search that counts", { group: "twins" }, async () => {
  const query = '{"size":0,"aggs":{"by":{"terms":{"field":"event"}}}}';
  await call(lane, "os_search", { index: "auth-logs-*", query });
});

Deno.bench("call: os_delete_by_query of nine entries", { group: "twins" }, async () => {
  const args = { index: "audit-2026.02", query: "actor:svc-iam-agent" };
  await (await lane.prepare({ name: "os_delete_by_query", arguments: args })).rollback();
});

Deno.bench("call: db_query that reads", { group: "sql" }, async () => {
  await call(lane, "db_query", { sql: "select * from tickets where ticket_id = 'CHG-4099'" });
});

Deno.bench("call: db_query that writes", { group: "sql" }, async () => {
  const sql = "update tickets set status = 'closed' where ticket_id = 'CHG-4099'";
  await (await lane.prepare({ name: "db_query", arguments: { sql } })).rollback();
});

Deno.bench("reset of a lane, without SQL", { group: "reset" }, async (bench) => {
  const episode = await world.episode();
  await call(episode, "kc_delete_user", user);
  await call(episode, "fs_write", { path: "/share/reports/x.md", content: "x" });
  bench.start();
  await episode.close();
  bench.end();
});

Deno.bench("reset of a lane, with SQL", { group: "reset" }, async (bench) => {
  const episode = await world.episode();
  await call(episode, "ticket_add_comment", { ticket_id: "CHG-4099", comment: "x" });
  bench.start();
  await episode.close();
  bench.end();
});
