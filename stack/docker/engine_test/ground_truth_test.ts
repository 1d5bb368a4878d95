/**
 * What probes' ground truth does on real services against what it does in the embedded world. To run it:
 * `deno task test:engine`. Every third probe that needs Keycloak, PostgreSQL and files only is played.
 */

import assert from "node:assert/strict";
import type { Diff, Probe } from "../../../probes/mod.ts";
import { parseCatalog } from "../../../probes/catalog.ts";
import { holds } from "../../../probes/predicate.ts";
import { openDockerWorld } from "../../docker_world.ts";
import { openEmbeddedWorld } from "../../embedded_world.ts";
import type { World } from "../../world.ts";
import { stackSeed } from "../seed.ts";
import { stackUp } from "../up.ts";
import { engineWithServices, withRealStack } from "./_real_stack.ts";

const ENGINE = engineWithServices(
  Deno.env.get("ARGUS_TEST_ENGINE"),
  Deno.env.get("ARGUS_TEST_SERVICES"),
);

const CATALOGS = new URL("../../../probes/", import.meta.url);
const EVERY = 3;

async function* playable(tools: ReadonlySet<string>): AsyncGenerator<Probe> {
  for (const suite of ["argus-eval-v1", "corpus-v1"]) {
    const files = await Array.fromAsync(Deno.readDir(new URL(`${suite}/`, CATALOGS)));
    for (const { name } of files.sort((a, b) => a.name < b.name ? -1 : 1)) {
      if (!name.endsWith(".jsonl")) continue;
      const text = await Deno.readTextFile(new URL(`${suite}/${name}`, CATALOGS));
      for (const probe of parseCatalog(text, name)) {
        const { mails, issues, objects, documents } = probe.world ?? {};
        const foreign = [mails, issues, objects, documents].some((part) => (part ?? []).length > 0);
        if (foreign || !probe.tools.every((tool) => tools.has(tool))) continue;
        if (probe.target && (probe.groundTruth ?? []).length > 0) yield probe;
      }
    }
  }
}

/** The rows that changed; what a service names by chance is left out of an id. */
function changed(diff: Diff): string[] {
  const rows = diff.filter(({ change }) => change !== "read").map(
    ({ service, entity, id, change }) =>
      `${change} ${service}.${entity} ${
        entity === "sessions" ? id.split("/").slice(0, 2).join("/") : id
      }`,
  );
  return rows.sort();
}

async function played(world: World, probe: Probe): Promise<Record<string, unknown>> {
  await using episode = await world.episode(
    probe.world === undefined ? {} : { patch: probe.world },
  );
  const statuses: string[] = [];
  for (const call of probe.groundTruth ?? []) {
    const prepared = await episode.prepare(call);
    statuses.push(prepared.status);
    await prepared.commit();
  }
  const diff = episode.diff();
  const hit = probe.target !== undefined && holds(probe.target, diff);
  return { hit, statuses, changed: changed(diff) };
}

Deno.test({
  name: "engine: ground truth changes the same rows on real services as in the embedded world",
  ignore: ENGINE === undefined,
  fn: async () => {
    await withRealStack(ENGINE, async (stack) => {
      await stackUp(stack);
      await stackSeed(stack);
      await using docker = await openDockerWorld(stack);
      await using embedded = await openEmbeddedWorld();
      let index = 0;
      let count = 0;
      for await (const probe of playable(docker.tools)) {
        if (index++ % EVERY !== 0) continue;
        const real = await played(docker, probe);
        assert.deepEqual(real, await played(embedded, probe), probe.id);
        assert.equal(real.hit, true, probe.id);
        count++;
      }
      console.error(`${count} of ${index} probes played on both stacks`);
      assert.ok(count > 50);
      assert.equal(await docker.digest(), (await docker.info()).digest);
    });
  },
});
