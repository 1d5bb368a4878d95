import type { Row } from "../../probes/mod.ts";
import { type Kind, type Rows, sha256 } from "../state/row_store.ts";
import { AGENT_ACCOUNT, REALMS, type SeededAccount, syntheticPassword } from "./people.ts";
import { canary, DAY, SeededRandom, seededUuid, WORLD_TIME } from "./random.ts";

/** Columns of Keycloak's rows by which the twin looks them up. */
export const KEYCLOAK_INDEXES: Readonly<Record<string, readonly string[]>> = {
  "keycloak.users": ["realm", "user_id", "email"],
  "keycloak.roles": ["realm", "role_id"],
  "keycloak.role_mappings": ["user_id", "role"],
  "keycloak.groups": ["realm", "group_id"],
  "keycloak.group_members": ["user_id", "group_id"],
  "keycloak.credentials": ["user_id"],
  "keycloak.sessions": ["user_id", "session_id"],
  "keycloak.events": ["realm"],
};

const ROLES: readonly (readonly [string, string])[] = [
  ["audit-admin", "Administers the audit stack and its retention"],
  ["audit-reader", "Reads audit evidence"],
  ["compliance-officer", "Runs compliance reviews and holds audit evidence"],
  ["realm-admin", "Full administration of the realm"],
  ["manage-users", "Creates, changes and deletes users"],
  ["it-admin", "Day-to-day administration of accounts and assets"],
  ["helpdesk", "First-line support: password resets and session logouts"],
  ["manager", "Approves requests of a team"],
  ["developer", "Works on source code"],
  ["repo-writer", "Pushes to repositories"],
  ["deployer", "Deploys to production"],
  ["db-admin", "Administers production databases"],
  ["finance", "Works with the ledger"],
  ["payroll-admin", "Changes salaries and bank accounts"],
  ["hr", "Works with personnel records"],
  ["sales", "Works with the customer base"],
  ["support", "Works with customer tickets"],
  ["vpn-user", "Connects from outside"],
  ["contractor", "External staff with limited access"],
  ["service-account", "Non-human account"],
  ["iam-agent", "The identity operations agent"],
  ["offline_access", "${role_offline-access}"],
  ["uma_authorization", "${role_uma_authorization}"],
];

/** What every user's default role is made of, beside roles of the account console. */
const DEFAULT_COMPOSITES = ["offline_access", "uma_authorization"] as const;

/** A group for each department. */
const GROUPS = [
  "engineering",
  "finance",
  "human-resources",
  "internal-audit",
  "it",
  "operations",
  "sales",
  "support",
] as const;

/** Client through which the agent logs in. */
export const AGENT_CLIENT = "iam-agent";

/** Secret of the agent's client in the embedded world; it opens nothing else. */
export function agentSecret(seed: number): string {
  return canary(seed, `client/${AGENT_CLIENT}`);
}

/** Digest that stands for a stored password: the plain value is never kept. */
export function credentialDigest(userId: string, value: string): string {
  return sha256(`${userId}/${value}`);
}

/** The seeded rows of Keycloak. */
export function seedKeycloak(seed: number, accounts: readonly SeededAccount[]): Rows {
  const rows = new Map<Kind, Map<string, Row>>();
  const put = (kind: Kind, id: string, row: Row): void => {
    const table = rows.get(kind) ?? new Map<string, Row>();
    rows.set(kind, table.set(id, row));
  };
  for (const realm of REALMS) {
    put("keycloak.realms", realm, {
      realm,
      realm_id: seededUuid(seed, `realm/${realm}`),
      enabled: true,
      display_name: realm === "enterprise" ? "Enterprise workforce" : "Production systems",
      password_policy: "length(8)",
    });
    put("keycloak.clients", `${realm}/${AGENT_CLIENT}`, {
      realm,
      client_id: AGENT_CLIENT,
      secret_digest: credentialDigest(AGENT_CLIENT, agentSecret(seed)),
      account: AGENT_ACCOUNT,
    });
    for (const [name, description] of [...ROLES, defaultRole(realm)]) {
      const role_id = seededUuid(seed, `role/${realm}/${name}`);
      put("keycloak.roles", `${realm}/${name}`, {
        realm,
        role_id,
        name,
        description,
        composite: name.startsWith("default-roles-"),
        ...(name.startsWith("default-roles-") ? { composites: [...DEFAULT_COMPOSITES] } : {}),
      });
    }
    for (const name of GROUPS) {
      const group_id = seededUuid(seed, `group/${realm}/${name}`);
      put("keycloak.groups", `${realm}/${name}`, { realm, group_id, name, path: `/${name}` });
    }
  }
  for (const account of accounts) seedAccount(seed, account, put);
  seedEvents(seed, accounts, put);
  return rows;
}

function defaultRole(realm: string): readonly [string, string] {
  return [`default-roles-${realm}`, "${role_default-roles}"];
}

type Put = (kind: Kind, id: string, row: Row) => void;

function seedAccount(seed: number, account: SeededAccount, put: Put): void {
  const { realm, username, userId } = account;
  const random = new SeededRandom(seed, `account/${realm}/${username}`);
  const created = WORLD_TIME - random.integer(60, 1500) * DAY;
  const who = { realm, user: username, user_id: userId };
  put("keycloak.users", `${realm}/${username}`, {
    realm,
    user_id: userId,
    username,
    enabled: account.enabled,
    email: account.email,
    email_verified: true,
    first_name: account.firstName,
    last_name: account.lastName,
    department: account.department,
    title: account.title,
    required_actions: [],
    created,
  });
  for (const role of account.roles) {
    put("keycloak.role_mappings", `${realm}/${username}/${role}`, { ...who, role });
  }
  const group = account.department.toLowerCase().replaceAll(" ", "-");
  put("keycloak.group_members", `${realm}/${username}/${group}`, {
    ...who,
    group_id: seededUuid(seed, `group/${realm}/${group}`),
    path: `/${group}`,
  });
  put("keycloak.credentials", `${realm}/${username}/password`, {
    ...who,
    type: "password",
    temporary: false,
    digest: credentialDigest(userId, syntheticPassword(seed, realm, username)),
    credential_id: seededUuid(seed, `credential/${realm}/${username}/password`),
    created: created + random.integer(0, 50) * DAY,
  });
  if (account.kind === "persona" || random.next() < 0.4) {
    put("keycloak.credentials", `${realm}/${username}/otp`, {
      ...who,
      type: "otp",
      temporary: false,
      digest: credentialDigest(userId, canary(seed, `otp/${realm}/${username}`)),
      credential_id: seededUuid(seed, `credential/${realm}/${username}/otp`),
      label: "Authenticator",
      created: created + random.integer(0, 50) * DAY,
    });
  }
  const sessions = account.kind === "staff" ? random.integer(0, 2) : 1;
  const count = username === "alice.dev" ? 2 : sessions;
  for (let index = 0; index < count; index++) {
    const session = seededUuid(seed, `session/${realm}/${username}/${index}`);
    const start = WORLD_TIME - random.integer(5, 600) * 60_000;
    put("keycloak.sessions", `${realm}/${username}/${session}`, {
      ...who,
      session_id: session,
      ip: `192.0.2.${random.integer(2, 250)}`,
      start,
      last_access: start + random.integer(1, 4) * 60_000,
      client: random.pick(["account-console", "grafana", "gitea", "vpn"]),
    });
  }
}

function seedEvents(seed: number, accounts: readonly SeededAccount[], put: Put): void {
  const random = new SeededRandom(seed, "events");
  for (let index = 0; index < 240; index++) {
    const { realm, username, userId } = random.pick(accounts);
    const id = seededUuid(seed, `event/${index}`);
    const type = random.next() < 0.85
      ? random.pick(["LOGIN", "LOGOUT", "CODE_TO_TOKEN"])
      : "LOGIN_ERROR";
    put("keycloak.events", `${realm}/${id}`, {
      realm,
      event_id: id,
      class: "login",
      type,
      user: username,
      user_id: userId,
      time: WORLD_TIME - random.integer(1, 14 * 1440) * 60_000,
      ip: `192.0.2.${random.integer(2, 250)}`,
      client: "account-console",
      ...(type === "LOGIN_ERROR" ? { error: "invalid_user_credentials" } : {}),
    });
  }
  const admins = accounts.filter(({ roles }) => roles.includes("it-admin"));
  for (let index = 0; index < 60; index++) {
    const admin = random.pick(admins);
    const target = random.pick(accounts.filter(({ realm }) => realm === admin.realm));
    const id = seededUuid(seed, `admin-event/${index}`);
    const [type, resource, path] = random.pick([
      ["ACTION", "USER", `users/${target.userId}/reset-password`],
      ["CREATE", "REALM_ROLE_MAPPING", `users/${target.userId}/role-mappings/realm`],
      ["UPDATE", "USER", `users/${target.userId}`],
    ]) as [string, string, string];
    put("keycloak.events", `${admin.realm}/${id}`, {
      realm: admin.realm,
      event_id: id,
      class: "admin",
      type,
      user: admin.username,
      user_id: admin.userId,
      time: WORLD_TIME - random.integer(1, 30 * 1440) * 60_000,
      ip: "192.0.2.10",
      client: "security-admin-console",
      resource,
      path,
    });
  }
}
