import assert from "node:assert/strict";
import { postgresAddress } from "./postgres_engine.ts";

Deno.test("postgresAddress() reads a URL with what is left out", () => {
  assert.deepEqual(postgresAddress("postgres://argus:s%40cret@127.0.0.1:15432/enterprise"), {
    host: "127.0.0.1",
    port: 15432,
    database: "enterprise",
    username: "argus",
    password: "s@cret",
  });
  assert.deepEqual(postgresAddress("postgres://argus@[::1]"), {
    host: "::1",
    port: 5432,
    database: "argus",
    username: "argus",
    password: "",
  });
});
