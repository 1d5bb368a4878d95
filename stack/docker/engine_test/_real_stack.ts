/**
 * The stack's Keycloak and PostgreSQL from the images that `with_services.sh` makes, on ports and in a
 * project of their own.
 *
 * @module
 */

import assert from "node:assert/strict";
import { stackReset } from "../commands.ts";
import type { DockerService } from "../service.ts";
import { SERVICES } from "../services.ts";
import type { StackOptions } from "../up.ts";

/**
 * The engine that holds the two images; undefined where there is none, which is said.
 *
 * @param engine What ARGUS_TEST_ENGINE holds
 * @param services What ARGUS_TEST_SERVICES holds
 */
export function engineWithServices(
  engine: string | undefined,
  services: string | undefined,
): string | undefined {
  if (engine !== undefined && services === "1") return engine;
  console.error("No engine with Keycloak and PostgreSQL (ARGUS_TEST_SERVICES is not 1): skipped");
  return undefined;
}

/** What a test has of its stack. */
export type RealStack = Required<Pick<StackOptions, "engine" | "folder" | "project" | "services">>;

/** The stack's own two services, from the images of the engine tests, on ports of their own. */
function services(): DockerService[] {
  const first = 20_000 + Math.floor(Math.random() * 10_000);
  return SERVICES.filter(({ name }) => name === "keycloak" || name === "postgres").map(
    (service, index) => {
      const port = first + index;
      const [main, ...others] = service.ports;
      assert.ok(main && service.access);
      const url = service.access.url.replace(/:\d+/, `:${port}`);
      return {
        ...service,
        image: `argus-test/${service.name}:1`,
        ports: [{ ...main, host: port }, ...others],
        access: { ...service.access, url },
      };
    },
  );
}

/** Runs a test with a stack that is deleted after it. */
export async function withRealStack(
  engine: string | undefined,
  test: (stack: RealStack) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "argus-stack-" });
  const stack = {
    engine: engine ?? "",
    folder,
    project: "argus-test-world",
    services: services(),
  };
  try {
    await test(stack);
  } finally {
    await stackReset({ ...stack, confirm: () => true });
    await Deno.remove(folder, { recursive: true });
  }
}
