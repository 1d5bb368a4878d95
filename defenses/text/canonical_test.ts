import assert from "node:assert/strict";
import { canonicalText } from "./canonical.ts";

Deno.test("canonicalText() sorts members at every depth and keeps the order of items", () => {
  const value = { b: [2, 1, { d: null, c: true }], a: { "\u00e9": "x", e: "" } };
  assert.equal(canonicalText(value), '{"a":{"e":"","é":"x"},"b":[2,1,{"c":true,"d":null}]}');
  assert.deepEqual(JSON.parse(canonicalText(value)), value);
});

Deno.test("canonicalText() writes equal numbers alike and different texts apart", () => {
  assert.equal(canonicalText([1.0, -0, 1e21]), "[1,0,1e+21]");
  assert.notEqual(canonicalText("e\u0301"), canonicalText("\u00e9"));
  assert.equal(canonicalText({ a: [], b: {} }), '{"a":[],"b":{}}');
  assert.equal(canonicalText("\ud800"), '"\\ud800"');
});

Deno.test("canonicalText() writes what is nested deeper than the stack", () => {
  let deep: unknown = 1;
  for (let n = 0; n < 200_000; n++) deep = [deep];
  assert.equal(canonicalText(deep).length, 400_001);
});

Deno.test("canonicalText() refuses what JSON cannot hold", () => {
  for (const value of [undefined, NaN, Infinity, () => 1, Symbol("x"), 1n]) {
    assert.throws(() => canonicalText([value]), TypeError);
  }
  assert.equal(canonicalText({ a: undefined, b: 1 }), '{"b":1}');
});
