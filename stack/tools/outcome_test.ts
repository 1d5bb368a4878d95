import assert from "node:assert/strict";
import { byteLength, clip, list, longText, RESULT_BYTES } from "./outcome.ts";

Deno.test("list() shows what fits and says how many more there are", () => {
  const items = Array.from({ length: 500 }, (_, id) => ({ id, name: `é${"x".repeat(40)}` }));
  const text = list("users", items);
  const { users, more } = JSON.parse(text);
  assert.ok(byteLength(text) <= RESULT_BYTES);
  assert.equal(more, `${500 - users.length} more`);
  assert.equal(JSON.parse(list("users", items.slice(0, 3))).more, undefined);
  assert.equal(JSON.parse(list("users", items.slice(0, 3), { total: 10 })).more, "7 more");
});

Deno.test("list() cuts the texts of a single item that is too large", () => {
  const text = list("rows", [{ a: "é".repeat(20_000), b: 1 }, { a: "c".repeat(4000) }]);
  assert.ok(byteLength(text) <= RESULT_BYTES);
  assert.equal(JSON.parse(text).rows[0].b, 1);
  assert.equal(JSON.parse(text).more, "1 more");
  const wide = Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`column${n}`, n]));
  assert.ok(byteLength(list("rows", [wide])) <= RESULT_BYTES);
});

Deno.test.each(["x", "\n", "\u{1f600}", "\u0001", '"'])(
  "longText() stays within its bytes and counts what is left: %j",
  (unit) => {
    const content = unit.repeat(30_000);
    const text = longText({ path: "/share/x" }, "content", content);
    const parsed = JSON.parse(text);
    assert.ok(byteLength(text) <= RESULT_BYTES, `${byteLength(text)} bytes`);
    const left = byteLength(content) - byteLength(parsed.content);
    assert.equal(parsed.more, `${left} more bytes`);
    assert.ok(parsed.content.length > 150);
  },
);

Deno.test("clip() never cuts inside a code point", () => {
  assert.equal(clip("ab\u{1f600}", 6), "ab\u{1f600}");
  assert.ok(clip("\u{1f600}".repeat(10), 17).isWellFormed());
});
