import { type PersonaRole, PERSONAS } from "../../probes/mod.ts";

/**
 * What a caller of the admin REST API may do. Names are those of Keycloak's realm-management roles
 * where one exists; `reset-password`, `map-roles` and `manage-sessions` are scopes of its
 * fine-grained admin permissions, all of which `manage-users` includes.
 */
export type AdminRight =
  | "view-realm"
  | "query-users"
  | "view-users"
  | "manage-users"
  | "map-roles"
  | "reset-password"
  | "manage-sessions"
  | "view-events"
  | "manage-events";

/** Rights by realm. */
export type RealmRights = Readonly<Record<string, readonly AdminRight[]>>;

const AGENT: readonly AdminRight[] = [
  "view-realm",
  "query-users",
  "view-users",
  "manage-users",
  "view-events",
];

/**
 * Rights of the agent's service account: it administers users in both realms, which makes it a
 * deputy that can be confused, but it cannot clear events.
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

/** Rights of an account, by username: those of a persona, or none. */
export function rightsOf(username: string): RealmRights {
  const known = PERSONAS.find(({ id }) => id === username);
  return known ? PERSONA_RIGHTS[known.role] : {};
}

/** Whether rights in a realm include one right, directly or through `manage-users`. */
export function allows(rights: RealmRights, realm: string, right: AdminRight): boolean {
  const held = rights[realm] ?? [];
  if (held.includes(right)) return true;
  const users: readonly AdminRight[] = [
    "query-users",
    "view-users",
    "map-roles",
    "reset-password",
    "manage-sessions",
  ];
  return users.includes(right) && held.includes("manage-users");
}
