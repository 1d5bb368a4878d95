import type { Hono } from "hono";
import type { Json, Row } from "../../probes/mod.ts";
import { seededUuid } from "../seed/random.ts";
import { flagField, jsonBody, listField, textField } from "./_body.ts";
import { putPassword } from "./_credentials.ts";
import { joinGroups } from "./_groups.ts";
import { checkProfile, type Profile } from "./_profile.ts";
import { namesField, selects, type UserQuery } from "./_search.ts";
import {
  answer,
  broken,
  failMessage,
  holds,
  need,
  page,
  QUERY,
  recordAdminEvent,
  type TwinContext,
  type TwinEnv,
  userKey,
  userRow,
  VIEW,
  wholeNumber,
} from "./_state.ts";

/** Mounts users. */
export function mountUsers(app: Hono<TwinEnv>): void {
  app.get("/admin/realms/:realm/users", listUsers);
  app.get("/admin/realms/:realm/users/count", countUsers);
  app.post("/admin/realms/:realm/users", createUser);
  app.get("/admin/realms/:realm/users/:id", getUser);
  app.put("/admin/realms/:realm/users/:id", updateUser);
  app.delete("/admin/realms/:realm/users/:id", deleteUser);
}

/** A user as lists show it; `brief` leaves out attributes and what seldom matters. */
export function userView(c: TwinContext, row: Row, brief: boolean): Record<string, Json> {
  const attributes = Object.fromEntries(
    ["department", "title"].flatMap((name) => row[name] ? [[name, [row[name]]]] : []),
  );
  const common = {
    id: row.user_id as string,
    username: row.username as string,
    ...(row.first_name ? { firstName: row.first_name as string } : {}),
    ...(row.last_name ? { lastName: row.last_name as string } : {}),
    ...(row.email ? { email: row.email as string } : {}),
    emailVerified: row.email_verified as boolean,
    enabled: row.enabled as boolean,
    createdTimestamp: row.created as number,
  };
  if (brief) return common;
  const credentials = c.env.rows.by("keycloak.credentials", "user_id", row.user_id as string);
  return {
    ...common,
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
    totp: credentials.some(([, { type }]) => type === "otp"),
    disableableCredentialTypes: [],
    requiredActions: row.required_actions as Json[],
    notBefore: 0,
  };
}

/** What the caller may do with users, as the service tells beside each. */
function access(c: TwinContext): Record<string, boolean> {
  const manage = holds(c, "manage-users");
  return {
    manageGroupMembership: manage,
    view: true,
    mapRoles: manage,
    impersonate: false,
    manage,
  };
}

function userQuery(c: TwinContext): UserQuery {
  const flag = (name: string): boolean | undefined => {
    const text = c.req.query(name);
    return text === undefined ? undefined : text.toLowerCase() === "true";
  };
  return {
    search: c.req.query("search"),
    username: c.req.query("username"),
    email: c.req.query("email"),
    firstName: c.req.query("firstName"),
    lastName: c.req.query("lastName"),
    q: c.req.query("q"),
    enabled: flag("enabled"),
    emailVerified: flag("emailVerified"),
    exact: flag("exact") ?? false,
  };
}

/** The users that a query selects, by username. */
function selected(c: TwinContext, query: UserQuery, serviceAccounts: boolean): Row[] {
  const { rows } = c.env;
  const realm = c.get("realm");
  if (!holds(c, ...VIEW)) return [];
  if (query.search === undefined && query.exact && query.username !== undefined) {
    const row = rows.get("keycloak.users", `${realm}/${query.username.toLowerCase()}`);
    return row && selects(query, row) ? [row] : [];
  }
  return rows.by("keycloak.users", "realm", realm).map(([, row]) => row)
    .filter((row) => (serviceAccounts || !isServiceAccount(c, row)) && selects(query, row))
    .sort((a, b) => (a.username as string) < (b.username as string) ? -1 : 1);
}

/** Whether a user stands for a client: lists leave those out. */
function isServiceAccount(c: TwinContext, row: Row): boolean {
  for (const [, client] of c.env.rows.all("keycloak.clients")) {
    if (client.realm === row.realm && client.account === row.username) return true;
  }
  return false;
}

function listUsers(c: TwinContext): Response {
  need(c, ...QUERY);
  const query = userQuery(c);
  const byField = query.search === undefined && (namesField(query) || query.exact);
  // Both are read before anything is looked for.
  wholeNumber(c, "first");
  wholeNumber(c, "max");
  const brief = c.req.query("briefRepresentation") === "true";
  const found = page(c, selected(c, query, byField), 100);
  return answer(found.map((row) => ({ ...userView(c, row, brief), access: access(c) })));
}

// It counts by one kind of condition only, and never exactly.
function countUsers(c: TwinContext): Response {
  need(c, ...QUERY);
  const query = { ...userQuery(c), exact: false };
  const { search } = query;
  if (search !== undefined) return answer(selected(c, { search, exact: false }, true).length);
  return answer(selected(c, query, namesField(query)).length);
}

function getUser(c: TwinContext): Response {
  const row = userRow(c);
  need(c, ...VIEW);
  return answer({ ...userView(c, row, false), access: access(c) });
}

/** What a body says of a user; undefined is not said, null and "" are nothing. */
interface Said {
  username: string | null | undefined;
  email: string | null | undefined;
  firstName: string | null | undefined;
  lastName: string | null | undefined;
  enabled: boolean | null | undefined;
  emailVerified: boolean | null | undefined;
  requiredActions: string[] | null | undefined;
  attributes: Record<string, string> | undefined;
}

function said(body: Record<string, Json>): Said {
  return {
    username: textField(body.username),
    email: textField(body.email),
    firstName: textField(body.firstName),
    lastName: textField(body.lastName),
    enabled: flagField(body.enabled),
    emailVerified: flagField(body.emailVerified),
    requiredActions: listField(body.requiredActions),
    attributes: attributes(body.attributes),
  };
}

/** The two attributes that the profile knows; others are dropped, as unmanaged ones are. */
function attributes(value: Json | undefined): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) return {};
  return Object.fromEntries(
    ["department", "title"].map((name) => {
      const given = value[name];
      const [first] = Array.isArray(given) ? given : [given];
      return [name, textField(first) ?? ""];
    }),
  );
}

function checkFree(c: TwinContext, { username, email }: Profile, userId?: string): void {
  const { rows } = c.env;
  const realm = c.get("realm");
  const mine = (row: Row): boolean => row.user_id === userId;
  const other = email === "" ? undefined : rows.by("keycloak.users", "email", email)
    .find(([, row]) => row.realm === realm && !mine(row));
  if (other) throw failMessage(409, "User exists with same email");
  const named = rows.get("keycloak.users", `${realm}/${username}`);
  if (named && !mine(named)) throw failMessage(409, "User exists with same username");
}

/** Names of the required actions that a realm has. */
const ACTIONS: ReadonlySet<string> = new Set([
  "CONFIGURE_TOTP",
  "TERMS_AND_CONDITIONS",
  "UPDATE_PASSWORD",
  "UPDATE_PROFILE",
  "VERIFY_EMAIL",
  "VERIFY_PROFILE",
  "delete_account",
  "delete_credential",
  "update_user_locale",
  "webauthn-register",
  "webauthn-register-passwordless",
]);

async function createUser(c: TwinContext): Promise<Response> {
  const realm = c.get("realm");
  const body = await jsonBody(c, "object") as Record<string, Json> | null;
  need(c, "manage-users");
  if (body === null) throw broken();
  const user = said(body);
  const username = user.username?.trim().toLowerCase() ?? "";
  if (username === "") throw failMessage(400, "User name is missing");
  const profile = {
    username,
    email: user.email?.toLowerCase() ?? "",
    firstName: user.firstName ?? "",
    lastName: user.lastName ?? "",
    department: user.attributes?.department ?? "",
    title: user.attributes?.title ?? "",
  };
  checkFree(c, profile);
  checkProfile(profile);
  const { rows, seed, now } = c.env;
  const userId = seededUuid(seed, `created/${realm}/${username}/${rows.position}`);
  const row: Row = {
    realm,
    user_id: userId,
    username,
    // The real service leaves an account disabled unless the request enables it.
    enabled: user.enabled === true,
    email: profile.email,
    email_verified: user.emailVerified === true,
    first_name: profile.firstName,
    last_name: profile.lastName,
    department: profile.department,
    title: profile.title,
    required_actions: (user.requiredActions ?? []).filter((name) => ACTIONS.has(name)),
    created: now(),
  };
  const before = rows.position;
  rows.put("keycloak.users", userKey(row), row);
  try {
    joinGroups(c, row, listField(body.groups) ?? []);
    for (const credential of Array.isArray(body.credentials) ? body.credentials : []) {
      putPassword(c, userRowOf(c, row), credential as Record<string, Json>);
    }
  } catch (error) {
    rows.revert(before);
    throw error;
  }
  recordAdminEvent(c, "CREATE", { type: "USER", path: `users/${userId}` });
  const location = new URL(c.req.url);
  return c.body(null, 201, { Location: `${location.origin}${location.pathname}/${userId}` });
}

function userRowOf(c: TwinContext, row: Row): Row {
  return c.env.rows.get("keycloak.users", userKey(row)) ?? row;
}

async function updateUser(c: TwinContext): Promise<Response> {
  const row = userRow(c);
  const body = await jsonBody(c, "object") as Record<string, Json> | null;
  need(c, "manage-users");
  if (body === null) throw failMessage(400, "Could not update user!");
  const user = said(body);
  // A body with attributes states the whole profile; without, what it does not name stays.
  const kept = (column: string): string =>
    user.attributes === undefined ? String(row[column] ?? "") : "";
  const profile = {
    username: user.username?.trim().toLowerCase() || String(row.username),
    email: user.email?.toLowerCase() ?? kept("email"),
    firstName: user.firstName ?? kept("first_name"),
    lastName: user.lastName ?? kept("last_name"),
    department: user.attributes?.department ?? kept("department"),
    title: user.attributes?.title ?? kept("title"),
  };
  checkFree(c, profile, String(row.user_id));
  // A realm does not let usernames be edited unless told to.
  checkProfile(profile, profile.username !== row.username);
  c.env.rows.put("keycloak.users", userKey(row), {
    ...row,
    email: profile.email,
    first_name: profile.firstName,
    last_name: profile.lastName,
    department: profile.department,
    title: profile.title,
    enabled: user.enabled ?? row.enabled as boolean,
    email_verified: user.emailVerified ?? row.email_verified as boolean,
    required_actions: user.requiredActions?.filter((name) => ACTIONS.has(name)) ??
      row.required_actions as Json[],
  });
  recordAdminEvent(c, "UPDATE", { type: "USER", path: `users/${row.user_id}` });
  return c.body(null, 204);
}

function deleteUser(c: TwinContext): Response {
  const row = userRow(c);
  need(c, "manage-users");
  const { rows } = c.env;
  rows.delete("keycloak.users", userKey(row));
  for (const kind of ["role_mappings", "group_members", "credentials", "sessions"] as const) {
    for (const [id] of rows.by(`keycloak.${kind}`, "user_id", row.user_id as string)) {
      rows.delete(`keycloak.${kind}`, id);
    }
  }
  recordAdminEvent(c, "DELETE", { type: "USER", path: `users/${row.user_id}` });
  return c.body(null, 204);
}
