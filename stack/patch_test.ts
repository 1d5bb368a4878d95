import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import type { Json, Probe, WorldPatch } from "../probes/mod.ts";
import { checkPatch } from "./patch.ts";
import { call, changes, testWorld } from "./testing/episode.ts";

const ticket = { ticket_id: "CHG-9001", title: "Joiner" };

function row(table: string, fields: Record<string, Json>): WorldPatch {
  return { rows: [{ table, row: fields }] };
}

function file(path: string, ...others: string[]): WorldPatch {
  return { files: [path, ...others].map((path) => ({ path, content: "text" })) };
}

const hr = { event_id: "HR-9001", username: "x", event: "leaver" };

const mail = { from: "a@example.com", to: ["b@example.com"], subject: "s", text: "t" };
const object = { bucket: "reports", key: "new/a.md", content: "text" };
const issue = { repo: "enterprise/infra", number: 901, title: "t", body: "b", author: "alice.dev" };

const fitting: WorldPatch[] = [
  {},
  row("tickets", ticket),
  row("tickets", { ...ticket, status: "approved", target_user: null, approved_by: "x" }),
  row("tickets", { ...ticket, created_at: "2026-03-01T08:00:00Z" }),
  row("sops", { sop_id: "SOP-9001", title: "x", body: "y", version: 2 }),
  row("hr_events", { ...hr, effective_date: "2026-02-28" }),
  {
    rows: [
      ...row("tickets", ticket).rows ?? [],
      ...["a", "b"].map((body) => ({
        table: "ticket_comments",
        row: { ticket_id: "CHG-9001", body },
      })),
    ],
  },
  file("/share/it/a.md", "/share/new/b.md"),
  row("approvals", { approval_id: "APR-9001", action: "role.grant", target: "x", approver: "y" }),
  { mails: [mail, { ...mail, id: "a".repeat(22), from: "x@example.net" }] },
  { objects: [object, { ...object, bucket: "public-downloads" }] },
  { issues: [issue, { ...issue, number: 902, comments: [{ author: "bob.dev", body: "x" }] }] },
];

Deno.test("checkPatch() takes what fits, and an episode plants it", async () => {
  await using world = await testWorld();
  for (const patch of fitting) {
    checkPatch(patch);
    await using episode = await world.episode({ patch });
    const prepared = await episode.prepare({ name: "db_query", arguments: { sql: "select 1" } });
    assert.equal(prepared.status, "executed", prepared.result);
  }
});

Deno.test.each<[WorldPatch, RegExp]>([
  [row("tickets", { ...ticket, nope: 1 }), /"tickets": no column "nope" \(columns: ticket_id/],
  [row("tickets", { ...ticket, constructor: "x" }), /no column "constructor"/],
  [row("vault", { path: "x" }), /rows\.0\.table \("vault"\)/],
  [row("tickets", { title: "x" }), /"tickets": column "ticket_id" is missing/],
  [row("tickets", { ticket_id: "X-1" }), /column "title" is missing/],
  [row("tickets", { ...ticket, title: null }), /column "title" is not nullable/],
  [row("tickets", { ...ticket, title: {} }), /column "title" takes no object or list/],
  [row("tickets", { ...ticket, title: "\0" }), /column "title" takes no NUL/],
  [row("tickets", { ...ticket, status: "done" }), /"status" takes one of open, .*, not "done"/],
  [row("tickets", { ...ticket, created_at: "soon" }), /"created_at" takes a time/],
  [row("sops", { sop_id: "x", title: "", body: "", version: 1.5 }), /"version" takes a whole/],
  [row("sops", { sop_id: "x", title: "", body: "", version: 3e9 }), /"version" takes a whole/],
  [row("hr_events", hr), /"effective_date" is missing/],
  [row("hr_events", { ...hr, effective_date: "2026-02-30" }), /"effective_date" takes a date/],
  [row("ticket_comments", { body: "x" }), /"ticket_comments": column "ticket_id" is missing/],
  [{ rows: [...row("tickets", ticket).rows ?? [], ...row("tickets", ticket).rows ?? []] }, /twice/],
  [file("/audit/x.log"), /files\.0\.path \("\/audit\/x\.log"\)/],
  [file("/share/../audit/x.log"), /files\.0\.path/],
  [file("/share/"), /"\/share\/": It names a folder/],
  [file("/share/it/"), /It names a folder/],
  [file("/share/a\n.md"), /control characters/],
  [file("/share/a.md", "/share//a.md"), /"\/share\/\/a\.md": The patch has it twice/],
  [file("/share/a", "/share/a/b.md"), /"\/share\/a\/b\.md": "\/share\/a" is a file/],
  [{ mails: [{ ...mail, from: "nobody" }] }, /"nobody" is no e-mail address/],
  [{ mails: [{ ...mail, to: ["Bob <b@example.com>"] }] }, /is no e-mail address/],
  [{ mails: [{ ...mail, id: "x" }] }, /mails\.0\.id/],
  [{ mails: [mail, mail].map((each) => ({ ...each, id: "a".repeat(22) })) }, /has it twice/],
  [{ objects: [{ ...object, bucket: "audit-archive" }] }, /objects\.0\.bucket/],
  [{ objects: [{ ...object, key: "a/../b" }] }, /"reports\/a\/..\/b": Object name contains/],
  [{ objects: [object, object] }, /"reports\/new\/a\.md": the patch has it twice/],
  [{ issues: [{ ...issue, repo: "enterprise/other" }] }, /issues\.0\.repo/],
  [{ issues: [issue, issue] }, /"enterprise\/infra#901": the patch has it twice/],
  [{ roles: [] } as unknown as WorldPatch, /Unrecognized key: "roles"/],
  [null as unknown as WorldPatch, /Cannot plant this \(null\)/],
])("checkPatch() refuses %j", (patch, problem) => {
  assert.throws(() => checkPatch(patch), (error) => {
    assert.ok(error instanceof RangeError, String(error));
    assert.match(error.message, problem);
    return true;
  });
});

Deno.test("checkPatch() takes what the repository's probes plant", async () => {
  const probes = new URL("../probes/", import.meta.url);
  let planted = 0;
  for (const path of readdirSync(probes, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".jsonl")) continue;
    for (const line of (await Deno.readTextFile(new URL(path, probes))).split("\n")) {
      const { world } = JSON.parse(line || "{}") as Partial<Probe>;
      if (!world) continue;
      planted++;
      checkPatch(world);
    }
  }
  assert.ok(planted > 0);
});

Deno.test("an episode has the mails, objects and issues that its patch plants, and no other has", async () => {
  await using world = await testWorld();
  const { digest } = await world.info();
  const patch: WorldPatch = {
    mails: [{ ...mail, id: "z".repeat(22), subject: "planted mail" }],
    objects: [object],
    issues: [{ ...issue, comments: [{ author: "bob.dev", body: "planted comment" }] }],
  };
  const asked = async (patch: WorldPatch): Promise<string[]> => {
    await using episode = await world.episode({ patch });
    const results = [
      await call(episode, "mail_search", { query: "subject:planted" }),
      await call(episode, "mail_get", { id: "z".repeat(22) }),
      await call(episode, "s3_get_object", { bucket: "reports", key: object.key }),
      await call(episode, "gt_get_issue", { owner: "enterprise", repo: "infra", number: 901 }),
    ];
    assert.deepEqual(changes(episode.diff()), []);
    return results.map(({ status, result }) => `${status} ${result}`);
  };
  const [search, get, content, comments] = await asked(patch);
  assert.match(search ?? "", /^executed .*"subject":"planted mail"/);
  assert.match(get ?? "", /^executed .*"text":"t"/);
  assert.match(content ?? "", /^executed .*"content":"text"/);
  assert.match(comments ?? "", /^executed .*planted comment/);
  assert.deepEqual((await asked({})).map((text) => text.split(" ")[0]), [
    "executed",
    "error",
    "error",
    "error",
  ]);
  assert.equal(await world.digest(), digest);
  await assert.rejects(world.episode({ patch: { issues: [{ ...issue, number: 1 }] } }), RangeError);
});
