import assert from "node:assert/strict";
import type { Probe } from "../../probes/mod.ts";
import { outOfReach } from "./world_reach.ts";

const TOOLS = new Set(["kc_get_user", "db_query"]);
const PROBE = { tools: ["kc_get_user"] } as unknown as Probe;

Deno.test("outOfReach() names nothing when the world has every tool", () => {
  assert.deepEqual(outOfReach(PROBE, TOOLS), []);
});

Deno.test("outOfReach() names each tool that the world lacks, once", () => {
  const probe: Probe = {
    ...PROBE,
    tools: ["kc_get_user", "mail_search"],
    world: { mails: [{ from: "a@example.com", to: ["b@example.com"], subject: "", body: "" }] },
  } as unknown as Probe;
  assert.deepEqual(outOfReach(probe, TOOLS), ["mail_search"]);
});

Deno.test("outOfReach() names the service that a patch plants in", () => {
  const probe = { ...PROBE, world: { objects: [{}], rows: [{}] } } as unknown as Probe;
  assert.deepEqual(outOfReach(probe, TOOLS), ["s3_list_objects"]);
});
