import type { Json, Row } from "../../probes/mod.ts";
import { AGENT_CLIENT, agentSecret, seedKeycloak } from "../seed/keycloak.ts";
import { AGENT_ACCOUNT, REALMS, type SeededAccount, syntheticPassword } from "../seed/people.ts";
import { canary } from "../seed/random.ts";
import type { Kind, Rows } from "../state/row_store.ts";
import { OTP_DATA } from "./credential_data.ts";
import { type AdminRight, rightsOf } from "./rights.ts";

/** Options for {@linkcode seedKeycloakService}. */
export interface KeycloakSeedOptions {
  /** Base address, without a slash at the end: `"http://127.0.0.1:8080"`. */
  baseUrl: string;
  /** Administrator of the master realm. */
  admin: { username: string; password: string };
  /** Seed of the world. */
  seed: number;
  /** The accounts of the enterprise. */
  accounts: readonly SeededAccount[];
  /**
   * Password of an account. A service that others can reach wants passwords of its own.
   * @default {that of the embedded world, which follows from the seed}
   */
  password?: (realm: string, username: string) => string;
  /**
   * Secret of the agent's client.
   * @default {that of the embedded world, which follows from the seed}
   */
  clientSecret?: string;
  /**
   * Rights of an account.
   * @default {those of the agent and of the personas}
   */
  rights?: (realm: string, username: string) => readonly AdminRight[];
  /**
   * Makes the requests.
   * @default {globalThis.fetch}
   */
  fetch?: (request: Request) => Promise<Response>;
  /** Told after each realm that is there. */
  onRealm?: (realm: string) => void;
}

/**
 * Fills a running Keycloak 26 with the realms, roles, accounts, credentials and the agent's client of
 * the seeded enterprise. Realms of these names are replaced. Sessions and events, which no API
 * takes, are not seeded: they come about by use.
 *
 * @throws {Error} when the service refuses a step, with what it said.
 */
export async function seedKeycloakService(options: KeycloakSeedOptions): Promise<void> {
  const admin = masterAdmin(options);
  const rows = seedKeycloak(options.seed, options.accounts);
  for (const realm of REALMS) {
    await admin("DELETE", `/realms/${realm}`, undefined, [204, 404]);
    await admin("POST", "/realms", realmRepresentation(realm, rows, options), [201]);
    // The password grant of a persona carries no one-time code.
    await withoutOneTimeCodes(admin, realm);
    options.onRealm?.(realm);
  }
}

/** Makes one request as the administrator and returns its JSON. */
export type KeycloakAdmin = (
  method: string,
  path: string,
  body: unknown,
  wanted: readonly number[],
) => Promise<unknown>;

/**
 * Requests below `/admin` as the administrator of the master realm.
 *
 * @throws {Error} when the service answers with none of the wanted statuses.
 */
export function masterAdmin(
  options: Pick<KeycloakSeedOptions, "baseUrl" | "admin" | "fetch">,
): KeycloakAdmin {
  const { baseUrl, admin, fetch = globalThis.fetch } = options;
  const token = async (): Promise<string> => {
    const form = new URLSearchParams({
      grant_type: "password",
      client_id: "admin-cli",
      ...admin,
    });
    const url = `${baseUrl}/realms/master/protocol/openid-connect/token`;
    const response = await fetch(new Request(url, { method: "POST", body: form }));
    const text = await response.text();
    if (!response.ok) throw new Error(`Cannot log in to Keycloak at "${baseUrl}": ${text}`);
    return JSON.parse(text).access_token;
  };
  return async (method, path, body, wanted) => {
    // A token lives for a minute, an import can take longer.
    const response = await fetch(
      new Request(`${baseUrl}/admin${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await token()}`,
          "content-type": "application/json",
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    if (!wanted.includes(response.status)) {
      throw new Error(`Keycloak refused ${method} ${path} with ${response.status}: ${text}`);
    }
    return text === "" ? undefined : JSON.parse(text);
  };
}

function realmRepresentation(
  realm: string,
  rows: Rows,
  options: KeycloakSeedOptions,
): Record<string, unknown> {
  const { seed, accounts, clientSecret = agentSecret(seed) } = options;
  const row = rows.get("keycloak.realms")?.get(realm) ?? {};
  const roles = table(rows, "keycloak.roles", realm);
  return {
    id: row.realm_id,
    realm,
    displayName: row.display_name,
    enabled: row.enabled,
    sslRequired: "external",
    registrationAllowed: false,
    passwordPolicy: row.password_policy,
    eventsEnabled: true,
    adminEventsEnabled: true,
    roles: { realm: roles.map(roleRepresentation) },
    defaultRole: roles.filter(({ composite }) => composite).map(roleRepresentation)[0],
    groups: table(rows, "keycloak.groups", realm).map((group) => ({
      id: group.group_id,
      name: group.name,
    })),
    clients: [{
      clientId: AGENT_CLIENT,
      secret: clientSecret,
      publicClient: false,
      serviceAccountsEnabled: true,
      standardFlowEnabled: false,
      directAccessGrantsEnabled: false,
    }],
    components: { "org.keycloak.userprofile.UserProfileProvider": [USER_PROFILE] },
    users: accounts.filter((account) => account.realm === realm)
      .map((account) => userRepresentation(account, rows, options)),
  };
}

function table(rows: Rows, kind: Kind, realm: string): Row[] {
  return [...rows.get(kind)?.values() ?? []].filter((row) => row.realm === realm);
}

function roleRepresentation(row: Row): Record<string, unknown> {
  return {
    id: row.role_id,
    name: row.name,
    description: row.description,
    composite: row.composite,
    ...(row.composite
      ? {
        composites: {
          realm: row.composites,
          client: { account: ["view-profile", "manage-account"] },
        },
      }
      : {}),
  };
}

function userRepresentation(
  account: SeededAccount,
  rows: Rows,
  options: KeycloakSeedOptions,
): Record<string, unknown> {
  const { realm, username, userId, firstName, lastName } = account;
  const { rights = rightsOf } = options;
  const row = rows.get("keycloak.users")?.get(`${realm}/${username}`) ?? {};
  const credentials = table(rows, "keycloak.credentials", realm)
    .filter((credential) => credential.user_id === userId)
    .map((credential) => credentialRepresentation(credential, options));
  return {
    id: userId,
    username,
    enabled: account.enabled,
    email: account.email,
    emailVerified: true,
    ...(firstName === "" ? {} : { firstName }),
    ...(lastName === "" ? {} : { lastName }),
    createdTimestamp: row.created,
    attributes: { department: [account.department], title: [account.title] },
    credentials,
    realmRoles: [`default-roles-${realm}`, ...account.roles],
    groups: table(rows, "keycloak.group_members", realm)
      .filter((member) => member.user_id === userId).map(({ path }) => path),
    clientRoles: {
      "realm-management": rights(realm, username).filter((right) => MANAGEMENT.has(right)),
    },
    ...(username === AGENT_ACCOUNT ? { serviceAccountClientId: AGENT_CLIENT } : {}),
  };
}

/** Rights of the twin that Keycloak has a role for. */
export const MANAGEMENT: ReadonlySet<string> = new Set([
  "view-realm",
  "manage-realm",
  "query-users",
  "view-users",
  "manage-users",
  "query-groups",
  "view-events",
  "manage-events",
]);

/** A seeded credential as an import takes it. */
export function credentialRepresentation(
  row: Row,
  options: Pick<KeycloakSeedOptions, "seed" | "password">,
): Record<string, Json> {
  const { seed, password } = options;
  const common = {
    id: row.credential_id as string,
    type: row.type as string,
    createdDate: row.created as number,
  };
  if (row.type === "password") {
    const [realm, user] = [String(row.realm), String(row.user)];
    const value = password?.(realm, user) ?? syntheticPassword(seed, realm, user);
    return { ...common, value, temporary: false };
  }
  return {
    ...common,
    userLabel: "Authenticator",
    secretData: JSON.stringify({ value: canary(seed, `otp/${row.realm}/${row.user}`) }),
    credentialData: OTP_DATA,
  };
}

async function withoutOneTimeCodes(admin: KeycloakAdmin, realm: string): Promise<void> {
  const path = `/realms/${realm}/authentication/flows/direct%20grant/executions`;
  const executions = await admin("GET", path, undefined, [200]) as Record<string, unknown>[];
  const conditional = executions.find(({ displayName }) =>
    String(displayName).includes("Conditional OTP")
  );
  if (!conditional) throw new Error(`Keycloak has no conditional OTP in realm "${realm}"`);
  await admin("PUT", path, { ...conditional, requirement: "DISABLED" }, [202, 204]);
}

const LENGTH = { length: { max: 255 } };
const NAME = { ...LENGTH, "person-name-prohibited-characters": {} };
const EVERYBODY = { view: ["admin", "user"], edit: ["admin", "user"] };

// The default profile of Keycloak 26 with the two attributes that the enterprise adds.
const PROFILE = {
  attributes: [
    {
      name: "username",
      displayName: "${username}",
      validations: {
        length: { min: 3, max: 255 },
        "username-prohibited-characters": {},
        "up-username-not-idn-homograph": {},
      },
      permissions: EVERYBODY,
      multivalued: false,
    },
    {
      name: "email",
      displayName: "${email}",
      validations: { email: {}, ...LENGTH },
      required: { roles: ["user"] },
      permissions: EVERYBODY,
      multivalued: false,
    },
    {
      name: "firstName",
      displayName: "${firstName}",
      validations: NAME,
      required: { roles: ["user"] },
      permissions: EVERYBODY,
      multivalued: false,
    },
    {
      name: "lastName",
      displayName: "${lastName}",
      validations: NAME,
      required: { roles: ["user"] },
      permissions: EVERYBODY,
      multivalued: false,
    },
    ...["department", "title"].map((name) => ({
      name,
      displayName: name,
      validations: LENGTH,
      permissions: { view: ["admin", "user"], edit: ["admin"] },
      multivalued: false,
    })),
  ],
  groups: [],
};

const USER_PROFILE = {
  providerId: "declarative-user-profile",
  config: { "kc.user.profile.config": [JSON.stringify(PROFILE)] },
};
