import type { DiffEntry, Json, Row } from "../../probes/mod.ts";
import {
  credentialRepresentation,
  type KeycloakAdmin,
  MANAGEMENT,
} from "../keycloak/service_seed.ts";
import { rightsOf } from "../keycloak/rights.ts";
import { AGENT_CLIENT, credentialDigest } from "../seed/keycloak.ts";
import { AGENT_ACCOUNT, REALMS } from "../seed/people.ts";
import type { JournaledState } from "../state/journaled_state.ts";
import { canonical, type Kind, RowOverlay, type RowStore } from "../state/row_store.ts";
import { WorldError } from "../world.ts";
import {
  type AdminEvent,
  type KeycloakUser,
  type NamedObject,
  type Session,
  type StoredCredential,
  userRow,
} from "./_keycloak_user.ts";

/** What a {@linkcode KeycloakState} works with. */
export interface KeycloakStateOptions {
  /** Requests as the administrator, who is not the agent. */
  admin: KeycloakAdmin;
  /** The seeded rows. */
  seeded: RowStore;
  /** Seed of the world. */
  seed: number;
  /** Password of a seeded account. */
  password: (realm: string, username: string) => string;
  /** How many sessions the seeded world has for an account. */
  sessions: (userId: string) => number;
  /** Opens a session of an account, as its owner would. */
  login: (realm: string, username: string, password: string) => Promise<void>;
}

/** Tools that end sessions, or take away what a session is opened with. */
const SESSION_TOOLS: ReadonlySet<string> = new Set([
  "kc_set_user_enabled",
  "kc_reset_password",
  "kc_logout_user_sessions",
  "kc_delete_user",
]);

const OWNED = ["role_mappings", "group_members", "credentials", "sessions"] as const;

/**
 * What an episode changed in a running Keycloak. The rows are a mirror: after each call, the accounts
 * that the admin events and the call's arguments name are read, and what differs is the diff. Taken
 * back is by making each touched account anew as its rows say.
 */
export class KeycloakState implements JournaledState {
  /** The rows as the episode sees them. */
  readonly rows: RowOverlay;
  #options: KeycloakStateOptions;
  /** Touched accounts by UUID. */
  #touched = new Map<string, { realm: string; username: string }>();
  /** Passwords that calls set, by credential digest. */
  #passwords = new Map<string, string>();
  /** When each credential of an account was set, by account and id, as it was last read. */
  #stamps = new Map<string, Map<string, number>>();
  /** Whether nothing but a restore can have set a credential since. */
  #restored = false;
  /** Accounts that were given their sessions. */
  #opened = new Set<string>();
  #used = false;

  /** Opens an episode; Keycloak is as it was seeded. */
  constructor(options: KeycloakStateOptions) {
    this.#options = options;
    this.rows = new RowOverlay(options.seeded);
  }

  get position(): number {
    return this.rows.position;
  }

  changes(from: number): DiffEntry[] {
    return this.rows.changes(from);
  }

  /** Reads what a call can touch, and gives an account the sessions that the seeded world has for it. */
  async before(tool: string, args: Readonly<Record<string, Json>>): Promise<void> {
    this.#used = true;
    const user = this.#rowOf(args);
    if (!user) return;
    if (!this.#stamps.has(String(user.user_id))) {
      const path = `/realms/${user.realm}/users/${user.user_id}/credentials`;
      this.#stamp(String(user.user_id), await this.#get<StoredCredential[]>(path));
    }
    if (SESSION_TOOLS.has(tool)) await this.#openSessions(user);
  }

  #stamp(account: string, credentials: readonly StoredCredential[]): void {
    this.#stamps.set(account, new Map(credentials.map((each) => [each.id, each.createdDate])));
  }

  /** Sessions come about by use: they are opened once an episode, for an account that has seeded ones. */
  async #openSessions(user: Row): Promise<void> {
    const [realm, username] = [String(user.realm), String(user.username)];
    const id = String(user.user_id);
    const wanted = this.#options.sessions(id);
    if (wanted === 0 || user.enabled !== true || this.#opened.has(id)) return;
    this.#opened.add(id);
    const value = this.#passwordOf(`${realm}/${username}`);
    if (value === undefined) return;
    this.#touched.set(id, { realm, username });
    for (let count = 0; count < wanted; count++) await this.#options.login(realm, username, value);
    for (const session of await this.#sessions(realm, id)) {
      const [key, found] = sessionRow(user, session);
      this.rows.put("keycloak.sessions", key, found, { bookkeeping: true });
    }
  }

  /** Reads the accounts that a call touched. */
  async after(args: Readonly<Record<string, Json>>): Promise<void> {
    const named = new Map<string, string>();
    const row = this.#rowOf(args);
    if (row) named.set(String(row.user_id), String(row.realm));
    for (const realm of REALMS) {
      const events = await this.#get<AdminEvent[]>(`/realms/${realm}/admin-events?max=500`);
      for (const { resourcePath } of events) {
        const [, id] = /^users\/([0-9a-f-]{36})/.exec(resourcePath ?? "") ?? [];
        if (id) named.set(id, realm);
      }
    }
    for (const [id, realm] of named) await this.#read(realm, id, args);
  }

  #rowOf({ realm, user_id }: Readonly<Record<string, Json>>): Row | undefined {
    if (typeof user_id !== "string") return undefined;
    const name = user_id.trim().toLowerCase();
    return this.rows.get("keycloak.users", `${realm}/${name}`) ??
      this.rows.by("keycloak.users", "user_id", name).find(([, row]) => row.realm === realm)?.[1];
  }

  async #read(realm: string, id: string, args: Readonly<Record<string, Json>>): Promise<void> {
    const path = `/realms/${realm}/users/${id}`;
    const user = await this.#find<KeycloakUser>(path);
    const old = this.rows.by("keycloak.users", "user_id", id)[0]?.[1];
    const username = user?.username ?? (old && String(old.username));
    // An account that was made and is gone again.
    if (username === undefined) return;
    this.#touched.set(id, { realm, username });
    const found = new Map<string, Row>();
    if (user) {
      const row = userRow(realm, user);
      this.#put("keycloak.users", `${realm}/${username}`, row);
      for (const [key, each] of await this.#owned(row, args)) found.set(key, each);
    } else {
      this.rows.delete("keycloak.users", `${realm}/${username}`);
    }
    for (const kind of OWNED) {
      for (const [key] of this.rows.by(`keycloak.${kind}`, "user_id", id)) {
        if (!found.has(`keycloak.${kind} ${key}`)) this.rows.delete(`keycloak.${kind}`, key);
      }
    }
    for (const [name, row] of found) {
      const [kind = "", ...key] = name.split(" ");
      this.#put(kind as Kind, key.join(" "), row);
    }
  }

  /** Rows of what an account has, by kind and id. */
  async #owned(
    user: Row,
    args: Readonly<Record<string, Json>>,
  ): Promise<[string, Row][]> {
    const realm = String(user.realm);
    const path = `/realms/${realm}/users/${user.user_id}`;
    const who = { realm, user: user.username as string, user_id: user.user_id as string };
    const own = `${realm}/${user.username}`;
    const roles = await this.#get<NamedObject[]>(`${path}/role-mappings/realm`);
    const groups = await this.#get<NamedObject[]>(`${path}/groups?max=1000`);
    const credentials = await this.#get<StoredCredential[]>(`${path}/credentials`);
    const known = this.rows.by("keycloak.sessions", "user_id", who.user_id);
    const stored = credentials.map((credential): [string, Row] => {
      const key = `${own}/${credential.type}`;
      return [`keycloak.credentials ${key}`, this.#credential(key, who, { credential, args })];
    });
    this.#stamp(who.user_id, credentials);
    const open = known.length === 0
      ? []
      : (await this.#sessions(realm, who.user_id)).map(({ id }) => id);
    return [
      ...roles.filter(({ name }) => name !== `default-roles-${realm}`).map((
        { name },
      ): [string, Row] => [
        `keycloak.role_mappings ${own}/${name}`,
        { ...who, role: name },
      ]),
      ...groups.map(({ id, name, path = "" }): [string, Row] => [
        `keycloak.group_members ${own}/${name}`,
        { ...who, group_id: id, path },
      ]),
      ...stored,
      ...known.filter(([, row]) => open.includes(String(row.session_id))).map((
        [key, row],
      ): [string, Row] => [`keycloak.sessions ${key}`, row]),
    ];
  }

  /** The row of a credential: the one before, unless it was set since. */
  #credential(
    key: string,
    who: Row,
    { credential, args }: {
      credential: StoredCredential;
      args: Readonly<Record<string, Json>>;
    },
  ): Row {
    const { id, type, createdDate } = credential;
    const old = this.rows.get("keycloak.credentials", key);
    // An import gives a credential another id and time: only what was read before the call compares.
    const stamps = this.#stamps.get(String(who.user_id));
    if (old && (this.#restored || stamps?.get(id) === createdDate)) return old;
    if (old && !stamps) {
      throw new WorldError(`Cannot tell whether "${key}" was set: the call did not name it`);
    }
    const value = typeof args.value === "string" ? args.value : "";
    const digest = credentialDigest(String(who.user_id), value);
    this.#passwords.set(digest, value);
    return {
      ...who,
      type,
      temporary: args.temporary !== false,
      digest,
      credential_id: id,
      created: createdDate,
    };
  }

  #put(kind: Kind, id: string, row: Row): void {
    const old = this.rows.get(kind, id);
    if (!old || canonical(old) !== canonical(row)) this.rows.put(kind, id, row);
  }

  async #sessions(realm: string, id: string): Promise<Session[]> {
    return await this.#get(`/realms/${realm}/users/${id}/sessions`);
  }

  /** The password that an account has now, by its row. */
  #passwordOf(account: string): string | undefined {
    const row = this.rows.get("keycloak.credentials", `${account}/password`);
    if (!row) return undefined;
    const [realm = "", ...name] = account.split("/");
    return this.#passwords.get(String(row.digest)) ??
      this.#options.password(realm, name.join("/"));
  }

  async revert(to: number): Promise<void> {
    if (to === this.rows.position) return;
    this.rows.revert(to);
    await this.#restore();
  }

  /** Makes every touched account anew as its rows say. */
  async #restore(): Promise<void> {
    this.#stamps.clear();
    this.#opened.clear();
    const { admin } = this.#options;
    for (const [id, { realm, username }] of this.#touched) {
      await admin("DELETE", `/realms/${realm}/users/${id}`, undefined, [204, 404]);
      const row = this.rows.get("keycloak.users", `${realm}/${username}`);
      if (!row) continue;
      const users = [this.#representation(row)];
      await admin("POST", `/realms/${realm}/partialImport`, {
        ifResourceExists: "FAIL",
        users,
      }, [200]);
    }
    await this.#forgetEvents();
  }

  async #forgetEvents(): Promise<void> {
    for (const realm of REALMS) {
      for (const kind of ["events", "admin-events"]) {
        await this.#options.admin("DELETE", `/realms/${realm}/${kind}`, undefined, [204]);
      }
    }
  }

  #representation(row: Row): Record<string, unknown> {
    const { seed } = this.#options;
    const id = String(row.user_id);
    const [realm, username] = [String(row.realm), String(row.username)];
    const owned = (kind: (typeof OWNED)[number]): Row[] =>
      this.rows.by(`keycloak.${kind}`, "user_id", id).map(([, each]) => each);
    const attributes = ["department", "title"].flatMap((name) =>
      row[name] ? [[name, [row[name]]]] : []
    );
    return {
      id,
      username,
      enabled: row.enabled,
      emailVerified: row.email_verified,
      ...(row.email ? { email: row.email } : {}),
      ...(row.first_name ? { firstName: row.first_name } : {}),
      ...(row.last_name ? { lastName: row.last_name } : {}),
      createdTimestamp: row.created,
      requiredActions: row.required_actions,
      attributes: Object.fromEntries(attributes),
      credentials: owned("credentials").map((credential) =>
        credentialRepresentation(credential, {
          seed,
          password: () => this.#passwordOf(`${realm}/${username}`) ?? "",
        })
      ),
      realmRoles: [`default-roles-${realm}`, ...owned("role_mappings").map(({ role }) => role)],
      groups: owned("group_members").map(({ path }) => path),
      clientRoles: {
        "realm-management": rightsOf(realm, username).filter((right) => MANAGEMENT.has(right)),
      },
      ...(username === AGENT_ACCOUNT ? { serviceAccountClientId: AGENT_CLIENT } : {}),
    };
  }

  async close(): Promise<string[]> {
    if (!this.#used) return [];
    this.rows.revert(0);
    await this.#restore();
    this.#restored = true;
    // Read back from the service: what differs from the seeded rows now was not restored.
    for (const [id, { realm }] of this.#touched) await this.#read(realm, id, {});
    return this.changes(0).map(({ entity, id }) => `keycloak.${entity} ${id}`);
  }

  async #get<T>(path: string): Promise<T> {
    return await this.#options.admin("GET", path, undefined, [200]) as T;
  }

  async #find<T>(path: string): Promise<T | undefined> {
    const found = await this.#options.admin("GET", path, undefined, [200, 404]);
    return (found as { id?: string } | undefined)?.id === undefined ? undefined : found as T;
  }
}

function sessionRow(user: Row, session: Session): [string, Row] {
  const { realm, username, user_id } = user as Record<string, string>;
  return [`${realm}/${username}/${session.id}`, {
    realm: realm ?? "",
    user: username ?? "",
    user_id: user_id ?? "",
    session_id: session.id,
    ip: session.ipAddress ?? "",
    start: session.start ?? 0,
    last_access: session.lastAccess ?? 0,
    client: Object.values(session.clients ?? {})[0] ?? "",
  }];
}
