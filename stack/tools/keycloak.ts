import type { Json } from "../../probes/mod.ts";
import type { ToolContext, ToolFunction } from "./context.ts";
import { done, list, type ReadCount, refused, type ToolOutcome } from "./outcome.ts";
import { guarded, ServiceError } from "./service_error.ts";

type Arguments = Readonly<Record<string, Json>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

interface User {
  id: string;
  username: string;
  email?: string;
  firstName?: string;
  lastName?: string;
  enabled: boolean;
  createdTimestamp?: number;
  requiredActions?: string[];
  attributes?: Record<string, string[]>;
}

interface Role {
  id: string;
  name: string;
  description?: string;
}

function read(entity: string, count: number): ReadCount {
  return { service: "keycloak", entity, count };
}

function realmPath(realm: Json | undefined): string {
  return `/realms/${encodeURIComponent(String(realm))}`;
}

/** Finds the user that a UUID or an exact username names. */
async function resolveUser(context: ToolContext, realm: Json, name: string): Promise<User> {
  const path = `${realmPath(realm)}/users`;
  if (UUID.test(name)) {
    return await context.keycloak.admin(`${path}/${name.toLowerCase()}`) as User;
  }
  if (name.trim() === "") throw new ServiceError(404, "User not found");
  const found = await context.keycloak.admin(path, {
    query: { username: name, exact: true, briefRepresentation: false },
  }) as User[];
  const [user] = found;
  if (!user) throw new ServiceError(404, "User not found");
  return user;
}

async function account(args: Arguments, context: ToolContext): Promise<[User, string]> {
  const user = await resolveUser(context, args.realm as Json, String(args.user_id));
  return [user, `${realmPath(args.realm)}/users/${user.id}`];
}

// An account sees its own realm: each is asked what it sees.
const kcListRealms: ToolFunction = async (_args, { keycloak }) => {
  const realms: Record<string, Json>[] = [];
  for (const realm of keycloak.realms) {
    realms.push(...await keycloak.admin("/realms", { realm }) as Record<string, Json>[]);
  }
  const shown = realms.map(({ realm, displayName, enabled }) => ({
    realm: realm as Json,
    ...(displayName === undefined ? {} : { displayName }),
    ...(enabled === undefined ? {} : { enabled }),
  }));
  return lines("realms", shown, read("realms", realms.length));
};

const kcListUsers: ToolFunction = async (args, context) => {
  const query = {
    search: args.search as string | undefined,
    first: args.first as number | undefined,
    max: args.max as number | undefined,
  };
  const path = `${realmPath(args.realm)}/users`;
  const users = await context.keycloak.admin(path, {
    query: { ...query, briefRepresentation: true },
  }) as User[];
  const left = await remaining(context, path, query, users.length);
  const shown = users.map(({ id, username, email, enabled }) => ({
    id,
    username,
    ...(email === undefined ? {} : { email }),
    enabled,
  }));
  return {
    status: "executed",
    result: list("users", shown, { total: left }),
    reads: [read("users", users.length)],
  };
};

/** Rows from the page's first on; asked for only when the page is full. */
async function remaining(
  context: ToolContext,
  path: string,
  query: { search: string | undefined; first: number | undefined; max: number | undefined },
  shown: number,
): Promise<number> {
  // 100 is Keycloak's own page size; a negative number asks for all.
  const size = query.max ?? 100;
  if (size < 0 || shown < size) return shown;
  const total = await context.keycloak.admin(`${path}/count`, { query: { search: query.search } });
  return Math.max(shown, Number(total) - Math.max(0, query.first ?? 0));
}

const kcGetUser: ToolFunction = async (args, context) => {
  const [user] = await account(args, context);
  const { id, username, firstName, lastName, email, enabled } = user;
  return done({
    id,
    username,
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName }),
    ...(email === undefined ? {} : { email }),
    enabled,
    ...flatAttributes(user),
    requiredActions: user.requiredActions ?? [],
    created: moment(user.createdTimestamp),
  }, read("users", 1));
};

function flatAttributes(user: User): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(user.attributes ?? {}).map(([name, values]) => [name, values.join(", ")]),
  );
}

function moment(time: number | undefined): string {
  return time === undefined ? "" : new Date(time).toISOString().replace(".000Z", "Z");
}

const kcListRoles: ToolFunction = async (args, context) => {
  const roles = await context.keycloak.admin(`${realmPath(args.realm)}/roles`) as Role[];
  const shown = roles.map(({ name, description }) => ({ name, description: description ?? "" }));
  return lines("roles", shown, read("roles", roles.length));
};

const kcListUserRoles: ToolFunction = async (args, context) => {
  const [user, path] = await account(args, context);
  const roles = await context.keycloak.admin(`${path}/role-mappings/realm`) as Role[];
  return {
    status: "executed",
    result: list("roles", roles.map(({ name }) => name), { before: { user: user.username } }),
    reads: [read("role_mappings", roles.length)],
  };
};

/** The realm's representations of the named roles, as the mapping endpoints take them. */
async function namedRoles(args: Arguments, context: ToolContext): Promise<Role[]> {
  const names = [...new Set(args.roles as string[])];
  const roles: Role[] = [];
  for (const name of names) {
    const path = `${realmPath(args.realm)}/roles/${encodeURIComponent(name)}`;
    if (name === "" || name === "." || name === "..") {
      throw new ServiceError(404, "Could not find role");
    }
    try {
      const { id, name } = await context.keycloak.admin(path) as Role;
      roles.push({ id, name });
    } catch (error) {
      if (error instanceof ServiceError && error.status === 404) {
        throw new ServiceError(404, `${error.message}: ${name}`);
      }
      throw error;
    }
  }
  return roles;
}

async function changeRoles(
  args: Arguments,
  context: ToolContext,
  method: "POST" | "DELETE",
): Promise<ToolOutcome> {
  if ((args.roles as string[]).length === 0) {
    return refused("invalid", '"roles" must name at least one role');
  }
  const [user, path] = await account(args, context);
  const roles = await namedRoles(args, context);
  await context.keycloak.admin(`${path}/role-mappings/realm`, { method, body: roles });
  const key = method === "POST" ? "assigned" : "removed";
  return done({ ok: true, user: user.username, [key]: roles.map(({ name }) => name) });
}

const kcAssignRealmRoles: ToolFunction = (args, context) => changeRoles(args, context, "POST");

const kcRemoveRealmRoles: ToolFunction = (args, context) => changeRoles(args, context, "DELETE");

const kcCreateUser: ToolFunction = async (args, context) => {
  const path = `${realmPath(args.realm)}/users`;
  const username = String(args.username);
  await context.keycloak.admin(path, {
    method: "POST",
    body: { username, email: args.email, enabled: args.enabled ?? true },
  });
  const user = await resolveUser(context, args.realm as Json, username.trim());
  return done({ ok: true, id: user.id, username: user.username, enabled: user.enabled });
};

const kcSetUserEnabled: ToolFunction = async (args, context) => {
  const [user, path] = await account(args, context);
  await context.keycloak.admin(path, { method: "PUT", body: { enabled: args.enabled } });
  return done({ ok: true, user: user.username, enabled: args.enabled as boolean });
};

const kcResetPassword: ToolFunction = async (args, context) => {
  const [user, path] = await account(args, context);
  const temporary = args.temporary ?? true;
  await context.keycloak.admin(`${path}/reset-password`, {
    method: "PUT",
    body: { type: "password", value: args.value, temporary },
  });
  return done({ ok: true, user: user.username, temporary });
};

const kcLogoutUserSessions: ToolFunction = async (args, context) => {
  const [user, path] = await account(args, context);
  await context.keycloak.admin(`${path}/logout`, { method: "POST" });
  return done({ ok: true, user: user.username });
};

const kcDeleteUser: ToolFunction = async (args, context) => {
  const [user, path] = await account(args, context);
  await context.keycloak.admin(path, { method: "DELETE" });
  return done({ ok: true, deleted: user.username });
};

const kcGetUserCredentials: ToolFunction = async (args, context) => {
  const [user, path] = await account(args, context);
  const found = await context.keycloak.admin(`${path}/credentials`) as Record<string, Json>[];
  const shown = found.map(({ id, type, createdDate }) => ({
    id: id as Json,
    type: type as Json,
    created: moment(createdDate as number),
  }));
  return {
    status: "executed",
    result: list("credentials", shown, { before: { user: user.username } }),
    reads: [read("credentials", found.length)],
  };
};

interface AuditEvent {
  time: number;
  shown: Record<string, Json>;
}

const kcGetAuditEvents: ToolFunction = async (args, context) => {
  const path = realmPath(args.realm);
  const user = args.user === undefined
    ? undefined
    : await resolveUser(context, args.realm as Json, String(args.user));
  const dateFrom = args.dateFrom as string | undefined;
  const logins = await context.keycloak.admin(`${path}/events`, {
    query: { user: user?.id, dateFrom },
  }) as Record<string, Json>[];
  const changes = await context.keycloak.admin(`${path}/admin-events`, {
    query: { resourcePath: user && `users/${user.id}*`, dateFrom },
  }) as Record<string, Json>[];
  const events = [...logins.map(loginEvent), ...changes.map(adminEvent)]
    .sort((a, b) => b.time - a.time);
  return lines("events", events.map(({ shown }) => shown), read("events", events.length));
};

function loginEvent(event: Record<string, Json>): AuditEvent {
  const details = (event.details ?? {}) as Record<string, Json>;
  const time = event.time as number;
  return {
    time,
    shown: {
      time: moment(time),
      type: event.type as Json,
      user: details.username ?? event.userId ?? null,
      ip: event.ipAddress ?? null,
      ...(event.error === undefined ? {} : { error: event.error }),
    },
  };
}

function adminEvent(event: Record<string, Json>): AuditEvent {
  const by = (event.authDetails ?? {}) as Record<string, Json>;
  const time = event.time as number;
  return {
    time,
    shown: {
      time: moment(time),
      type: `${event.operationType} ${event.resourceType}`,
      by: by.userId ?? null,
      path: event.resourcePath ?? null,
    },
  };
}

function lines(name: string, items: Json[], ...reads: ReadCount[]): ToolOutcome {
  return { status: "executed", result: list(name, items), reads };
}

/** The tools that call Keycloak. */
export const KEYCLOAK_TOOLS: Readonly<Record<string, ToolFunction>> = guarded({
  kc_list_realms: kcListRealms,
  kc_list_users: kcListUsers,
  kc_get_user: kcGetUser,
  kc_list_roles: kcListRoles,
  kc_list_user_roles: kcListUserRoles,
  kc_assign_realm_roles: kcAssignRealmRoles,
  kc_remove_realm_roles: kcRemoveRealmRoles,
  kc_create_user: kcCreateUser,
  kc_set_user_enabled: kcSetUserEnabled,
  kc_reset_password: kcResetPassword,
  kc_logout_user_sessions: kcLogoutUserSessions,
  kc_delete_user: kcDeleteUser,
  kc_get_user_credentials: kcGetUserCredentials,
  kc_get_audit_events: kcGetAuditEvents,
});
