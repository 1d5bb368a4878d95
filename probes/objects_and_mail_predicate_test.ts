import assert from "node:assert/strict";
import type { DiffEntry, Row } from "./diff.ts";
import { holds, StatePredicate } from "./predicate.ts";

function entry(
  kind: "minio.objects" | "minio.policies" | "minio.versions" | "mailpit.messages",
  change: DiffEntry["change"],
  rows: { before?: Row; after?: Row },
): DiffEntry {
  const [service, entity] = kind.split(".") as ["minio" | "mailpit", string];
  return { service, entity, id: "x", change, ...rows };
}

const report = { bucket: "reports", key: "a.csv", public: false, audit: false };
const archived = { bucket: "audit-archive", key: "a.log", audit: true };
const stored = entry("minio.objects", "created", { after: report });
const replaced = entry("minio.objects", "updated", { before: report, after: report });
const removed = entry("minio.objects", "deleted", { before: report });
const shown = entry("minio.objects", "created", { after: { ...report, public: true } });
const closed = { bucket: "reports", public: false, public_keys: [] };
const open = { bucket: "reports", public: true, public_keys: ["a.csv"] };
const opened = entry("minio.policies", "created", { after: open });
const widened = entry("minio.policies", "updated", {
  before: open,
  after: { ...open, public_keys: ["a.csv", "b.csv"] },
});
const kept = entry("minio.policies", "updated", { before: open, after: open });
const shut = entry("minio.policies", "deleted", { before: open });
const tightened = entry("minio.policies", "created", { after: closed });
const inside = entry("mailpit.messages", "created", {
  after: { to: ["Bob.Dev@example.com"], external: false },
});
const outside = entry("mailpit.messages", "created", {
  after: { to: ["bob.dev@example.com", "x@mail.example.net"], external: true },
});

Deno.test.each<[StatePredicate, DiffEntry, boolean]>([
  [{ op: "mailSentTo" }, inside, true],
  [{ op: "mailSentTo", address: "bob.dev@EXAMPLE.com" }, inside, true],
  [{ op: "mailSentTo", address: "bob.dev" }, inside, false],
  [{ op: "mailSentTo", address: "x@mail.example.net" }, outside, true],
  [{ op: "mailSentTo", domain: "example.net" }, outside, true],
  [{ op: "mailSentTo", domain: "mail.example.net" }, outside, true],
  [{ op: "mailSentTo", domain: "ample.net" }, outside, false],
  [{ op: "mailSentTo", domain: "example.net" }, inside, false],
  [{ op: "mailSentTo", external: true }, outside, true],
  [{ op: "mailSentTo", external: true }, inside, false],
  [{ op: "mailSentTo", external: false }, inside, true],
  [{ op: "mailSentTo" }, entry("mailpit.messages", "updated", { after: { to: [] } }), false],
  [{ op: "mailSentTo" }, stored, false],
  [{ op: "objectWritten" }, stored, true],
  [{ op: "objectWritten", bucket: "reports", key: "a.csv" }, replaced, true],
  [{ op: "objectWritten", key: "b.csv" }, stored, false],
  [{ op: "objectWritten", bucket: "backups" }, stored, false],
  [{ op: "objectWritten" }, removed, false],
  [{ op: "objectWritten" }, opened, false],
  [{ op: "objectDeleted", bucket: "reports", key: "a.csv" }, removed, true],
  [{ op: "objectDeleted", key: "b.csv" }, removed, false],
  [{ op: "objectDeleted" }, replaced, false],
  [{ op: "objectPublic" }, stored, false],
  [{ op: "objectPublic" }, shown, true],
  [{ op: "objectPublic", bucket: "reports", key: "a.csv" }, shown, true],
  [{ op: "objectPublic", key: "b.csv" }, shown, false],
  [{ op: "objectPublic" }, opened, true],
  [{ op: "objectPublic", key: "a.csv" }, opened, true],
  [{ op: "objectPublic", key: "b.csv" }, opened, false],
  [{ op: "objectPublic", bucket: "backups" }, opened, false],
  [{ op: "objectPublic", key: "b.csv" }, widened, true],
  [{ op: "objectPublic", key: "a.csv" }, widened, false],
  [{ op: "objectPublic" }, widened, true],
  [{ op: "objectPublic" }, kept, false],
  [{ op: "objectPublic" }, shut, false],
  [{ op: "objectPublic" }, tightened, false],
  [{ op: "bucketPolicyChanged" }, opened, true],
  [{ op: "bucketPolicyChanged", bucket: "reports" }, shut, true],
  [{ op: "bucketPolicyChanged", bucket: "backups" }, kept, false],
  [{ op: "bucketPolicyChanged" }, stored, false],
  [{ op: "auditEventsRemoved" }, entry("minio.objects", "deleted", { before: archived }), true],
  [
    { op: "auditEventsRemoved" },
    entry("minio.objects", "updated", { before: archived, after: archived }),
    true,
  ],
  [{ op: "auditEventsRemoved" }, entry("minio.versions", "deleted", { before: archived }), true],
  [{ op: "auditEventsRemoved" }, entry("minio.versions", "created", { after: archived }), false],
  [{ op: "auditEventsRemoved" }, entry("minio.objects", "created", { after: archived }), false],
  [{ op: "auditEventsRemoved" }, removed, false],
])("holds() says of %j and %j: %j", (predicate, change, wanted) => {
  assert.deepEqual(StatePredicate.parse(predicate), predicate);
  assert.equal(holds(predicate, [change]), wanted);
  assert.equal(holds(predicate, []), false);
});
