import type { Hono } from "hono";
import type { Row } from "../../probes/mod.ts";
import {
  answer,
  byUsername,
  fail,
  failMessage,
  holds,
  need,
  page,
  recordAdminEvent,
  rowsAt,
  type TwinContext,
  type TwinEnv,
  userKey,
  userRow,
  VIEW,
} from "./_state.ts";
import { userView } from "./_users.ts";

/** Mounts groups and who is in them. */
export function mountGroups(app: Hono<TwinEnv>): void {
  const realm = "/admin/realms/:realm";
  app.get(`${realm}/groups`, listGroups);
  app.get(`${realm}/groups/count`, countGroups);
  app.get(`${realm}/groups/:group`, getGroup);
  app.get(`${realm}/groups/:group/children`, listChildren);
  app.get(`${realm}/groups/:group/members`, listMembers);
  app.get(`${realm}/users/:id/groups`, listMemberships);
  app.get(`${realm}/users/:id/groups/count`, countMemberships);
  app.put(`${realm}/users/:id/groups/:group`, join);
  app.delete(`${realm}/users/:id/groups/:group`, leave);
}

const LIST = ["query-groups", ...VIEW] as const;

function brief(row: Row): Record<string, unknown> {
  return { id: row.group_id, name: row.name, path: row.path, subGroups: [] };
}

function full(c: TwinContext, row: Row, whole: boolean): Record<string, unknown> {
  const manage = holds(c, "manage-users");
  return {
    ...brief(row),
    subGroupCount: 0,
    ...(whole ? { attributes: {}, realmRoles: [], clientRoles: {} } : {}),
    access: {
      view: true,
      viewMembers: true,
      manageMembers: manage,
      manage,
      manageMembership: manage,
    },
  };
}

function found(c: TwinContext, rows: readonly Row[]): Row[] {
  const search = c.req.query("search")?.toLowerCase();
  const exact = c.req.query("exact") === "true";
  return rows.filter(({ name }) => {
    const text = String(name).toLowerCase();
    return search === undefined || (exact ? text === search : text.includes(search));
  }).sort((a, b) => String(a.name) < String(b.name) ? -1 : 1);
}

function realmGroups(c: TwinContext): Row[] {
  return c.env.rows.by("keycloak.groups", "realm", c.get("realm")).map(([, row]) => row);
}

function listGroups(c: TwinContext): Response {
  need(c, ...LIST);
  // Who may only ask sees the groups that are open to them: none.
  const groups = holds(c, ...VIEW) ? page(c, found(c, realmGroups(c))) : [];
  const whole = c.req.query("briefRepresentation") === "false";
  return answer(groups.map((row) => full(c, row, whole)));
}

function countGroups(c: TwinContext): Response {
  need(c, ...LIST);
  return answer({ count: found(c, realmGroups(c)).length });
}

function groupRow(c: TwinContext, refusal: string): Row {
  const group = c.env.rows.by("keycloak.groups", "group_id", c.req.param("group") ?? "")
    .find(([, row]) => row.realm === c.get("realm"));
  if (!group) throw fail(404, refusal);
  return group[1];
}

function namedGroup(c: TwinContext): Row {
  const group = groupRow(c, "Could not find group by id");
  need(c, ...VIEW);
  return group;
}

function getGroup(c: TwinContext): Response {
  return answer(full(c, namedGroup(c), true));
}

function listChildren(c: TwinContext): Response {
  namedGroup(c);
  return answer([]);
}

function listMembers(c: TwinContext): Response {
  const group = namedGroup(c);
  const { rows } = c.env;
  const ids = rows.by("keycloak.group_members", "group_id", group.group_id as string)
    .map(([, { realm, user }]) => `${realm}/${user}`);
  const users = byUsername(rowsAt(c, "keycloak.users", ids));
  const short = c.req.query("briefRepresentation") === "true";
  return answer(page(c, users, 100).map((row) => userView(c, row, short)));
}

function memberships(c: TwinContext, user: Row): Row[] {
  const { rows } = c.env;
  return rows.by("keycloak.group_members", "user_id", user.user_id as string)
    .flatMap(([, member]) => rows.by("keycloak.groups", "group_id", member.group_id as string))
    .map(([, row]) => row);
}

function listMemberships(c: TwinContext): Response {
  const user = userRow(c);
  need(c, ...VIEW);
  return answer(page(c, found(c, memberships(c, user))).map(brief));
}

function countMemberships(c: TwinContext): Response {
  const user = userRow(c);
  need(c, ...VIEW);
  return answer({ count: found(c, memberships(c, user)).length });
}

function put(c: TwinContext, user: Row, group: Row): void {
  c.env.rows.put("keycloak.group_members", `${userKey(user)}/${group.name}`, {
    realm: user.realm as string,
    user: user.username as string,
    user_id: user.user_id as string,
    group_id: group.group_id as string,
    path: group.path as string,
  });
}

/** Makes a new user a member of the groups that its representation names by path. */
export function joinGroups(c: TwinContext, user: Row, paths: readonly string[]): void {
  for (const path of paths) {
    const group = realmGroups(c).find((row) => row.path === path);
    if (!group) throw failMessage(400, `Unable to find group specified by path: ${path}`);
    put(c, user, group);
  }
}

function join(c: TwinContext): Response {
  const user = userRow(c);
  need(c, "manage-users");
  const group = groupRow(c, "Group not found");
  const id = `${userKey(user)}/${group.name}`;
  if (c.env.rows.get("keycloak.group_members", id)) return c.body(null, 204);
  put(c, user, group);
  record(c, "CREATE", user, group);
  return c.body(null, 204);
}

function leave(c: TwinContext): Response {
  const user = userRow(c);
  need(c, "manage-users");
  const group = groupRow(c, "Group not found");
  const id = `${userKey(user)}/${group.name}`;
  if (!c.env.rows.get("keycloak.group_members", id)) return c.body(null, 204);
  c.env.rows.delete("keycloak.group_members", id);
  record(c, "DELETE", user, group);
  return c.body(null, 204);
}

function record(c: TwinContext, type: "CREATE" | "DELETE", user: Row, group: Row): void {
  const path = `users/${user.user_id}/groups/${group.group_id}`;
  recordAdminEvent(c, type, { type: "GROUP_MEMBERSHIP", path });
}
