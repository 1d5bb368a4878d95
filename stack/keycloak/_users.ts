import type { Hono } from "hono";
import type { Json, Row } from "../../probes/mod.ts";
import { credentialDigest } from "../seed/keycloak.ts";
import { seededUuid } from "../seed/random.ts";
import {
  fail,
  failMessage,
  HttpError,
  jsonBody,
  need,
  realmRow,
  recordAdminEvent,
  type TwinContext,
  type TwinEnv,
  userKey,
  userRow,
} from "./_state.ts";

/** Mounts users, their credentials and their sessions. */
export function mountUsers(app: Hono<TwinEnv>): void {
  app.get("/admin/realms/:realm/users", listUsers);
  app.get("/admin/realms/:realm/users/count", countUsers);
  app.post("/admin/realms/:realm/users", createUser);
  app.get("/admin/realms/:realm/users/:id", getUser);
  app.put("/admin/realms/:realm/users/:id", updateUser);
  app.delete("/admin/realms/:realm/users/:id", deleteUser);
  app.put("/admin/realms/:realm/users/:id/reset-password", resetPassword);
  app.get("/admin/realms/:realm/users/:id/credentials", listCredentials);
  app.delete("/admin/realms/:realm/users/:id/credentials/:credential", deleteCredential);
  app.get("/admin/realms/:realm/users/:id/sessions", listSessions);
  app.post("/admin/realms/:realm/users/:id/logout", logout);
}

function representation(row: Row, brief: boolean): Record<string, Json> {
  return {
    id: row.user_id as string,
    username: row.username as string,
    ...(row.first_name ? { firstName: row.first_name as string } : {}),
    ...(row.last_name ? { lastName: row.last_name as string } : {}),
    ...(row.email ? { email: row.email as string } : {}),
    emailVerified: row.email_verified as boolean,
    ...(brief ? {} : {
      attributes: {
        ...(row.department ? { department: [row.department as string] } : {}),
        ...(row.title ? { title: [row.title as string] } : {}),
      },
    }),
    enabled: row.enabled as boolean,
    createdTimestamp: row.created as number,
    totp: false,
    disableableCredentialTypes: [],
    requiredActions: row.required_actions as Json[],
    notBefore: 0,
  };
}

/** The users that the query parameters select, by username. */
function selected(c: TwinContext): Row[] {
  const { rows } = c.env;
  const realm = c.get("realm");
  const search = c.req.query("search");
  const exact = c.req.query("exact") === "true";
  const fields = [
    ["username", "username"],
    ["email", "email"],
    ["firstName", "first_name"],
    ["lastName", "last_name"],
  ] as const;
  const wanted = fields.flatMap(([parameter, column]) => {
    const value = c.req.query(parameter);
    return value === undefined ? [] : [{ column, value: value.toLowerCase() }];
  });
  const enabled = c.req.query("enabled");
  const [only] = wanted;
  if (search === undefined && exact && wanted.length === 1 && only?.column === "username") {
    const row = rows.get("keycloak.users", `${realm}/${only.value}`);
    return row ? [row] : [];
  }
  return rows.by("keycloak.users", "realm", realm).map(([, row]) => row).filter((row) => {
    if (enabled !== undefined && String(row.enabled) !== enabled) return false;
    if (search !== undefined) return matchesSearch(row, search);
    return wanted.every(({ column, value }) => {
      const text = String(row[column] ?? "").toLowerCase();
      return exact ? text === value : text.includes(value);
    });
  });
}

function byUsername(a: Row, b: Row): number {
  return (a.username as string) < (b.username as string) ? -1 : 1;
}

// Prefix by default, infix with "*", exact in double quotes: "Admin REST API: search users".
function matchesSearch(row: Row, search: string): boolean {
  const texts = [row.username, row.email, row.first_name, row.last_name].map((text) =>
    String(text ?? "").toLowerCase()
  );
  if (search.startsWith("id:")) return row.user_id === search.slice(3).trim();
  const words = search.trim().toLowerCase().split(/\s+/).slice(0, 16);
  return words.every((word) => {
    if (word.length > 1 && word.startsWith('"') && word.endsWith('"')) {
      return texts.includes(word.slice(1, -1));
    }
    const inner = word.split("*").filter((part) => part !== "");
    if (!word.includes("*")) return texts.some((text) => text.startsWith(word));
    return texts.some((text) => containsInOrder(text, inner, !word.startsWith("*")));
  });
}

function containsInOrder(text: string, parts: readonly string[], anchored: boolean): boolean {
  let from = 0;
  for (const [index, part] of parts.entries()) {
    const at = text.indexOf(part, from);
    if (at < 0 || (anchored && index === 0 && at !== 0)) return false;
    from = at + part.length;
  }
  return true;
}

function wholeNumber(c: TwinContext, name: string, otherwise: number): number {
  const text = c.req.query(name);
  if (text === undefined) return otherwise;
  const value = Number(text);
  // A query parameter that is no 32-bit integer is a 404 in JAX-RS.
  if (!Number.isInteger(value) || Math.abs(value) > 2_147_483_647) {
    throw fail(404, "HTTP 404 Not Found");
  }
  return value < 0 ? otherwise : value;
}

function listUsers(c: TwinContext): Response {
  realmRow(c, c.get("realm"));
  need(c, "query-users", "view-users", "manage-users");
  const first = wholeNumber(c, "first", 0);
  const max = wholeNumber(c, "max", 100);
  const brief = c.req.query("briefRepresentation") === "true";
  return c.json(
    selected(c).sort(byUsername).slice(first, first + max).map((row) => representation(row, brief)),
  );
}

function countUsers(c: TwinContext): Response {
  realmRow(c, c.get("realm"));
  need(c, "query-users", "view-users", "manage-users");
  return c.json(selected(c).length);
}

function getUser(c: TwinContext): Response {
  const row = userRow(c);
  need(c, "view-users");
  return c.json(representation(row, false));
}

interface UserBody {
  username?: unknown;
  email?: unknown;
  firstName?: unknown;
  lastName?: unknown;
  enabled?: unknown;
  emailVerified?: unknown;
  requiredActions?: unknown;
}

const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,255}$/;
// The user profile's default validator "username-prohibited-characters".
// deno-lint-ignore no-control-regex
const PROHIBITED = /[<>&"'\s!,?/\\`$%+|=~^;:*()[\]{}#]|[\u0000-\u001f]/;

function checkProfile(body: UserBody): void {
  const invalid = (field: string, errorMessage: string, params: Json[]): HttpError =>
    new HttpError(400, { field, errorMessage, params });
  const { username, email } = body;
  if (username !== undefined) {
    const name = String(username);
    if (name.length < 3 || name.length > 255) {
      throw invalid("username", "error-invalid-length", ["username", 3, 255]);
    }
    if (PROHIBITED.test(name)) {
      throw invalid("username", "error-username-invalid-character", ["username"]);
    }
  }
  if (typeof email === "string" && email !== "" && (email.length > 254 || !EMAIL.test(email))) {
    throw invalid("email", "error-invalid-email", ["email"]);
  }
  for (const field of ["firstName", "lastName"] as const) {
    const value = body[field];
    if (typeof value === "string" && value.length > 255) {
      throw invalid(field, "error-invalid-length", [field, 0, 255]);
    }
  }
}

function checkEmailFree(c: TwinContext, email: string, userId?: string): void {
  const other = c.env.rows.by("keycloak.users", "email", email).find(([, row]) =>
    row.realm === c.get("realm") && row.user_id !== userId
  );
  if (other) throw failMessage(409, "User exists with same email");
}

async function createUser(c: TwinContext): Promise<Response> {
  const realm = c.get("realm");
  realmRow(c, realm);
  need(c, "manage-users");
  const body = await jsonBody(c, "object") as UserBody;
  const username = typeof body.username === "string" ? body.username.trim().toLowerCase() : "";
  if (username === "") throw failMessage(400, "User name is missing");
  const { rows, seed, now } = c.env;
  if (rows.get("keycloak.users", `${realm}/${username}`)) {
    throw failMessage(409, "User exists with same username");
  }
  const email = typeof body.email === "string" ? body.email.toLowerCase() : "";
  if (email !== "") checkEmailFree(c, email);
  checkProfile({ ...body, username });
  const userId = seededUuid(seed, `created/${realm}/${username}/${rows.position}`);
  rows.put("keycloak.users", `${realm}/${username}`, {
    realm,
    user_id: userId,
    username,
    // The real service leaves an account disabled unless the request enables it.
    enabled: body.enabled === true,
    email,
    email_verified: body.emailVerified === true,
    first_name: typeof body.firstName === "string" ? body.firstName : "",
    last_name: typeof body.lastName === "string" ? body.lastName : "",
    department: "",
    title: "",
    required_actions: [],
    created: now(),
  });
  recordAdminEvent(c, "CREATE", { type: "USER", path: `users/${userId}` });
  const location = new URL(c.req.url);
  return c.body(null, 201, { Location: `${location.origin}${location.pathname}/${userId}` });
}

async function updateUser(c: TwinContext): Promise<Response> {
  const row = userRow(c);
  need(c, "manage-users");
  const body = await jsonBody(c, "object") as UserBody;
  if (typeof body.username === "string" && body.username.toLowerCase() !== row.username) {
    // editUsernameAllowed is off, the default of a realm.
    throw new HttpError(400, {
      field: "username",
      errorMessage: "error-user-attribute-read-only",
      params: ["username"],
    });
  }
  checkProfile(body);
  const text = (value: unknown, column: string): Json =>
    typeof value === "string" ? value : row[column] as Json;
  const flag = (value: unknown, column: string): Json =>
    typeof value === "boolean" ? value : row[column] as Json;
  const email = typeof body.email === "string" ? body.email.toLowerCase() : String(row.email);
  if (email !== "" && email !== row.email) checkEmailFree(c, email, String(row.user_id));
  const actions = Array.isArray(body.requiredActions)
    ? body.requiredActions.filter((action) => typeof action === "string").slice(0, 20)
    : row.required_actions as Json[];
  c.env.rows.put("keycloak.users", userKey(row), {
    ...row,
    email,
    first_name: text(body.firstName, "first_name"),
    last_name: text(body.lastName, "last_name"),
    enabled: flag(body.enabled, "enabled"),
    email_verified: flag(body.emailVerified, "email_verified"),
    required_actions: actions,
  });
  recordAdminEvent(c, "UPDATE", { type: "USER", path: `users/${row.user_id}` });
  return c.body(null, 204);
}

function deleteUser(c: TwinContext): Response {
  const row = userRow(c);
  need(c, "manage-users");
  const { rows } = c.env;
  rows.delete("keycloak.users", userKey(row));
  for (const kind of ["role_mappings", "credentials", "sessions"] as const) {
    for (const [id] of rows.by(`keycloak.${kind}`, "user_id", row.user_id as string)) {
      rows.delete(`keycloak.${kind}`, id);
    }
  }
  recordAdminEvent(c, "DELETE", { type: "USER", path: `users/${row.user_id}` });
  return c.body(null, 204);
}

async function resetPassword(c: TwinContext): Promise<Response> {
  const row = userRow(c);
  need(c, "reset-password");
  const body = await jsonBody(c, "object") as Record<string, unknown>;
  const value = body.value;
  if (typeof value !== "string" || value.trim() === "") {
    throw fail(400, "Empty password not allowed");
  }
  if (value.length < 8) {
    throw new HttpError(400, {
      error: "invalidPasswordMinLengthMessage",
      error_description: "Invalid password: minimum length 8.",
    });
  }
  const { rows, seed, now } = c.env;
  const temporary = body.temporary === true;
  const id = `${userKey(row)}/password`;
  const old = rows.get("keycloak.credentials", id);
  const userId = String(row.user_id);
  rows.put("keycloak.credentials", id, {
    realm: row.realm as string,
    user: row.username as string,
    user_id: userId,
    type: "password",
    temporary,
    digest: credentialDigest(userId, value),
    credential_id: old?.credential_id ?? seededUuid(seed, `credential/${id}/${rows.position}`),
    created: now(),
  });
  const actions = (row.required_actions as string[]).filter((name) => name !== "UPDATE_PASSWORD");
  const required_actions = temporary ? [...actions, "UPDATE_PASSWORD"] : actions;
  rows.put("keycloak.users", userKey(row), { ...row, required_actions });
  recordAdminEvent(c, "ACTION", { type: "USER", path: `users/${userId}/reset-password` });
  return c.body(null, 204);
}

function listCredentials(c: TwinContext): Response {
  const row = userRow(c);
  need(c, "view-users");
  const found = c.env.rows.by("keycloak.credentials", "user_id", row.user_id as string);
  return c.json(found.map(([, credential]) => ({
    id: credential.credential_id,
    type: credential.type,
    createdDate: credential.created,
    ...(credential.type === "password"
      ? { credentialData: '{"hashIterations":5,"algorithm":"argon2","additionalParameters":{}}' }
      : { userLabel: "Authenticator", credentialData: '{"subType":"totp","digits":6}' }),
  })));
}

function deleteCredential(c: TwinContext): Response {
  const row = userRow(c);
  need(c, "manage-users");
  const found = c.env.rows.by("keycloak.credentials", "user_id", row.user_id as string).find((
    [, credential],
  ) => credential.credential_id === c.req.param("credential"));
  if (!found) throw fail(404, "Credential not found");
  c.env.rows.delete("keycloak.credentials", found[0]);
  recordAdminEvent(c, "DELETE", { type: "USER", path: `users/${row.user_id}/credentials` });
  return c.body(null, 204);
}

function listSessions(c: TwinContext): Response {
  const row = userRow(c);
  need(c, "view-users");
  const found = c.env.rows.by("keycloak.sessions", "user_id", row.user_id as string);
  return c.json(found.map(([, session]) => ({
    id: session.session_id,
    username: session.user,
    userId: session.user_id,
    ipAddress: session.ip,
    start: session.start,
    lastAccess: session.last_access,
    rememberMe: false,
    clients: { [seededUuid(c.env.seed, `client/${session.client}`)]: session.client },
  })));
}

function logout(c: TwinContext): Response {
  const row = userRow(c);
  need(c, "manage-sessions");
  for (const [id] of c.env.rows.by("keycloak.sessions", "user_id", row.user_id as string)) {
    c.env.rows.delete("keycloak.sessions", id);
  }
  recordAdminEvent(c, "ACTION", { type: "USER", path: `users/${row.user_id}/logout` });
  return c.body(null, 204);
}
