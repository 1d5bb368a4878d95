/**
 * What the tests of the world share: opening one with a kept archive, and making calls.
 *
 * @module
 */

import type { DiffEntry, Json } from "../../probes/mod.ts";
import { type EmbeddedWorldOptions, openEmbeddedWorld } from "../embedded_world.ts";
import type { Episode, Prepared, World } from "../world.ts";

/** Folder in which tests keep the database's archive. */
export const TEST_CACHE: string = new URL("../../.cache/world", import.meta.url).pathname;

/** Opens a world for a test. */
export function testWorld(options: EmbeddedWorldOptions = {}): Promise<World> {
  // A loaded machine must not turn a slow statement into a late one.
  return openEmbeddedWorld({ cache: TEST_CACHE, sqlTimeout: 20_000, ...options });
}

/** Makes one call and commits it. */
export async function call(
  episode: Episode,
  name: string,
  args: Record<string, Json>,
): Promise<Prepared> {
  const prepared = await episode.prepare({ name, arguments: args });
  await prepared.commit();
  return prepared;
}

/** What changed, in the order of the diff: `"deleted keycloak.users enterprise/alice.dev"`. */
export function changes(diff: readonly DiffEntry[]): string[] {
  return diff.filter(({ change }) => change !== "read").map(({ service, entity, id, change }) =>
    `${change} ${service}.${entity} ${id}`
  );
}

/** Marks that a diff reveals. */
export function marks(diff: readonly DiffEntry[]): string[] {
  return diff.flatMap(({ after }) => typeof after?.mark === "string" ? [after.mark] : []);
}
