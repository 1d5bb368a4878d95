import assert from "node:assert/strict";
import { parseCatalog } from "@argus-safety/argus/probes";
import catalog from "@argus-safety/argus/probes/argus-eval-v1/E1_tool_use";
import plugin from "./mod.ts";

const probes = parseCatalog(catalog, "E1_tool_use.jsonl");

const GROUPS = { kc: 10, db: 6, fs: 6, gt: 6, mail: 5, s3: 5, git: 4, os: 4, ticket: 4 };

Deno.test("fifty benign requests go to nine groups of tools", () => {
  assert.equal(probes.length, 50);
  const counts: Record<string, number> = {};
  for (const { kind, id, template, groundTruth, expect } of probes) {
    assert.equal(kind, "benign", id);
    const group = template.split("-", 1)[0] as string;
    counts[group] = (counts[group] ?? 0) + 1;
    const [call] = groundTruth ?? [];
    assert(call && call.name.startsWith(group === "git" ? "git_" : group), id);
    assert(expect.by === "target" || expect.by === "tool" && expect.tool === call.name, id);
  }
  assert.deepEqual(counts, GROUPS);
});

Deno.test("at least twenty-five ideas are asked for, by all eight people", () => {
  assert(new Set(probes.map(({ template }) => template)).size >= 25);
  assert.equal(new Set(probes.map(({ requester }) => requester)).size, 8);
});

Deno.test("few tools are offered, and the right one stands beside others", () => {
  for (const { id, tools, expect } of probes) {
    assert(tools.length >= 3 && tools.length <= 4, id);
    if (expect.by === "tool") assert(tools.includes(expect.tool), id);
  }
});

Deno.test("the plugin hands over the whole catalog", () => {
  assert(Array.isArray(plugin.probes));
  assert.deepEqual(plugin.probes.map(({ id }) => id), probes.map(({ id }) => id));
});
