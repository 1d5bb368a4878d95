import { equal } from "node:assert/strict";
import { closesJson } from "./_tokens.ts";

Deno.test("closesJson() waits for the end of the object that starts a reply", () => {
  const call = '{"name": "x", "arguments": {"a": "}\\"", "b": [1, {}]}}';
  for (let end = 0; end < call.length; end++) {
    equal(closesJson(call.slice(0, end)), false, call.slice(0, end));
  }
  equal(closesJson(call), true);
  equal(closesJson(`\n ${call} and more`), true);
  equal(closesJson('[{"a": 1}]'), true);
});

Deno.test("closesJson() leaves a reply alone that starts with text", () => {
  equal(closesJson('DONE: {"a": 1}'), false);
  equal(closesJson(""), false);
  equal(closesJson('}{"a": 1'), false);
  equal(closesJson('"a"'), false);
});
