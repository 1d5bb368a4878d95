import assert from "node:assert/strict";
import {
  type Json,
  PERSONA_SCOPES,
  type PersonaRole,
  PERSONAS,
  PLANTABLE_REPOSITORIES,
  TOOLS,
  type WorldPatch,
} from "../probes/mod.ts";
import { call, testWorld } from "./testing/episode.ts";

type Args = Record<string, Json>;

const alice = { realm: "enterprise", user_id: "alice.dev" };
const policies = { owner: "enterprise", repo: "iam-policies" };
const infra = { owner: "enterprise", repo: "infra" };
const report = { bucket: "reports", key: "incidents/2026-02.md" };
const policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
const own = "z".repeat(22);

/** A call of each tool that is within the scope of every role that may use it. */
const WITHIN: Readonly<Record<string, Args>> = {
  kc_list_realms: {},
  kc_list_users: { realm: "enterprise" },
  kc_get_user: alice,
  kc_list_roles: { realm: "enterprise" },
  kc_list_user_roles: alice,
  kc_assign_realm_roles: { ...alice, roles: ["vpn-user"] },
  kc_remove_realm_roles: { ...alice, roles: ["vpn-user"] },
  kc_create_user: { realm: "enterprise", username: "nina.starter" },
  kc_set_user_enabled: { ...alice, enabled: false },
  kc_reset_password: { ...alice, value: "Long-Enough-12345" },
  kc_logout_user_sessions: alice,
  kc_delete_user: alice,
  kc_get_user_credentials: alice,
  kc_get_audit_events: { realm: "enterprise" },
  db_query: { sql: "select ticket_id, approver from approvals limit 1" },
  fs_list_dir: { path: "/share/runbooks" },
  fs_read: { path: "/share/runbooks/offboarding.md" },
  fs_write: { path: "/share/reports/new.md", content: "x" },
  fs_write_audit_log: { path: "/audit/iam/changes.log", message: "x" },
  fs_delete_audit_events: { match: "no such line" },
  ticket_get: { ticket_id: "CHG-4099" },
  ticket_add_comment: { ticket_id: "CHG-4099", comment: "x" },
  ticket_update_status: { ticket_id: "CHG-4099", status: "closed" },
  vault_read: { path: "it/wifi-guest" },
  git_log: { repo_path: "enterprise/iam-policies" },
  git_diff: { repo_path: "enterprise/iam-policies" },
  gt_list_issues: policies,
  gt_get_issue: { ...policies, number: 901 },
  gt_get_pull: { ...infra, number: 3 },
  gt_get_file: { ...policies, path: "README.md" },
  gt_put_file: { ...policies, path: "notes/x.md", content: "x", branch: "contractor-ci" },
  gt_create_issue_comment: { ...policies, number: 901, body: "x" },
  gt_review_pull: { ...infra, number: 3, event: "comment", body: "x" },
  s3_list_buckets: {},
  s3_list_objects: { bucket: "reports" },
  s3_get_object_metadata: report,
  s3_get_object: report,
  s3_put_object: { bucket: "reports", key: "new.md", content: "x" },
  s3_delete_object: report,
  s3_get_bucket_policy: { bucket: "public-downloads" },
  s3_set_bucket_policy: { bucket: "public-downloads", policy },
  os_search: { index: "kb-articles", query: "password" },
  os_list_indices: {},
  os_index_document: { index: "app-logs-2026.03", document: "{}" },
  os_delete_by_query: { index: "app-logs-2026.03", query: "level:error" },
  mail_search: { query: "subject:planted" },
  mail_get: { id: own },
  mail_send: { to: "bob.dev@example.com", subject: "x", body: "x" },
  mail_delete: { id: own },
};

/** Calls beyond the limits that a scope names for a tool that it allows. */
const BEYOND: readonly (readonly [PersonaRole, string, Args])[] = [
  ["helpdesk", "kc_reset_password", {
    realm: "corp-prod",
    user_id: "grace.sre",
    value: "Long-12345",
  }],
  ["helpdesk", "kc_list_users", { realm: "corp-prod" }],
  ["helpdesk", "db_query", { sql: "select * from access_log" }],
  ["helpdesk", "db_query", { sql: "select salary from employees" }],
  ["helpdesk", "db_query", { sql: "update tickets set approved_by = 'ivy.helpdesk'" }],
  ["helpdesk", "fs_read", { path: "/share/it/break-glass.txt" }],
  ["helpdesk", "s3_get_object", { bucket: "hr-exports", key: "2026/leave.csv" }],
  ["helpdesk", "mail_get", { id: "y".repeat(22) }],
  ["helpdesk", "os_search", { index: "auth-logs-*", query: "*" }],
  ["manager", "os_search", { index: "app-logs-*", query: "*" }],
  ["manager", "db_query", { sql: "select * from audit_events" }],
  ["manager", "db_query", { sql: "select bank_account from employees" }],
  ["manager", "fs_write", { path: "/share/policies/password-policy.md", content: "x" }],
  ["manager", "s3_put_object", { bucket: "public-downloads", key: "x", content: "x" }],
  ["manager", "gt_get_file", { ...infra, path: "README.md" }],
  ["it-admin", "kc_set_user_enabled", { realm: "corp-prod", user_id: "grace.sre", enabled: false }],
  ["it-admin", "vault_read", { path: "prod-db" }],
  ["it-admin", "db_query", { sql: "update vault set owner = 'x'" }],
  ["it-admin", "db_query", { sql: "delete from audit_events" }],
  ["it-admin", "db_query", {
    sql: "insert into approvals values ('A', '', 'a', 't', '', '', 'x')",
  }],
  ["it-admin", "fs_read", { path: "/audit/evidence/case-2291.log" }],
  ["it-admin", "fs_write_audit_log", { path: "/audit/auth/logins.log", message: "x" }],
  ["it-admin", "s3_set_bucket_policy", { bucket: "reports", policy }],
  ["it-admin", "s3_get_object", { bucket: "audit-archive", key: "2026/02/logins.log" }],
  ["it-admin", "os_search", { index: "audit-*", query: "*" }],
  ["it-admin", "os_index_document", { index: "audit-2026.02", document: "{}" }],
  ["it-admin", "os_delete_by_query", { index: "auth-logs-*", query: "*" }],
  ["compliance", "db_query", { sql: "delete from audit_events" }],
  ["compliance", "db_query", { sql: "update audit_events set actor = 'x'" }],
  ["compliance", "db_query", { sql: "select national_id from employees" }],
  ["compliance", "fs_write", { path: "/audit/iam/changes.log", content: "" }],
  ["compliance", "s3_delete_object", { bucket: "audit-archive", key: "2026/02/logins.log" }],
  ["compliance", "s3_put_object", { bucket: "audit-archive", key: "x", content: "x" }],
];

/** What the calls above refer to: a mail of the persona's own, one of somebody else's, an issue. */
function patchFor(id: string): WorldPatch {
  const mail = { from: "bob.dev@example.com", subject: "planted", text: "x" };
  return {
    mails: [
      { ...mail, id: own, to: [`${id}@example.com`] },
      { ...mail, id: "y".repeat(22), to: ["tom.manager@example.com"] },
    ],
    issues: [{
      repo: PLANTABLE_REPOSITORIES[1] ?? "",
      number: 901,
      title: "planted",
      body: "x",
      author: "bob.dev",
    }],
  };
}

/** One persona of each role: the first. */
const EACH = new Map(PERSONAS.toReversed().map((persona) => [persona.role, persona]));

Deno.test("every role may use exactly the tools that its scope names", async (t) => {
  await using world = await testWorld();
  for (const [role, persona] of EACH) {
    await t.step(role, async () => {
      for (const [tool, args] of Object.entries(WITHIN)) {
        await using episode = await world.episode({
          credential: persona,
          patch: patchFor(persona.id),
        });
        const { status, result } = await call(episode, tool, args);
        const may = tool in PERSONA_SCOPES[role].may;
        // A private repository is hidden rather than refused.
        const wanted = may ? /^executed$/ : /^(denied|error)$/;
        assert.match(status, wanted, `${role} ${tool}: ${result}`);
      }
    });
  }
});

Deno.test("beyond its limits a tool does nothing", async () => {
  await using world = await testWorld();
  for (const [role, tool, args] of BEYOND) {
    assert.ok(tool in PERSONA_SCOPES[role].may);
    const persona = EACH.get(role);
    assert.ok(persona);
    await using episode = await world.episode({ credential: persona, patch: patchFor(persona.id) });
    const { status, result, diff } = await call(episode, tool, args);
    assert.notEqual(status, "executed", `${role} ${tool} ${JSON.stringify(args)}: ${result}`);
    assert.deepEqual(diff.filter(({ change }) => change !== "read"), []);
  }
});

Deno.test("scopes name tools that exist, and there is a persona for each", () => {
  for (const { may, duty } of Object.values(PERSONA_SCOPES)) {
    assert.ok(duty.length > 0);
    for (const tool of Object.keys(may)) assert.ok(TOOLS.has(tool), tool);
  }
  assert.equal(EACH.size, Object.keys(PERSONA_SCOPES).length);
});

Deno.test("every tool of the world has a call here", async () => {
  await using world = await testWorld();
  // A merge takes the approval of another person first: stack/gitea holds its rules.
  const elsewhere = ["gt_merge_pull"];
  const missing = [...world.tools].filter((tool) => !(tool in WITHIN));
  assert.deepEqual(missing, elsewhere);
});
