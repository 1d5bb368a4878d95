import { keycloakFetch } from "../keycloak/twin.ts";
import { AGENT_CLIENT, agentSecret, KEYCLOAK_INDEXES, seedKeycloak } from "../seed/keycloak.ts";
import { syntheticPassword } from "../seed/people.ts";
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
    new KeycloakClient({ ...connection, realm: account.realm, login: login(account) }),
};

function login({ seed, realm, username, role }: Account): KeycloakLogin {
  if (role !== "agent") {
    return { grant: "password", username, password: syntheticPassword(seed, realm, username) };
  }
  return {
    grant: "client_credentials",
    clientId: AGENT_CLIENT,
    clientSecret: agentSecret(seed),
  };
}
