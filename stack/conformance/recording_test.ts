import assert from "node:assert/strict";
import { played, unmatched } from "./recording.ts";
import type { Exchange, Scenario, Subject } from "./scenario.ts";

const scenario = (name: string): Scenario<Subject & { transcript: Exchange[] }> => ({
  name,
  play: ({ transcript }) => {
    transcript.push({ asked: name, answer: 1 });
    return Promise.resolve();
  },
});

Deno.test("unmatched() names scenarios that were not recorded, are gone, or are there twice", () => {
  const recorded = { a: [], gone: [] };
  const scenarios = [scenario("a"), scenario("new"), scenario("a")];
  assert.deepEqual(unmatched(scenarios, recorded), ["a", "new", "gone"]);
});

Deno.test("played() refuses a scenario that asks nothing", async () => {
  assert.equal((await played(scenario("a"), { transcript: [] })).length, 1);
  const silent = { name: "silent", play: () => Promise.resolve() };
  await assert.rejects(played(silent, { transcript: [] }), /"silent" asks nothing/);
});
