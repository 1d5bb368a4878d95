import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import type { Json, Probe, WorldPatch } from "../probes/mod.ts";
import { checkPatch } from "./patch.ts";
import { testWorld } from "./testing/episode.ts";

const ticket = { ticket_id: "CHG-9001", title: "Joiner" };

function row(table: string, fields: Record<string, Json>): WorldPatch {
  return { rows: [{ table, row: fields }] };
}

function file(path: string, ...others: string[]): WorldPatch {
  return { files: [path, ...others].map((path) => ({ path, content: "text" })) };
}

const hr = { event_id: "HR-9001", username: "x", event: "leaver" };

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
