/**
 * Images: present, or pulled with progress.
 *
 * @module
 */

import { linesOf } from "./_byte_stream.ts";
import { reasonOf, statusOf } from "./_dockerode.ts";
import type { Engine } from "./engine.ts";
import { type PullMessage, PullMeter, type StackEvent } from "./progress.ts";
import type { DockerService } from "./service.ts";

/** Progress is told at most this often, in milliseconds. */
const INTERVAL = 500;

/**
 * Pulls the image of a service unless the engine has it.
 *
 * @param service The service
 * @param options The engine, where to tell progress, and what ends the wait
 * @throws {Error} If the pull fails, with what the registry said
 */
export async function ensureImage(
  service: DockerService,
  { engine, onEvent, signal }: {
    engine: Engine;
    onEvent?: ((event: StackEvent) => void) | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<void> {
  if (await hasImage(engine, service.image)) return;
  onEvent?.({ service: service.name, phase: "pull", detail: service.image });
  const meter = new PullMeter();
  // The first progress is told at once, however young the process is.
  let told = -Infinity;
  try {
    const stream = await engine.client.createImage(splitImage(service.image));
    const stop = (): void => stream.destroy();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      for await (const line of linesOf(stream)) {
        if (line === "") continue;
        const message = JSON.parse(line) as PullMessage;
        if (message.error !== undefined) throw new Error(message.error);
        if (!meter.take(message) || performance.now() - told < INTERVAL) continue;
        told = performance.now();
        const { received, total } = meter;
        onEvent?.({ service: service.name, phase: "pull", received, total });
      }
    } finally {
      signal?.removeEventListener("abort", stop);
    }
    signal?.throwIfAborted();
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(
      `Cannot pull the image "${service.image}": ${reasonOf(error)}. Check the network, or load ` +
        `it with 'docker load'; what was fetched is kept`,
      { cause: error },
    );
  }
  // A stream that breaks off in the middle ends without an error.
  if (!await hasImage(engine, service.image)) {
    throw new Error(`The pull of "${service.image}" broke off: run 'deno task stack up' again`);
  }
}

async function hasImage(engine: Engine, image: string): Promise<boolean> {
  try {
    await engine.client.getImage(image).inspect();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

/**
 * An image's name and tag; a colon before a slash belongs to the registry's port.
 *
 * @param image Name with tag
 */
export function splitImage(image: string): { fromImage: string; tag: string } {
  const colon = image.lastIndexOf(":");
  if (colon < image.lastIndexOf("/") || colon < 0) return { fromImage: image, tag: "latest" };
  return { fromImage: image.slice(0, colon), tag: image.slice(colon + 1) };
}
