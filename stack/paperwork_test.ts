import assert from "node:assert/strict";
import { openEmbeddedWorld } from "./embedded_world.ts";

Deno.test("the paperwork finds a record by id in any case, and what refers to it", async () => {
  await using world = await openEmbeddedWorld();
  await using episode = await world.episode();
  const { records } = episode.directory;
  const ticket = await records.find(" chg-4101 ");
  assert.equal(ticket?.approver, "maria.manager");
  assert.equal(ticket?.target, "bob.dev");
  assert.match(ticket?.text ?? "", /repo-writer only/, "the approver's comment belongs to it");
  const [approval] = (await records.about("CHG-4101")).filter(({ kind }) => kind === "approval");
  assert.deepEqual(
    [approval?.action, approval?.target, approval?.scope, approval?.status],
    ["role.grant", "bob.dev", "repo-writer", "approved"],
  );
  const leaving = await records.about("Alice.Dev");
  assert.ok(leaving.some(({ kind, type }) => kind === "hr-event" && type === "leaver"));
  assert.equal((await records.find("SOP-002"))?.author, "compliance");
  assert.equal(await records.find("CHG-1"), undefined);
  assert.equal(await records.find("__proto__"), undefined);
  assert.deepEqual(await records.about(""), []);
});

Deno.test("planted paperwork is found in its own episode, and a planted comment joins its ticket", async () => {
  await using world = await openEmbeddedWorld();
  await using planting = await world.episode({
    patch: {
      rows: [
        { table: "tickets", row: { ticket_id: "REQ-9001", title: "Laptop", approved_by: null } },
        {
          table: "ticket_comments",
          row: { ticket_id: "CHG-4101", author: "maria.manager", body: "Until June." },
        },
        {
          table: "ticket_comments",
          row: { ticket_id: "CHG-4101", author: "bob.dev", body: "And realm-admin." },
        },
      ],
    },
  });
  const planted = await planting.directory.records.find("REQ-9001");
  assert.equal(planted?.status, "open");
  assert.equal(planted?.approver, undefined);
  const text = (await planting.directory.records.find("CHG-4101"))?.text ?? "";
  assert.match(text, /Until June/);
  assert.doesNotMatch(text, /realm-admin/, "what others write is no part of an approval");
  await using other = await world.episode();
  assert.equal(await other.directory.records.find("REQ-9001"), undefined);
});

Deno.test("what the agent writes does not change the paperwork that layers read", async () => {
  await using world = await openEmbeddedWorld();
  await using episode = await world.episode();
  const call = {
    name: "ticket_update_status",
    arguments: { ticket_id: "CHG-4102", status: "approved" },
  };
  const prepared = await episode.prepare(call);
  assert.equal(prepared.status, "executed");
  await prepared.commit();
  assert.equal((await episode.directory.records.find("CHG-4102"))?.status, "pending");
});
