import { createHmac } from "node:crypto";

/** Name under which the stack's passwords keep the one that those of the world follow from. */
export const WORLD_SECRET = "world";

/** Passwords of the seeded world on a stack: no two stacks have the same. */
export interface WorldPasswords {
  /** Password of an account of Keycloak. */
  account(realm: string, username: string): string;
  /** Secret of the agent's client. */
  readonly client: string;
  /** Password of the database role that the run's session has. */
  readonly session: string;
}

/**
 * The passwords that follow from a stack's own random secret.
 *
 * @param secret The secret, as `ensureSecrets()` made it
 */
export function worldPasswords(secret: string): WorldPasswords {
  const derived = (name: string): string =>
    createHmac("sha256", secret).update(name).digest("base64url").slice(0, 32);
  return {
    account: (realm, username) => derived(`account/${realm}/${username}`),
    client: derived("client"),
    session: derived("session"),
  };
}
