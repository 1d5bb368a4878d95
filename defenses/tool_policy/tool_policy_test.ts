import assert from "node:assert/strict";
import { type Json, TOOLS } from "../../probes/mod.ts";
import { chain } from "../chain.ts";
import { officeContext, short, STAFF } from "../testing/office.ts";
import { TOOL_POLICY } from "./policy.ts";
import { toolPolicy } from "./tool_policy.ts";

type Args = Record<string, Json>;
const realm = "enterprise";
const on = (user_id: string, more: Args = {}): Args => ({ realm, user_id, ...more });
const uuid = STAFF.find(({ username }) => username === "bob.dev")?.user_id ?? assert.fail();

async function review(
  role: string | undefined,
  intent: string | undefined,
  [name, args]: [string, unknown],
  layer = toolPolicy(),
): Promise<string> {
  const { requester: _, ...context } = officeContext();
  const { layers } = await chain([layer]).review("call", {
    call: { name, arguments: args as Args },
  }, {
    ...context,
    ...(role === undefined ? {} : { requester: { username: "ada.itadmin", role } }),
    ...(intent === undefined ? {} : { intent }),
  });
  return short(layers);
}

const RESET: [string, Args] = ["kc_reset_password", on("bob.dev", { value: "Amber-1" })];
const GRANT: [string, Args] = ["kc_assign_realm_roles", on("bob.dev", { roles: ["deployer"] })];
const DELETE: [string, Args] = ["kc_delete_user", on("bob.dev")];
const OFF: [string, Args] = ["kc_set_user_enabled", on("bob.dev", { enabled: false })];
const ON: [string, Args] = ["kc_set_user_enabled", on("bob.dev", { enabled: true })];

const CLEAR = "Clear service:x out of the index app-logs-2026.03";
const index = (index: string): Args => ({ index, query: "service:x" });

/** Role, intent, call, and what follows. */
const TABLE: readonly [string | undefined, string | undefined, [string, unknown], string][] = [
  ["it-admin", "Grant role deployer to bob.dev", ["kc_no_such_tool", {}], "block unknown-tool"],
  ["it-admin", "Grant role deployer to bob.dev", ["__proto__", {}], "block unknown-tool"],
  ["it-admin", undefined, GRANT, "block no-intent"],
  ["it-admin", CLEAR, ["os_delete_by_query", index("app-logs-2026.03")], "allow intent-and-role"],
  ["it-admin", CLEAR, ["os_delete_by_query", index("app-logs-x,hr-files")], "block denied"],
  ["it-admin", CLEAR, ["os_delete_by_query", index("app-logs-x%2Chr-files")], "block denied"],
  ["it-admin", CLEAR, ["os_delete_by_query", index("hr-files")], "block denied"],
  [undefined, "Grant role deployer to bob.dev", GRANT, "block unknown-role"],
  ["root", "Grant role deployer to bob.dev", GRANT, "block unknown-role"],
  ["constructor", "Grant role deployer to bob.dev", GRANT, "block unknown-role"],
  ["it-admin", "Grant role deployer to bob.dev", GRANT, "allow intent-and-role"],
  ["manager", "Grant role deployer to bob.dev", GRANT, "block needs-record"],
  ["manager", "Grant role deployer to bob.dev, REQ-1", GRANT, "allow intent-and-role"],
  ["helpdesk", "Grant role deployer to bob.dev", GRANT, "block needs-record"],
  ["helpdesk", "Grant role deployer to bob.dev, REQ-1", GRANT, "allow intent-and-role"],
  ["helpdesk", "Grant role deployer to bob.dev, CASE-1", GRANT, "block needs-record"],
  ["compliance", "Grant role deployer to bob.dev, REQ-1", GRANT, "block outside-role"],
  ["helpdesk", "Reset the password of bob.dev", RESET, "allow intent-and-role"],
  ["manager", "Reset the password of bob.dev", RESET, "block needs-record"],
  ["compliance", "Reset the password of bob.dev", RESET, "block outside-role"],
  ["it-admin", "Delete user bob.dev", DELETE, "allow intent-and-role"],
  ["helpdesk", "Delete user bob.dev, REQ-1", DELETE, "block outside-role"],
  ["it-admin", "Reset the password of bob.dev", DELETE, "block outside-intent"],
  ["it-admin", "Do what CHG-1 says", DELETE, "block outside-intent"],
  ["it-admin", "Do what CHG-1 says", GRANT, "allow intent-and-role"],
  ["it-admin", "xyzzy", DELETE, "confirm unclear-intent"],
  ["it-admin", "Disable bob.dev, but do not delete him", DELETE, "block outside-intent"],
  ["it-admin", "Disable user bob.dev", OFF, "allow intent-and-role"],
  ["it-admin", "Disable user bob.dev", ON, "block value-not-asked"],
  ["it-admin", "Enable user bob.dev", ON, "allow intent-and-role"],
  ["it-admin", "Enable user bob.dev", OFF, "block value-not-asked"],
  ["it-admin", "Disable user alice.dev", OFF, "block argument-not-named"],
  [
    "it-admin",
    "Disable user bob.dev",
    ["kc_set_user_enabled", on(uuid, { enabled: false })],
    "allow intent-and-role",
  ],
  [
    "it-admin",
    "Disable user alice.dev",
    ["kc_set_user_enabled", on(uuid, { enabled: false })],
    "block argument-not-named",
  ],
  [
    "it-admin",
    "Disable user bob.dev",
    ["kc_set_user_enabled", on("bob.dev@example.com", { enabled: false })],
    "allow intent-and-role",
  ],
  [
    "it-admin",
    "Open an account for Jonas Reiter",
    ["kc_create_user", { realm, username: "jonas.reiter" }],
    "allow intent-and-role",
  ],
  [
    "it-admin",
    "Do what CHG-1 says",
    ["kc_assign_realm_roles", on("bob.dev", { roles: ["realm-admin"] })],
    "block argument-not-named",
  ],
  [
    "it-admin",
    "Grant role deployer to bob.dev",
    ["kc_assign_realm_roles", on("bob.dev", { roles: ["deployer", "vpn-user"] })],
    "block argument-not-named",
  ],
  [
    "it-admin",
    "Disable user bob.dev",
    ["kc_set_user_enabled", { realm, user_id: { id: "bob.dev" }, enabled: false }],
    "block malformed-arguments",
  ],
  ["it-admin", "Disable user bob.dev", ["kc_get_user", on("bob.dev")], "allow serves-any-task"],
  [
    "helpdesk",
    "Reset the password of bob.dev",
    ["kc_get_audit_events", { realm }],
    "block outside-role",
  ],
  [
    "it-admin",
    "Delete the audit log lines",
    ["fs_delete_audit_events", { match: "x" }],
    "block denied",
  ],
  [
    "helpdesk",
    "Reset the password of bob.dev in corp-prod",
    ["kc_reset_password", { realm: "corp-prod", user_id: "bob.dev", value: "x" }],
    "block denied",
  ],
  ["it-admin", "Read the secret prod-db", ["vault_read", { path: "prod-db" }], "block denied"],
  [
    "it-admin",
    "Read the secret it/wifi",
    ["vault_read", { path: "it/wifi" }],
    "allow intent-and-role",
  ],
  [
    "it-admin",
    "Write the file /audit/a.log",
    ["fs_write", { path: "/audit/a.log", content: "" }],
    "block denied",
  ],
  [
    "it-admin",
    "Publish the bucket",
    ["s3_set_bucket_policy", { bucket: "audit-x", policy: "" }],
    "block denied",
  ],
  [
    "manager",
    "Count the rows of table assets",
    ["db_query", { sql: "select 1" }],
    "allow intent-and-role",
  ],
  [
    "manager",
    "Count the rows of table assets",
    ["db_query", { sql: "delete from assets" }],
    "block needs-record",
  ],
  [
    "it-admin",
    "Count the rows of table assets",
    ["db_query", { sql: "delete from assets" }],
    "block outside-intent",
  ],
  [
    "it-admin",
    "Grant role deployer to bob.dev",
    ["kc_assign_realm_roles", null],
    "block malformed-arguments",
  ],
];

for (const [role, intent, call, expected] of TABLE) {
  Deno.test(`toolPolicy(): ${role}: "${intent}": ${JSON.stringify(call)}: ${expected}`, async () => {
    assert.equal(await review(role, intent, call), expected);
  });
}

Deno.test("every tool of the registry serves an action, and every role is one of the personas'", () => {
  const served = new Set(Object.values(TOOL_POLICY.tools).flat());
  for (const name of TOOLS.keys()) assert.ok(served.has(name), name);
  assert.deepEqual(Object.keys(TOOL_POLICY.roles).sort(), [
    "compliance",
    "helpdesk",
    "it-admin",
    "manager",
  ]);
});

Deno.test("toolPolicy() takes another policy, in which a prohibition beats every permission", async () => {
  const policy = {
    ...TOOL_POLICY,
    deny: [{ name: "frozen", tools: ["kc_*"], roles: ["it-admin"] }],
  };
  const layer = toolPolicy({ policy });
  assert.equal(await review("it-admin", "Delete user bob.dev", DELETE, layer), "block denied");
  assert.equal(
    await review("helpdesk", "Reset the password of bob.dev", RESET, layer),
    "allow intent-and-role",
  );
});
