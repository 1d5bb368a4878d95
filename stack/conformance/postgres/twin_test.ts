import assert from "node:assert/strict";
import { WORLD_TIME } from "../../seed/random.ts";
import { DumpCache } from "../../sql/dump_cache.ts";
import { SqlHost } from "../../sql/sql_host.ts";
import { TEST_CACHE } from "../../testing/episode.ts";
import { againstTwin } from "../testing/against_twin.ts";
import { POSTGRES_SCENARIOS } from "./scenarios.ts";
import { conformanceTables, PostgresSubject } from "./subject.ts";

// A loaded machine must not turn a slow statement into a late one.
const host = new SqlHost({
  dumps: new DumpCache(conformanceTables(), [TEST_CACHE]),
  timeout: 20_000,
});

againstTwin({
  name: "postgres",
  scenarios: POSTGRES_SCENARIOS,
  close: () => host.close(),
  subject: () => {
    let now = "";
    const damaged: string[] = [];
    const owner = {
      now: () => Date.parse(now),
      began: new Date(WORLD_TIME).toISOString(),
      plants: [],
      journal: [],
      onDamage: (tables: readonly string[]) => void damaged.push(...tables),
    };
    return new PostgresSubject((request) => {
      now = request.now;
      return host.query(owner, request);
    }, async () => {
      await host.release(owner);
      assert.deepEqual(damaged, []);
    });
  },
});
