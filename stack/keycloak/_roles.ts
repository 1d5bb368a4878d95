import type { Hono } from "hono";
import type { Json, Row } from "../../probes/mod.ts";
import { seededUuid } from "../seed/random.ts";
import { jsonBody, objects, textField } from "./_body.ts";
import {
  answer,
  broken,
  byUsername,
  clientUuid,
  fail,
  holds,
  need,
  page,
  realmRow,
  recordAdminEvent,
  rowsAt,
  type TwinContext,
  type TwinEnv,
  userKey,
  userRow,
  VIEW,
  wholeNumber,
} from "./_state.ts";
import { userView } from "./_users.ts";

/** Mounts realm roles and their mappings to users. */
export function mountRoles(app: Hono<TwinEnv>): void {
  const realm = "/admin/realms/:realm";
  app.get(`${realm}/roles`, listRoles);
  app.get(`${realm}/roles/:role`, getRole);
  app.get(`${realm}/roles/:role/composites`, (c) => listComposites(c, true));
  app.get(`${realm}/roles/:role/composites/realm`, (c) => listComposites(c, false));
  app.get(`${realm}/roles/:role/users`, listMembers);
  // Roles themselves are changed by nobody in the enterprise.
  app.post(`${realm}/roles`, closed);
  app.put(`${realm}/roles/:role`, closed);
  app.delete(`${realm}/roles/:role`, closed);
  const mappings = `${realm}/users/:id/role-mappings`;
  app.get(mappings, allMappings);
  app.get(`${mappings}/realm`, listMappings);
  app.get(`${mappings}/realm/available`, listAvailable);
  app.get(`${mappings}/realm/composite`, listEffective);
  app.post(`${mappings}/realm`, addMappings);
  app.delete(`${mappings}/realm`, removeMappings);
}

function closed(): never {
  throw fail(403, "HTTP 403 Forbidden");
}

function roleView(c: TwinContext, row: Row): Record<string, Json> {
  const realm = realmRow(c, c.get("realm"));
  return {
    id: row.role_id as string,
    name: row.name as string,
    description: row.description as string,
    composite: row.composite as boolean,
    clientRole: false,
    containerId: realm.realm_id as string,
  };
}

function listRoles(c: TwinContext): Response {
  need(c, "view-realm", "manage-realm", "query-users", "query-groups", "view-users");
  const search = c.req.query("search")?.trim().toLowerCase() ?? "";
  const rows = c.env.rows.by("keycloak.roles", "realm", c.get("realm")).map(([, row]) => row)
    .filter(({ name, description }) =>
      [name, description].some((text) => String(text).toLowerCase().includes(search))
    )
    .sort((a, b) => String(a.name) < String(b.name) ? -1 : 1);
  const paged = wholeNumber(c, "first") !== undefined && wholeNumber(c, "max") !== undefined;
  const whole = c.req.query("briefRepresentation") === "false";
  return answer((search !== "" || paged ? page(c, rows) : rows).map((row) => ({
    ...roleView(c, row),
    ...(whole ? { attributes: {} } : {}),
  })));
}

function roleRow(c: TwinContext): Row {
  need(c, "view-realm", "manage-realm");
  const row = c.env.rows.get("keycloak.roles", `${c.get("realm")}/${c.req.param("role")}`);
  if (!row) throw fail(404, "Could not find role");
  return row;
}

function getRole(c: TwinContext): Response {
  return answer({ ...roleView(c, roleRow(c)), attributes: {} });
}

/** Roles of client `account` in the default role. */
const ACCOUNT_ROLES = [["view-profile", false], ["manage-account", true]] as const;

function listComposites(c: TwinContext, clients: boolean): Response {
  const parts = compositesOf(c, roleRow(c));
  const realm = c.get("realm");
  const account = ACCOUNT_ROLES.map(([name, composite]) => ({
    id: seededUuid(c.env.seed, `role/${realm}/account/${name}`),
    name,
    description: `\${role_${name}}`,
    composite,
    clientRole: true,
    containerId: clientUuid(c, realm, "account"),
  }));
  const realmParts = parts.map((row) => roleView(c, row));
  return answer(clients && parts.length > 0 ? [...realmParts, ...account] : realmParts);
}

function compositesOf(c: TwinContext, row: Row): Row[] {
  const names = (row.composites ?? []) as string[];
  return rowsAt(c, "keycloak.roles", names.map((name) => `${c.get("realm")}/${name}`));
}

function listMembers(c: TwinContext): Response {
  const role = roleRow(c);
  const { rows } = c.env;
  const ids = rows.by("keycloak.role_mappings", "role", role.name as string)
    .filter(([, row]) => row.realm === c.get("realm"))
    .map(([, { realm, user }]) => `${realm}/${user}`);
  const members = byUsername(rowsAt(c, "keycloak.users", ids));
  const brief = c.req.query("briefRepresentation") === "true";
  return answer(page(c, members, 100).map((row) => userView(c, row, brief)));
}

function defaultName(c: TwinContext): string {
  return `default-roles-${c.get("realm")}`;
}

/**
 * The roles that a user holds itself. Every user holds the realm's default role until it is taken
 * away, which the user's row tells.
 */
function direct(c: TwinContext, user: Row): Row[] {
  const mapped = c.env.rows.by("keycloak.role_mappings", "user_id", user.user_id as string)
    .map(([, row]) => row.role as string);
  const names = user.default_role === false ? mapped : [defaultName(c), ...mapped];
  return rowsAt(c, "keycloak.roles", names.map((name) => `${c.get("realm")}/${name}`));
}

function viewedUser(c: TwinContext): Row {
  const user = userRow(c);
  need(c, ...VIEW);
  return user;
}

function allMappings(c: TwinContext): Response {
  const roles = direct(c, viewedUser(c)).map((row) => roleView(c, row));
  return answer(roles.length === 0 ? {} : { realmMappings: roles });
}

function listMappings(c: TwinContext): Response {
  return answer(direct(c, viewedUser(c)).map((row) => roleView(c, row)));
}

function listAvailable(c: TwinContext): Response {
  const held = new Set(direct(c, viewedUser(c)).map(({ name }) => name));
  // Only roles that the caller may map are available.
  if (!holds(c, "manage-users")) return answer([]);
  const all = c.env.rows.by("keycloak.roles", "realm", c.get("realm"));
  return answer(
    all.filter(([, { name }]) => !held.has(name)).map(([, row]) => roleView(c, row)),
  );
}

function listEffective(c: TwinContext): Response {
  const held = direct(c, viewedUser(c));
  const all = new Map(
    held.flatMap((row) => [row, ...compositesOf(c, row)]).map((row) => [row.name, row]),
  );
  return answer([...all.values()].map((row) => roleView(c, row)));
}

/** The roles that a body names: they are looked up by id, and the name must be theirs. */
async function bodyRoles(c: TwinContext): Promise<Row[] | undefined> {
  const body = await jsonBody(c, "array");
  need(c, "manage-users");
  if (body === null) return undefined;
  return objects(body).map((item) => {
    if (item === null) throw broken();
    const [id, name] = [textField(item.id), textField(item.name)];
    const role = c.env.rows.get("keycloak.roles", `${c.get("realm")}/${name}`);
    if (!role || id !== role.role_id) throw fail(404, "Role not found");
    return role;
  });
}

async function addMappings(c: TwinContext): Promise<Response> {
  const user = userRow(c);
  for (const role of await bodyRoles(c) ?? []) {
    if (role.name === defaultName(c)) setDefaultRole(c, user, true);
    else {
      c.env.rows.put("keycloak.role_mappings", `${userKey(user)}/${role.name}`, {
        realm: user.realm as string,
        user: user.username as string,
        user_id: user.user_id as string,
        role: role.name as string,
      });
    }
  }
  record(c, "CREATE", user);
  return c.body(null, 204);
}

// A request without a body takes every role away.
async function removeMappings(c: TwinContext): Promise<Response> {
  const user = userRow(c);
  for (const role of await bodyRoles(c) ?? direct(c, user)) {
    if (role.name === defaultName(c)) setDefaultRole(c, user, false);
    else c.env.rows.delete("keycloak.role_mappings", `${userKey(user)}/${role.name}`);
  }
  record(c, "DELETE", user);
  return c.body(null, 204);
}

function setDefaultRole(c: TwinContext, user: Row, held: boolean): void {
  const { default_role: _, ...rest } = c.env.rows.get("keycloak.users", userKey(user)) ?? user;
  c.env.rows.put("keycloak.users", userKey(user), held ? rest : { ...rest, default_role: false });
}

function record(c: TwinContext, type: "CREATE" | "DELETE", user: Row): void {
  const path = `users/${user.user_id}/role-mappings/realm`;
  recordAdminEvent(c, type, { type: "REALM_ROLE_MAPPING", path });
}
