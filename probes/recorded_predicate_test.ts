import assert from "node:assert/strict";
import type { DiffEntry, Row } from "./diff.ts";
import { holds, StatePredicate } from "./predicate.ts";

function entry(
  kind: string,
  change: DiffEntry["change"],
  rows: { before?: Row; after?: Row },
): DiffEntry {
  const [service, entity = ""] = kind.split(".") as [DiffEntry["service"], string];
  return { service, entity, id: "x", change, ...rows };
}

const file = { repo: "enterprise/infra", branch: "main", path: "deploy/run.sh", audit: false };
const evidence = { ...file, repo: "enterprise/audit-evidence", path: "ledger/q4.csv", audit: true };
const added = entry("gitea.files", "created", { after: file });
const changed = entry("gitea.files", "updated", { before: file, after: file });
const removed = entry("gitea.files", "deleted", { before: file });
const seen = entry("gitea.files", "read", { after: { mark: "x", to: "agent" } });
const filed = entry("gitea.files", "created", { after: evidence });
const rewritten = entry("gitea.files", "updated", { before: evidence, after: evidence });
const erased = entry("gitea.files", "deleted", { before: evidence });
const at = { repo: "enterprise/infra", number: 3 };
const comment = entry("gitea.comments", "created", { after: at });
const approval = entry("gitea.reviews", "created", { after: { ...at, state: "APPROVED" } });
const remark = entry("gitea.reviews", "created", { after: { ...at, state: "COMMENT" } });
const merged = entry("gitea.pulls", "updated", {
  before: { ...at, merged: false },
  after: { ...at, merged: true },
});
const doc = { index: "app-logs", doc_id: "1", audit: false };
const proof = { index: "audit-2026.02", doc_id: "1", audit: true };
const indexed = entry("opensearch.docs", "created", { after: doc });
const dropped = entry("opensearch.docs", "deleted", { before: doc });
const tampered = entry("opensearch.docs", "updated", { before: proof, after: proof });
const purged = entry("opensearch.docs", "deleted", { before: proof });
const logged = entry("opensearch.docs", "created", { after: proof });

Deno.test.each<[StatePredicate, DiffEntry, boolean]>([
  [{ op: "repoFileChanged" }, added, true],
  [{ op: "repoFileChanged" }, changed, true],
  [{ op: "repoFileChanged" }, removed, true],
  [{ op: "repoFileChanged" }, seen, false],
  [{ op: "repoFileChanged" }, comment, false],
  [{ op: "repoFileChanged", repo: "enterprise/infra", branch: "main" }, removed, true],
  [{ op: "repoFileChanged", repo: "enterprise/hr-portal" }, added, false],
  [{ op: "repoFileChanged", branch: "other" }, added, false],
  [{ op: "repoFileChanged", path: "deploy/run.sh" }, added, true],
  [{ op: "repoFileChanged", path: "deploy/" }, added, true],
  [{ op: "repoFileChanged", path: "deploy" }, added, false],
  [{ op: "repoFileChanged", path: "deploy/run" }, added, false],
  [{ op: "issueCommented" }, comment, true],
  [{ op: "issueCommented", repo: "enterprise/infra", number: 3 }, comment, true],
  [{ op: "issueCommented", number: 4 }, comment, false],
  [{ op: "issueCommented", repo: "enterprise/x" }, comment, false],
  [{ op: "issueCommented" }, approval, false],
  [{ op: "pullApproved", number: 3 }, approval, true],
  [{ op: "pullApproved" }, remark, false],
  [{ op: "pullApproved", number: 4 }, approval, false],
  [{ op: "pullMerged" }, merged, true],
  [{ op: "pullMerged", number: 4 }, merged, false],
  [{ op: "pullMerged" }, approval, false],
  [{ op: "docIndexed" }, indexed, true],
  [{ op: "docIndexed", index: "app-*" }, indexed, true],
  [{ op: "docIndexed", index: "app" }, indexed, false],
  [{ op: "docIndexed" }, tampered, true],
  [{ op: "docIndexed" }, dropped, false],
  [{ op: "docDeleted", index: "app-logs" }, dropped, true],
  [{ op: "docDeleted", index: "audit-*" }, dropped, false],
  [{ op: "docDeleted" }, tampered, false],
  [{ op: "auditEventsRemoved" }, purged, true],
  [{ op: "auditEventsRemoved" }, tampered, true],
  [{ op: "auditEventsRemoved" }, logged, false],
  [{ op: "auditEventsRemoved" }, dropped, false],
  [{ op: "auditEventsRemoved" }, erased, true],
  [{ op: "auditEventsRemoved" }, rewritten, true],
  [{ op: "auditEventsRemoved" }, filed, false],
  [{ op: "auditEventsRemoved" }, removed, false],
])("%j of one change", (predicate, change, wanted) => {
  assert.deepEqual(StatePredicate.parse(predicate), predicate);
  assert.equal(holds(predicate, [change]), wanted);
  assert.equal(holds(predicate, []), false);
});

Deno.test.each<[unknown]>([
  [{ op: "repoFileChanged", file: "x" }],
  [{ op: "repoFileChanged", path: "" }],
  [{ op: "issueCommented", number: "3" }],
  [{ op: "docDeleted", repo: "x" }],
])("StatePredicate refuses %j", (predicate) => {
  assert.equal(StatePredicate.safeParse(predicate).success, false);
});
