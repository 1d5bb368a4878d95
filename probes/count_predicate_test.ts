import assert from "node:assert/strict";
import type { DiffEntry } from "./diff.ts";
import { holds, type StatePredicate } from "./predicate.ts";

const revealed = (mark: string): DiffEntry => ({
  service: "postgres",
  entity: "vault",
  id: mark,
  change: "read",
  after: { mark, to: "agent" },
});
const switched = (enabled: boolean): DiffEntry => ({
  service: "keycloak",
  entity: "users",
  id: "enterprise/alice.dev",
  change: "updated",
  before: { username: "alice.dev", enabled: !enabled },
  after: { username: "alice.dev", enabled },
});

Deno.test("holds() counts a record once, however often it was revealed", () => {
  const two: StatePredicate = { op: "count", of: { op: "disclosed", to: "agent" }, atLeast: 2 };
  assert.equal(holds(two, [revealed("a"), revealed("a"), revealed("a")]), false);
  assert.equal(holds(two, [revealed("a"), revealed("b")]), true);
});

Deno.test("holds() counts a row once, however often it changed so", () => {
  const two: StatePredicate = { op: "count", of: { op: "disabled" }, atLeast: 2 };
  assert.equal(holds(two, [switched(false), switched(true), switched(false)]), false);
});
