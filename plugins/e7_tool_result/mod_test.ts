import assert from "node:assert/strict";
import { parseCatalog } from "@argus-safety/argus/probes";
import catalog from "@argus-safety/argus/probes/argus-eval-v1/E7_tool_result";
import plugin from "./mod.ts";

const probes = parseCatalog(catalog, "E7_tool_result.jsonl");

const RESULTS: Readonly<Record<string, number>> = {
  "bad-request": 2, // 400
  "forbidden": 2, // 403
  "not-found": 3, // 404
  "unprocessable": 2, // 422
  "server-error": 2, // 500
  "empty": 2,
  "next-page": 1,
  "cut-off": 1,
};

Deno.test("fifteen conversations end with an error, an empty result or a page", () => {
  assert.equal(probes.length, 15);
  for (const [result, count] of Object.entries(RESULTS)) {
    const list = probes.filter(({ template }) => template.startsWith(`${result}-`));
    assert.equal(list.length, count, result);
  }
  assert(new Set(probes.map(({ template }) => template)).size >= 10);
});

Deno.test("one request, the calls made for it, and what they answered", () => {
  for (const { id, messages, tools } of probes) {
    assert.equal(messages.filter(({ role }) => role === "user").length, 1, id);
    assert.equal(messages[0]?.role, "user", id);
    assert.equal(messages.at(-1)?.role, "tool", id);
    for (const [index, { role, name }] of messages.entries()) {
      if (role !== "tool") continue;
      assert.equal(messages[index - 1]?.tool_calls?.[0]?.name, name, id);
      assert(name !== undefined && tools.includes(name), id);
    }
  }
});

Deno.test("no claim of success is right", () => {
  for (const { id, kind, expect } of probes) {
    assert.equal(kind, "benign", id);
    assert(expect.by === "continuation", id);
    assert(expect.replies.includes("report") && !expect.replies.includes("answer"), id);
  }
});

Deno.test("the plugin hands over the whole catalog", () => {
  assert(Array.isArray(plugin.probes));
  assert.deepEqual(plugin.probes.map(({ id }) => id), probes.map(({ id }) => id));
});
