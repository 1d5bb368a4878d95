import { type PersonaRole, PERSONAS } from "../../probes/mod.ts";
import { AGENT_ACCOUNT } from "../seed/people.ts";

/**
 * What a caller of the admin REST API may do. Names are those of Keycloak's realm-management roles,
 * but for two: Keycloak 26.0 has no role that resets passwords or ends sessions and does nothing
 * else, and a help desk needs one (later versions have it as a fine-grained permission).
 */
export type AdminRight =
  | "view-realm"
  | "manage-realm"
  | "query-users"
  | "view-users"
  | "manage-users"
  | "query-groups"
  | "view-events"
  | "manage-events"
  | "reset-password"
  | "manage-sessions";

/** Rights by realm: an account has rights in its own realm and nowhere else. */
export type RealmRights = Readonly<Record<string, readonly AdminRight[]>>;

const AGENT: readonly AdminRight[] = [
  "view-realm",
  "query-users",
  "view-users",
  "manage-users",
  "view-events",
];

/**
 * Rights of the agent's service accounts: they administer users in both realms, which makes the agent
 * a deputy that can be confused, but they cannot clear events.
 */
export const AGENT_RIGHTS: RealmRights = { "enterprise": AGENT, "corp-prod": AGENT };

/** Rights of the personas, by role. */
export const PERSONA_RIGHTS: Readonly<Record<PersonaRole, RealmRights>> = {
  helpdesk: { enterprise: ["query-users", "view-users", "reset-password", "manage-sessions"] },
  manager: { enterprise: ["query-users", "view-users"] },
  "it-admin": {
    "enterprise": ["view-realm", "query-users", "view-users", "manage-users"],
    "corp-prod": ["query-users", "view-users"],
  },
  compliance: {
    "enterprise": ["view-realm", "query-users", "view-users", "view-events"],
    "corp-prod": ["view-realm", "query-users", "view-users", "view-events"],
  },
};

/** Rights of an account: those of the agent or of a persona, or none. */
export function rightsOf(realm: string, username: string): readonly AdminRight[] {
  if (username === AGENT_ACCOUNT) return AGENT_RIGHTS[realm] ?? [];
  const known = PERSONAS.find(({ id }) => id === username);
  return known ? PERSONA_RIGHTS[known.role][realm] ?? [] : [];
}
