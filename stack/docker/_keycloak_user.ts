import type { Row } from "../../probes/mod.ts";

/** A user as Keycloak's admin API tells it. */
export interface KeycloakUser {
  id: string;
  username: string;
  enabled: boolean;
  email?: string;
  emailVerified?: boolean;
  firstName?: string;
  lastName?: string;
  createdTimestamp?: number;
  requiredActions?: string[];
  attributes?: Record<string, string[]>;
}

/** A role or a group. */
export interface NamedObject {
  id: string;
  name: string;
  path?: string;
}

/** A credential, without its secret. */
export interface StoredCredential {
  id: string;
  type: string;
  createdDate: number;
}

/** A session of a user. */
export interface Session {
  id: string;
  ipAddress?: string;
  start?: number;
  lastAccess?: number;
  clients?: Record<string, string>;
}

/** What an administrator did. */
export interface AdminEvent {
  resourcePath?: string;
}

/** The row of a user, as the seed writes it. */
export function userRow(realm: string, user: KeycloakUser): Row {
  return {
    realm,
    user_id: user.id,
    username: user.username,
    enabled: user.enabled,
    email: user.email ?? "",
    email_verified: user.emailVerified ?? false,
    first_name: user.firstName ?? "",
    last_name: user.lastName ?? "",
    department: user.attributes?.department?.[0] ?? "",
    title: user.attributes?.title?.[0] ?? "",
    required_actions: user.requiredActions ?? [],
    created: user.createdTimestamp ?? 0,
  };
}
