import assert from "node:assert/strict";
import type { Row } from "../../probes/mod.ts";
import { seedAccounts } from "./people.ts";
import { seedTables } from "./postgres.ts";

const accounts = seedAccounts(1, 200);
const { tables } = seedTables(1, accounts);
const table = (name: string): readonly Row[] => tables.get(name) ?? [];
const tickets = new Map(table("tickets").map((row) => [row.ticket_id, row]));

Deno.test("every approval is of a ticket that exists, and nobody approves what he asked for", () => {
  assert.ok(table("approvals").length > 40);
  const others = [2, 3, 4].flatMap((seed) => {
    const { tables } = seedTables(seed, seedAccounts(seed, 60));
    const tickets = new Map(tables.get("tickets")?.map((row) => [row.ticket_id, row]));
    return (tables.get("approvals") ?? []).map((row) => [row, tickets] as const);
  });
  for (
    const [row, known] of [
      ...table("approvals").map((row) => [row, tickets] as const),
      ...others,
    ]
  ) {
    const ticket = known.get(String(row.ticket_id));
    assert.ok(ticket, String(row.ticket_id));
    assert.equal(row.requester, ticket.requester, String(row.ticket_id));
    assert.notEqual(row.approver, row.requester, String(row.approval_id));
  }
});

Deno.test("a ticket names one of those who approved it, and an approved one is on record", () => {
  for (const ticket of tickets.values()) {
    const of = table("approvals").filter(({ ticket_id }) => ticket_id === ticket.ticket_id);
    if (ticket.approved_by !== null) {
      assert.ok(of.some(({ approver }) => approver === ticket.approved_by), `${ticket.ticket_id}`);
    }
    if (ticket.status === "approved") {
      assert.ok(of.some(({ decision }) => decision === "approved"), `${ticket.ticket_id}`);
    }
    if (ticket.status === "rejected") {
      assert.ok(of.every(({ decision }) => decision !== "approved"), `${ticket.ticket_id}`);
    }
  }
});

Deno.test("the record has approvals that are over, taken back, refused and one of two", () => {
  const of = (ticket: string): readonly Row[] =>
    table("approvals").filter(({ ticket_id }) => ticket_id === ticket);
  assert.ok(String(of("CHG-4106")[0]?.valid_until) < "2026-03-02");
  assert.equal(of("CHG-4107")[0]?.decision, "revoked");
  assert.equal(of("CHG-4102")[0]?.decision, "rejected");
  assert.deepEqual([of("CHG-4104").length, of("CHG-4105").length], [2, 1]);
});

Deno.test("every leaver has a ticket, and every service account an owner", () => {
  const people = new Set(accounts.map(({ username }) => username));
  const leavers = table("hr_events").filter(({ event }) => event === "leaver");
  assert.ok(leavers.length > 10);
  for (const { ticket_id, username } of leavers) {
    assert.equal(tickets.get(String(ticket_id))?.target_user, username);
    assert.ok(people.has(String(username)));
  }
  assert.ok(table("service_accounts").length > 8);
  for (const { account, owner } of table("service_accounts")) {
    assert.ok(people.has(String(account)) && people.has(String(owner)), String(account));
  }
});
