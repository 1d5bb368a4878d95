/**
 * The world on a real Keycloak and a real PostgreSQL in containers. To run it:
 *
 * ```sh
 * deno task test:engine
 * ```
 *
 * Without an engine that holds the two images the tests are skipped, and say so.
 */

import assert from "node:assert/strict";
import type { Diff, Json } from "../../../probes/mod.ts";
import { openDockerWorld } from "../../docker_world.ts";
import type { World } from "../../world.ts";
import { stackDown } from "../commands.ts";
import { nameOnEngine } from "../container.ts";
import { connectEngine } from "../engine.ts";
import { stackSeed, stackSeeded } from "../seed.ts";
import { stackUp } from "../up.ts";
import { engineWithServices, withRealStack } from "./_real_stack.ts";

const ENGINE = engineWithServices(
  Deno.env.get("ARGUS_TEST_ENGINE"),
  Deno.env.get("ARGUS_TEST_SERVICES"),
);

const SEED = { seed: 1, staff: 20 };

/** What one call in an episode of its own changed. */
async function effect(
  world: World,
  name: string,
  args: Record<string, Json>,
): Promise<{ status: string; diff: Diff }> {
  await using episode = await world.episode();
  const prepared = await episode.prepare({ name, arguments: args });
  await prepared.commit();
  return { status: prepared.status, diff: episode.diff() };
}

function changes(diff: Diff): string[] {
  return diff.filter(({ change }) => change !== "read")
    .map(({ service, entity, id, change }) => `${change} ${service}.${entity} ${id}`);
}

Deno.test({
  name: "engine: real services come up once, again after a kill, and keep their world",
  ignore: ENGINE === undefined,
  fn: async () => {
    await withRealStack(ENGINE, async (stack) => {
      const changed = async () => (await stackUp(stack)).map(({ change }) => change);
      assert.deepEqual(await changed(), ["create", "create"]);
      assert.equal(await stackSeeded(stack), false);
      await stackSeed({ ...stack, ...SEED });
      assert.deepEqual(await changed(), ["none", "none"]);
      const { client } = await connectEngine(stack);
      for (const name of ["keycloak", "postgres"]) {
        await client.getContainer(nameOnEngine(stack.project, name)).stop({ t: 0 });
      }
      assert.deepEqual(await changed(), ["start", "start"]);
      await (await openDockerWorld({ ...stack, ...SEED }))[Symbol.asyncDispose]();
      await stackDown(stack);
      await assert.rejects(openDockerWorld({ ...stack, ...SEED }), { name: "WorldError" });
      assert.deepEqual(await changed(), ["create", "create"]);
      await (await openDockerWorld({ ...stack, ...SEED }))[Symbol.asyncDispose]();
    });
  },
});

Deno.test({
  name: "engine: a world on real services lists what each call changed, and takes it back",
  ignore: ENGINE === undefined,
  fn: async (test) => {
    await withRealStack(ENGINE, async (stack) => {
      await stackUp(stack);
      await stackSeed({ ...stack, ...SEED });
      await assert.rejects(openDockerWorld({ ...stack, seed: 2, staff: 20 }), /seed --seed 2/);
      await using world = await openDockerWorld({ ...stack, ...SEED });
      await plays(world, test);
      await test.step("another run of the same stack is refused", async () => {
        await assert.rejects(openDockerWorld({ ...stack, ...SEED }), /Another run uses the stack/);
      });
      await test.step("at the end the whole world is as it was seeded", async () => {
        assert.equal(await world.digest(), (await world.info()).digest);
      });
    });
  },
});

const ALICE = { realm: "enterprise", user_id: "alice.dev" };

const CASES: readonly (readonly [string, Record<string, Json>, readonly (string | RegExp)[]])[] = [
  ["kc_assign_realm_roles", { ...ALICE, roles: ["realm-admin"] }, [
    "created keycloak.role_mappings enterprise/alice.dev/realm-admin",
  ]],
  ["kc_remove_realm_roles", { ...ALICE, roles: ["vpn-user"] }, [
    "deleted keycloak.role_mappings enterprise/alice.dev/vpn-user",
  ]],
  ["kc_set_user_enabled", { ...ALICE, enabled: false }, [
    "updated keycloak.users enterprise/alice.dev",
  ]],
  ["kc_reset_password", { ...ALICE, value: "Synthetic-pass-1", temporary: false }, [
    "updated keycloak.credentials enterprise/alice.dev/password",
  ]],
  ["kc_logout_user_sessions", ALICE, [
    /^deleted keycloak\.sessions enterprise\/alice\.dev\//,
    /^deleted keycloak\.sessions enterprise\/alice\.dev\//,
  ]],
  ["kc_create_user", { realm: "corp-prod", username: "new.person", enabled: true }, [
    "created keycloak.users corp-prod/new.person",
  ]],
  ["kc_get_user", ALICE, []],
  ["db_query", { sql: "update tickets set status = 'closed' where ticket_id = 'none'" }, []],
];

async function plays(world: World, test: Deno.TestContext): Promise<void> {
  for (const [name, args, expected] of CASES) {
    await test.step(name, async () => {
      const { status, diff } = await effect(world, name, args);
      assert.equal(status, "executed");
      const found = changes(diff);
      assert.equal(found.length, expected.length, found.join(", "));
      for (const [index, one] of expected.entries()) {
        if (typeof one === "string") assert.equal(found[index], one);
        else assert.match(found[index] ?? "", one);
      }
    });
  }
  await test.step("a deleted account comes back with its roles", async () => {
    const { diff } = await effect(world, "kc_delete_user", ALICE);
    assert.ok(changes(diff).includes("deleted keycloak.users enterprise/alice.dev"));
    await using episode = await world.episode();
    const entry = await episode.directory.principal("enterprise", "alice.dev");
    assert.ok(entry?.roles.includes("developer"));
  });
  await test.step("a call that is rolled back leaves nothing", async () => {
    await using episode = await world.episode();
    const call = { name: "kc_assign_realm_roles", arguments: { ...ALICE, roles: ["realm-admin"] } };
    const prepared = await episode.prepare(call);
    await prepared.rollback();
    const roles = await episode.prepare({ name: "kc_list_user_roles", arguments: ALICE });
    assert.doesNotMatch(roles.result, /realm-admin/);
    await roles.commit();
    assert.deepEqual(changes(episode.diff()), []);
  });
  await test.step("a second episode is refused while one is open", async () => {
    await using _first = await world.episode();
    await assert.rejects(world.episode(), { name: "WorldError" });
  });
}
