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
  client: (account, connection) => new KeycloakClient({ ...connection, logins: logins(account) }),
};

/** The account in its own realm, and those that it has in others. */
function logins(account: Account): Map<string, KeycloakLogin> {
  const others = REALMS.filter((realm) =>
    realm !== account.realm && rightsOf(realm, account.username).length > 0
  );
  return new Map([account.realm, ...others].map((realm) => [realm, login(account, realm)]));
}

function login({ seed, username, role }: Account, realm: string): KeycloakLogin {
  if (role !== "agent") {
    return { grant: "password", username, password: syntheticPassword(seed, realm, username) };
  }
  return {
    grant: "client_credentials",
    clientId: AGENT_CLIENT,
    clientSecret: agentSecret(seed),
  };
}
