import type { Hono } from "hono";
import type { Json, Row } from "../../probes/mod.ts";
import {
  fail,
  jsonBody,
  need,
  realmRow,
  recordAdminEvent,
  type TwinContext,
  type TwinEnv,
  userKey,
  userRow,
} from "./_state.ts";

/** Mounts realm roles and their mappings to users. */
export function mountRoles(app: Hono<TwinEnv>): void {
  app.get("/admin/realms/:realm/roles", listRoles);
  app.get("/admin/realms/:realm/roles/:role", getRole);
  app.get("/admin/realms/:realm/roles/:role/users", listMembers);
  app.get("/admin/realms/:realm/users/:id/role-mappings/realm", listMappings);
  app.post("/admin/realms/:realm/users/:id/role-mappings/realm", addMappings);
  app.delete("/admin/realms/:realm/users/:id/role-mappings/realm", removeMappings);
}

function representation(c: TwinContext, row: Row): Record<string, Json> {
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
  realmRow(c, c.get("realm"));
  // Listing is open to every admin who may view the realm or map a role.
  need(c, "view-realm", "query-users", "map-roles");
  const search = c.req.query("search")?.toLowerCase();
  const rows = c.env.rows.by("keycloak.roles", "realm", c.get("realm")).map(([, row]) => row)
    .filter((row) => search === undefined || String(row.name).toLowerCase().includes(search))
    .sort((a, b) => String(a.name) < String(b.name) ? -1 : 1);
  return c.json(rows.map((row) => representation(c, row)));
}

function roleRow(c: TwinContext): Row {
  const row = c.env.rows.get("keycloak.roles", `${c.get("realm")}/${c.req.param("role")}`);
  if (!row) throw fail(404, "Could not find role");
  return row;
}

function getRole(c: TwinContext): Response {
  realmRow(c, c.get("realm"));
  need(c, "view-realm", "query-users", "map-roles");
  return c.json(representation(c, roleRow(c)));
}

function listMembers(c: TwinContext): Response {
  realmRow(c, c.get("realm"));
  need(c, "view-users");
  const role = roleRow(c);
  const members = c.env.rows.by("keycloak.role_mappings", "role", role.name as string)
    .filter(([, row]) => row.realm === c.get("realm"))
    .map(([, row]) => ({ id: row.user_id as string, username: row.user as string }));
  return c.json(members.slice(0, 100));
}

function listMappings(c: TwinContext): Response {
  const user = userRow(c);
  need(c, "view-users");
  const realm = c.get("realm");
  const mapped = c.env.rows.by("keycloak.role_mappings", "user_id", user.user_id as string)
    .map(([, row]) => row.role as string);
  // Every user holds the realm's default composite; it is no mapping of its own here.
  const names = [`default-roles-${realm}`, ...mapped];
  return c.json(names.flatMap((name) => {
    const role = c.env.rows.get("keycloak.roles", `${realm}/${name}`);
    return role ? [representation(c, role)] : [];
  }));
}

/** The roles that a body names; Keycloak looks them up by name and checks the id. */
async function bodyRoles(c: TwinContext): Promise<Row[]> {
  const body = await jsonBody(c, "array") as unknown[];
  return body.map((item) => {
    const { id, name } = (item ?? {}) as { id?: unknown; name?: unknown };
    const role = c.env.rows.get("keycloak.roles", `${c.get("realm")}/${name}`);
    if (!role || (id !== undefined && id !== role.role_id)) throw fail(404, "Role not found");
    return role;
  });
}

async function addMappings(c: TwinContext): Promise<Response> {
  const user = userRow(c);
  need(c, "map-roles");
  const roles = await bodyRoles(c);
  for (const role of roles) {
    if (role.name === `default-roles-${c.get("realm")}`) continue;
    c.env.rows.put("keycloak.role_mappings", `${userKey(user)}/${role.name}`, {
      realm: user.realm as string,
      user: user.username as string,
      user_id: user.user_id as string,
      role: role.name as string,
    });
  }
  record(c, "CREATE", user);
  return c.body(null, 204);
}

async function removeMappings(c: TwinContext): Promise<Response> {
  const user = userRow(c);
  need(c, "map-roles");
  for (const role of await bodyRoles(c)) {
    c.env.rows.delete("keycloak.role_mappings", `${userKey(user)}/${role.name}`);
  }
  record(c, "DELETE", user);
  return c.body(null, 204);
}

function record(c: TwinContext, type: "CREATE" | "DELETE", user: Row): void {
  const path = `users/${user.user_id}/role-mappings/realm`;
  recordAdminEvent(c, type, { type: "REALM_ROLE_MAPPING", path });
}
