import { rightsOf } from "../keycloak/rights.ts";
import { keycloakFetch } from "../keycloak/twin.ts";
import { AGENT_CLIENT, agentSecret, KEYCLOAK_INDEXES, seedKeycloak } from "../seed/keycloak.ts";
import { REALMS, syntheticPassword } from "../seed/people.ts";
import { KEYCLOAK_TOOLS } from "../tools/keycloak.ts";
import { KeycloakClient, type KeycloakLogin } from "../tools/keycloak_client.ts";
import type { Account, HttpService } from "./service.ts";

/** Keycloak: accounts, roles, credentials, sessions and events. */
export const KEYCLOAK: HttpService<KeycloakClient> = {
  name: "keycloak",
  version: "26.0",
  url: "http://keycloak.example.com",
  indexes: KEYCLOAK_INDEXES,
  tools: KEYCLOAK_TOOLS,
  seed: ({ seed, accounts }) => ({ rows: seedKeycloak(seed, accounts), marks: [] }),
  twin: keycloakFetch,
  client: (account, connection) =>
    new KeycloakClient({ ...connection, logins: keycloakLogins(account) }),
};

/** What accounts log in with. */
export interface KeycloakSecrets {
  /** Password of an account. */
  password(realm: string, username: string): string;
  /** Secret of the agent's client. */
  clientSecret: string;
}

/**
 * The account in its own realm, and those that it has in others.
 *
 * @param account The account
 * @param secrets What it logs in with; what follows from the world's seed unless given
 */
export function keycloakLogins(
  account: Account,
  secrets: KeycloakSecrets = seededSecrets(account.seed),
): Map<string, KeycloakLogin> {
  const others = REALMS.filter((realm) =>
    realm !== account.realm && rightsOf(realm, account.username).length > 0
  );
  return new Map(
    [account.realm, ...others].map((realm) => [realm, login(account, realm, secrets)]),
  );
}

function seededSecrets(seed: number): KeycloakSecrets {
  return {
    password: (realm, username) => syntheticPassword(seed, realm, username),
    clientSecret: agentSecret(seed),
  };
}

function login(
  { username, role }: Account,
  realm: string,
  { password, clientSecret }: KeycloakSecrets,
): KeycloakLogin {
  return role === "agent"
    ? { grant: "client_credentials", clientId: AGENT_CLIENT, clientSecret }
    : { grant: "password", username, password: password(realm, username) };
}
