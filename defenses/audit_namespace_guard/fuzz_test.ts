import assert from "node:assert/strict";
import { type Json, TOOLS } from "../../probes/mod.ts";
import { chain } from "../chain.ts";
import { ACCOUNTS, directoryContext } from "../testing/directory.ts";
import { disguise, garbage, pick, type Random, randomFrom } from "../testing/mutations.ts";
import { auditNamespaceGuard } from "./guard.ts";
import { GUARD_RULES } from "./rules.ts";

const MUTATIONS = 10_000;

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

function sensitiveCall(random: Random): { name: string; arguments: Record<string, Json> } {
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

Deno.test(`the guard allows none of ${MUTATIONS} disguised calls on the audit stack`, async () => {
  const random = randomFrom(20_261);
  const guarded = chain([auditNamespaceGuard()]);
  const rules = new Map<string, number>();
  for (let n = 0; n < MUTATIONS; n++) {
    const call = sensitiveCall(random);
    const shown = JSON.stringify(call);
    const { verdict, layers } = await guarded.review("call", { call }, directoryContext());
    assert.equal(verdict, "block", `Mutation ${n}: ${shown}: ${layers[0]?.error}`);
    const rule = layers[0]?.finding?.rule ?? "";
    rules.set(rule, (rules.get(rule) ?? 0) + 1);
  }
  // A fuzzer that only makes malformed calls would prove nothing about disguises.
  assert.ok((rules.get("audit-principal") ?? 0) > MUTATIONS / 3, JSON.stringify([...rules]));
  for (const rule of ["audit-role", "audit-path", "audit-table", "audit-evidence"]) {
    assert.ok((rules.get(rule) ?? 0) > 50, JSON.stringify([...rules]));
  }
});

Deno.test(`the guard answers ${MUTATIONS} garbage calls without failing`, async () => {
  const random = randomFrom(7);
  const guarded = chain([auditNamespaceGuard()]);
  const names = [...TOOLS.keys(), "__proto__", "toString", ""];
  const sensitive = Object.keys(GUARD_RULES);
  for (let n = 0; n < MUTATIONS; n++) {
    const name = pick(random, random() < 0.8 ? sensitive : names);
    const shaped: Record<string, Json> = Object.fromEntries(
      Object.keys(TOOLS.get(name)?.schema.function.parameters.properties ?? {})
        .map((key) => [key, garbage(random, 3)]),
    );
    const args = random() < 0.5 ? shaped : garbage(random);
    const call = { name, arguments: args as Record<string, Json> };
    const { verdict, layers } = await guarded.review("call", { call }, directoryContext());
    assert.notEqual(verdict, "error", `Call ${n}: ${JSON.stringify(call)}: ${layers[0]?.error}`);
  }
});
