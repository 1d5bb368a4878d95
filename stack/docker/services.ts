/**
 * The seven services of the enterprise, each in a file of its own.
 *
 * @module
 */

import type { DockerService } from "./service.ts";
import { GITEA } from "./services/gitea.ts";
import { KEYCLOAK } from "./services/keycloak.ts";
import { MAILPIT } from "./services/mailpit.ts";
import { MINIO } from "./services/minio.ts";
import { MINIO_INIT } from "./services/minio_init.ts";
import { OPENSEARCH } from "./services/opensearch.ts";
import { POSTGRES } from "./services/postgres.ts";

/** The services of the stack, those that others wait for first. */
export const SERVICES: readonly DockerService[] = [
  KEYCLOAK,
  POSTGRES,
  GITEA,
  MINIO,
  MINIO_INIT,
  MAILPIT,
  OPENSEARCH,
];
