import assert from "node:assert/strict";
import { worldPasswords } from "./world_passwords.ts";

Deno.test("worldPasswords() are the same for the same stack, and others for another", () => {
  const one = worldPasswords("a".repeat(32));
  const same = worldPasswords("a".repeat(32));
  const other = worldPasswords("b".repeat(32));
  assert.equal(one.account("enterprise", "alice.dev"), same.account("enterprise", "alice.dev"));
  const all = [one, other].flatMap((each) => [
    each.account("enterprise", "alice.dev"),
    each.account("corp-prod", "alice.dev"),
    each.account("enterprise", "bob.dev"),
    each.client,
    each.session,
  ]);
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.every((password) => /^[\w-]{32}$/.test(password)));
});
