/**
 * Named volumes, marked with the password that their content was made with.
 *
 * @module
 */

import { statusOf } from "./_dockerode.ts";
import { PROJECT_LABEL } from "./container.ts";
import type { Engine } from "./engine.ts";
import { StackError } from "./stack_error.ts";

/** Label that holds a digest of the password that a volume's content was made with. */
const PASSWORD_LABEL = "argus.password";

/** A volume of the stack. */
export interface Volume {
  /** Name on the engine. */
  readonly name: string;
  /** The project that it belongs to. */
  readonly project: string;
  /** The password that its service has; empty for none. */
  readonly password: string;
}

/**
 * Makes a volume unless it exists.
 *
 * A service that finds data keeps the password of that data, whatever its environment says: a volume
 * that was made with another password is an error here rather than a refused login later.
 *
 * @param engine The engine
 * @param volume The volume
 * @throws {StackError} If the volume is not the stack's, or was made with another password
 */
export async function ensureVolume(engine: Engine, volume: Volume): Promise<void> {
  const bytes = new TextEncoder().encode(`${volume.name}\n${volume.password}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 32);
  const labels = await labelsOf(engine, volume.name);
  if (labels === undefined) {
    const Labels = { [PROJECT_LABEL]: volume.project, [PASSWORD_LABEL]: digest };
    await engine.client.createVolume({ Name: volume.name, Labels });
    return;
  }
  if (labels[PROJECT_LABEL] !== volume.project) {
    throw new StackError(
      `The volume "${volume.name}" was not made by this stack: remove it with ` +
        `'docker volume rm ${volume.name}' if its data may go`,
    );
  }
  if (labels[PASSWORD_LABEL] !== digest) {
    throw new StackError(
      `The volume "${volume.name}" was made with other passwords: restore the stack's ` +
        `"secrets.json", or delete its data with 'deno task stack reset'`,
    );
  }
}

async function labelsOf(
  engine: Engine,
  name: string,
): Promise<Record<string, string> | undefined> {
  try {
    return (await engine.client.getVolume(name).inspect()).Labels ?? {};
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/**
 * Removes a volume of the project and all that is in it, if it exists.
 *
 * @param engine The engine
 * @param volume Its name on the engine and its project
 * @returns Whether there was one
 */
export async function removeVolume(
  engine: Engine,
  { name, project }: Pick<Volume, "name" | "project">,
): Promise<boolean> {
  const labels = await labelsOf(engine, name);
  if (labels === undefined || labels[PROJECT_LABEL] !== project) return false;
  await engine.client.getVolume(name).remove();
  return true;
}
