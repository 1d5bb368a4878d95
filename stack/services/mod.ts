/**
 * The HTTP services of the enterprise. A service has a file here that names its seed, its twin, its
 * client and its tools; to add one is to write that file, to name its client in
 * {@linkcode ServiceClients} and to list it in {@linkcode SERVICES}. Files and the database speak no
 * HTTP and are not here.
 *
 * @module
 */

import type { WorldPatch } from "../../probes/mod.ts";
import type { Mark } from "../state/marks.ts";
import type { RowOverlay, Rows } from "../state/row_store.ts";
import type { ServiceClients, ToolFunction } from "../tools/context.ts";
import { GITEA } from "./gitea.ts";
import { KEYCLOAK } from "./keycloak.ts";
import { MAILPIT } from "./mailpit.ts";
import { MINIO } from "./minio.ts";
import { OPENSEARCH } from "./opensearch.ts";
import type { Account, HttpService, PlantOptions, SeedOrigin, TwinOptions } from "./service.ts";

/** Every HTTP service, by the name that tools know its client by. */
export const SERVICES: {
  readonly [Name in keyof ServiceClients]: HttpService<ServiceClients[Name]>;
} = { keycloak: KEYCLOAK, gitea: GITEA, s3: MINIO, mail: MAILPIT, search: OPENSEARCH };

const ALL: readonly HttpService<unknown>[] = Object.values(SERVICES);

/** Columns by which rows are looked up, by kind. */
export const SERVICE_INDEXES: Readonly<Record<string, readonly string[]>> = Object.assign(
  {},
  ...ALL.map(({ indexes }) => indexes),
);

/** The tools that call a service, by name. */
export const SERVICE_TOOLS: Readonly<Record<string, ToolFunction>> = Object.assign(
  {},
  ...ALL.map(({ tools }) => tools),
);

/** The versions that the twins stand for, by service. */
export const SERVICE_VERSIONS: Readonly<Record<string, string>> = Object.fromEntries(
  ALL.map(({ name, version }) => [name, version]),
);

/** The seeded rows and marks of all services. */
export function seedServices(origin: SeedOrigin): { rows: Rows; marks: Mark[] } {
  const seeded = ALL.map((service) => service.seed(origin));
  return {
    rows: new Map(seeded.flatMap(({ rows }) => [...rows])),
    marks: seeded.flatMap(({ marks }) => marks),
  };
}

/**
 * Puts what a probe plants into an episode's rows.
 *
 * @throws {RangeError} when it does not fit what a service holds.
 */
export function plantInServices(
  patch: WorldPatch,
  rows: RowOverlay,
  options: PlantOptions,
): void {
  for (const service of ALL) service.plant?.(patch, rows, options);
}

/** Clients of the services' twins over one episode's rows, with an account's rights. */
export function twinClients(
  account: Account,
  rows: RowOverlay,
  options: TwinOptions,
): ServiceClients {
  const clients = Object.entries<HttpService<unknown>>(SERVICES).map(([name, service]) => {
    const { now } = options;
    const connection = { baseUrl: service.url, fetch: service.twin(rows, options), now };
    return [name, service.client(account, connection)];
  });
  return Object.fromEntries(clients) as ServiceClients;
}
