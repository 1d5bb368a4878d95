import { CREDENTIAL_SCENARIOS } from "./credentials.ts";
import { EVENT_SCENARIOS } from "./events.ts";
import { GROUP_SCENARIOS } from "./groups.ts";
import { RIGHTS_SCENARIOS } from "./rights.ts";
import { ROLE_SCENARIOS } from "./roles.ts";
import { SEARCH_SCENARIOS } from "./search.ts";
import { SESSION_SCENARIOS } from "./sessions.ts";
import type { KeycloakScenario } from "./subject.ts";
import { TOKEN_SCENARIOS } from "./tokens.ts";
import { USER_SCENARIOS } from "./users.ts";

/** Everything that Keycloak is asked. */
export const KEYCLOAK_SCENARIOS: readonly KeycloakScenario[] = [
  ...TOKEN_SCENARIOS,
  ...USER_SCENARIOS,
  ...SEARCH_SCENARIOS,
  ...ROLE_SCENARIOS,
  ...GROUP_SCENARIOS,
  ...CREDENTIAL_SCENARIOS,
  ...SESSION_SCENARIOS,
  ...EVENT_SCENARIOS,
  ...RIGHTS_SCENARIOS,
];
