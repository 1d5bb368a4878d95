import assert from "node:assert/strict";
import { RowOverlay, RowStore } from "./row_store.ts";

function store(): RowStore {
  return new RowStore(
    new Map([[
      "keycloak.users",
      new Map([["r/a", { name: "a", on: true }], ["r/b", { name: "b", on: true }]]),
    ]]),
    { "keycloak.users": ["name"] },
  );
}

Deno.test("RowOverlay hides its changes from the shared rows and from other overlays", () => {
  const base = store();
  const digest = base.digest();
  const one = new RowOverlay(base);
  const two = new RowOverlay(base);
  one.put("keycloak.users", "r/a", { name: "a", on: false });
  one.put("keycloak.users", "r/c", { name: "c", on: true });
  one.delete("keycloak.users", "r/b");
  assert.deepEqual([...one.all("keycloak.users")].map(([id]) => id), ["r/a", "r/c"]);
  assert.deepEqual([...two.all("keycloak.users")].map(([id]) => id), ["r/a", "r/b"]);
  assert.equal(two.get("keycloak.users", "r/a")?.on, true);
  assert.equal(base.digest(), digest);
});

Deno.test("RowOverlay lists the net change of each row once, in the order of the first change", () => {
  const rows = new RowOverlay(store());
  rows.put("keycloak.users", "r/b", { name: "b", on: false });
  rows.put("keycloak.users", "r/a", { name: "a", on: false });
  rows.put("keycloak.users", "r/b", { name: "b", on: true });
  rows.put("keycloak.users", "r/c", { name: "c", on: true });
  rows.delete("keycloak.users", "r/c");
  rows.put("keycloak.users", "r/d", { name: "d", on: true }, { bookkeeping: true });
  assert.deepEqual(rows.changes(0).map(({ id, change }) => [id, change]), [["r/a", "updated"]]);
});

Deno.test("RowOverlay looks up by what a column holds now", () => {
  const rows = new RowOverlay(store());
  rows.put("keycloak.users", "r/a", { name: "z", on: true });
  assert.deepEqual(rows.by("keycloak.users", "name", "a"), []);
  assert.deepEqual(rows.by("keycloak.users", "name", "z").map(([id]) => id), ["r/a"]);
  assert.throws(() => rows.by("keycloak.users", "on", true), TypeError);
  const empty = new RowOverlay(new RowStore(new Map(), { "keycloak.users": ["name"] }));
  assert.deepEqual(empty.by("keycloak.users", "name", "a"), []);
});

Deno.test("RowOverlay takes changes back to a position and closes as it was opened", () => {
  const rows = new RowOverlay(store());
  rows.delete("keycloak.users", "r/a");
  const position = rows.position;
  rows.put("keycloak.users", "r/a", { name: "a", on: false });
  rows.put("keycloak.users", "r/c", { name: "c", on: true });
  rows.revert(position);
  assert.equal(rows.get("keycloak.users", "r/a"), undefined);
  assert.equal(rows.get("keycloak.users", "r/c"), undefined);
  assert.deepEqual(rows.close(), []);
  assert.equal(rows.get("keycloak.users", "r/a")?.on, true);
});

Deno.test("RowStore rows cannot be written through", () => {
  const base = store();
  const row = base.table("keycloak.users").get("r/a") as Record<string, unknown>;
  assert.throws(() => row.on = false, TypeError);
  assert.ok(base.intact("keycloak.users", "r/a"));
});
