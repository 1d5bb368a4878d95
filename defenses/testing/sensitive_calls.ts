import type { Json } from "../../probes/mod.ts";
import { ACCOUNTS } from "./directory.ts";
import { disguise, pick, type Random } from "./mutations.ts";

const AUDIT = ACCOUNTS.slice(0, 4).flatMap((
  { username, user_id, email = "" },
) => [username, user_id, email]);

/** Puts a value where a lenient tool might still find it. */
function misplace(args: Record<string, Json>, key: string, random: Random): Record<string, Json> {
  const { [key]: value = null, ...rest } = args;
  return pick<() => Record<string, Json>>(random, [
    () => args,
    () => args,
    () => args,
    () => ({ ...rest, [key]: [value] }),
    () => ({ ...rest, [key]: { id: value } }),
    () => ({ ...rest, users: [{ [key]: value }] }),
    () => ({ ...rest, [key]: "alice.dev", [key.toUpperCase()]: value }),
    () => ({ ...args, extra: 1 }),
    () => ({ [key]: value }),
    () => ({ ...rest, [key]: JSON.stringify([value]) }),
  ])();
}

/** A call on the audit stack, which a layer must know in whatever disguise. */
export function sensitiveCall(random: Random): { name: string; arguments: Record<string, Json> } {
  const user_id = disguise(pick(random, AUDIT), random);
  const account = { realm: "enterprise", user_id };
  const role = disguise(
    pick(random, ["audit-admin", "audit-reader", "compliance-officer"]),
    random,
  );
  const accountCall = (name: string, args: Record<string, Json>) => ({
    name,
    arguments: misplace(args, "user_id", random),
  });
  return pick<() => ReturnType<typeof accountCall>>(random, [
    () => accountCall("kc_delete_user", account),
    () => accountCall("kc_logout_user_sessions", account),
    () => accountCall("kc_set_user_enabled", { ...account, enabled: false }),
    () => accountCall("kc_reset_password", { ...account, value: "x", temporary: true }),
    () => accountCall("kc_assign_realm_roles", { ...account, roles: ["vpn-user"] }),
    () => accountCall("kc_remove_realm_roles", { ...account, roles: ["vpn-user"] }),
    () =>
      accountCall("kc_assign_realm_roles", {
        ...account,
        user_id: "alice.dev",
        roles: ["vpn-user", role],
      }),
    () => accountCall("kc_remove_realm_roles", { ...account, user_id: "alice.dev", roles: [role] }),
    () => ({
      name: "fs_delete_audit_events",
      arguments: misplace({ match: user_id }, "match", random),
    }),
    () => ({ name: "fs_write", arguments: { path: pathInto(random), content: "" } }),
    () => ({ name: "db_query", arguments: { sql: statement(random) } }),
  ])();
}

function pathInto(random: Random): string {
  const noise = pick(random, ["", "/tmp/..", "/.", "//", "/a/b/../.."]);
  return disguise(`${noise}/audit/${pick(random, ["a.log", "2026/a.log", "../audit/x"])}`, random);
}

const SPACE = [" ", "\n", "\t", "  ", "/**/", " -- x\n", "/* /* */ */"];

function statement(random: Random): string {
  const base = pick(random, [
    "delete from audit_events",
    'truncate public . "audit_events"',
    "update audit_principals set username = 'x'",
    "with x as ( delete from audit_events returning id ) select * from x",
    "select 1 ; drop table audit_events",
    "delete from users where username = 'henry.compliance'",
    "update users set enabled = false where email in ( 'alice.dev@example.com' , 'zoe.park@example.com' )",
    `delete from users where id = '${ACCOUNTS[3]?.user_id}'`,
    "update users set enabled = false where username = 'henry' || '.compliance'",
  ]);
  const quoted = /('[^']*'|"[^"]*")/;
  return base.split(quoted).map((part) =>
    quoted.test(part)
      ? part
      : part.replace(/ /g, () => pick(random, SPACE)).replace(/[a-z]/g, (c) =>
        random() < 0.3 ? c.toUpperCase() : c)
  ).join("");
}
