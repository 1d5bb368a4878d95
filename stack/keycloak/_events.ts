import type { Hono } from "hono";
import type { Row } from "../../probes/mod.ts";
import {
  answer,
  broken,
  clientUuid,
  HttpError,
  need,
  page,
  realmRow,
  type TwinContext,
  type TwinEnv,
} from "./_state.ts";

/** Mounts login events and admin events. */
export function mountEvents(app: Hono<TwinEnv>): void {
  app.get("/admin/realms/:realm/events", (c) => list(c, "login"));
  app.get("/admin/realms/:realm/admin-events", (c) => list(c, "admin"));
  app.delete("/admin/realms/:realm/events", (c) => clear(c, "login"));
  app.delete("/admin/realms/:realm/admin-events", (c) => clear(c, "admin"));
}

function realmId(c: TwinContext, realm: unknown): string {
  return realmRow(c, String(realm)).realm_id as string;
}

function loginView(c: TwinContext, row: Row): Record<string, unknown> {
  return {
    time: row.time,
    type: row.type,
    realmId: realmId(c, row.realm),
    clientId: row.client,
    ...(row.user_id ? { userId: row.user_id } : {}),
    ...(row.session ? { sessionId: row.session } : {}),
    ipAddress: row.ip,
    ...(row.error ? { error: row.error } : {}),
    details: row.details ?? { auth_method: "openid-connect", username: row.user },
  };
}

function adminView(c: TwinContext, row: Row): Record<string, unknown> {
  return {
    time: row.time,
    realmId: realmId(c, row.realm),
    authDetails: {
      realmId: realmId(c, row.realm),
      clientId: clientUuid(c, String(row.realm), String(row.client)),
      userId: row.user_id,
      ipAddress: row.ip,
    },
    operationType: row.type,
    resourceType: row.resource,
    resourcePath: row.path,
  };
}

/** The first moment of a day, read as leniently as Java's SimpleDateFormat reads `yyyy-MM-dd`. */
function day(c: TwinContext, name: "dateFrom" | "dateTo"): number | undefined {
  const text = c.req.query(name);
  if (text === undefined) return undefined;
  const [, year, month, date] = /^\s*(\d{1,6})-(\d{1,6})-(\d{1,6})/.exec(text) ?? [];
  if (year === undefined) {
    const shown = name === "dateFrom" ? "Date(From)" : "Date(To)";
    throw new HttpError(400, {
      error: `Invalid value for '${shown}', expected format is yyyy-MM-dd`,
    });
  }
  return Date.UTC(Number(year), Number(month) - 1, Number(date));
}

const LOGIN_TYPE =
  /^(LOGIN|LOGOUT|REGISTER|CODE_TO_TOKEN|CLIENT_LOGIN|REFRESH_TOKEN|UPDATE_PASSWORD|UPDATE_EMAIL|UPDATE_PROFILE|VERIFY_EMAIL|RESET_PASSWORD|IMPERSONATE|USER_DISABLED_BY_PERMANENT_LOCKOUT|PERMISSION_TOKEN|DELETE_ACCOUNT|REVOKE_GRANT|TOKEN_EXCHANGE|UPDATE_TOTP|REMOVE_TOTP|SEND_RESET_PASSWORD|SEND_VERIFY_EMAIL|INTROSPECT_TOKEN|USER_INFO_REQUEST|UPDATE_CREDENTIAL|REMOVE_CREDENTIAL)(_ERROR)?$/;
const OPERATION = /^(CREATE|UPDATE|DELETE|ACTION)$/;
const RESOURCE =
  /^(REALM|REALM_ROLE|REALM_ROLE_MAPPING|REALM_SCOPE_MAPPING|AUTH_FLOW|AUTH_EXECUTION_FLOW|AUTH_EXECUTION|AUTHENTICATOR_CONFIG|REQUIRED_ACTION|REQUIRED_ACTION_CONFIG|IDENTITY_PROVIDER|IDENTITY_PROVIDER_MAPPER|PROTOCOL_MAPPER|USER|USER_LOGIN_FAILURE|USER_SESSION|USER_FEDERATION_PROVIDER|USER_FEDERATION_MAPPER|GROUP|GROUP_MEMBERSHIP|CLIENT|CLIENT_INITIAL_ACCESS_MODEL|CLIENT_ROLE|CLIENT_ROLE_MAPPING|CLIENT_SCOPE|CLIENT_SCOPE_MAPPING|CLIENT_SCOPE_CLIENT_MAPPING|CLUSTER_NODE|COMPONENT|AUTHORIZATION_RESOURCE_SERVER|AUTHORIZATION_RESOURCE|AUTHORIZATION_SCOPE|AUTHORIZATION_POLICY|USER_PROFILE|ORGANIZATION|ORGANIZATION_MEMBERSHIP|CUSTOM)$/;

/** The values of a parameter that names members of an enumeration; others break the service. */
function members(c: TwinContext, name: string, known: RegExp): string[] | undefined {
  const values = c.req.queries(name);
  if (values?.some((value) => !known.test(value))) throw broken();
  return values;
}

function list(c: TwinContext, kind: "login" | "admin"): Response {
  need(c, "view-events", "manage-events");
  const from = day(c, "dateFrom") ?? -Infinity;
  const to = day(c, "dateTo") ?? Infinity;
  const wanted = kind === "login" ? loginFilter(c) : adminFilter(c);
  const found = c.env.rows.by("keycloak.events", "realm", c.get("realm"))
    .map(([, row]) => row)
    .filter((row) =>
      row.class === kind && (row.time as number) >= from &&
      (row.time as number) < to + 86_400_000 && wanted(row)
    )
    // Of one moment the later comes first.
    .reverse()
    .sort((a, b) => (b.time as number) - (a.time as number));
  const view = kind === "login" ? loginView : adminView;
  return answer(page(c, found, 100).map((row) => view(c, row)));
}

function loginFilter(c: TwinContext): (row: Row) => boolean {
  const types = members(c, "type", LOGIN_TYPE);
  const [user, client, ip] = ["user", "client", "ipAddress"].map((name) => c.req.query(name));
  return (row) =>
    (types === undefined || types.includes(row.type as string)) &&
    (user === undefined || row.user_id === user) &&
    (client === undefined || row.client === client) &&
    (ip === undefined || row.ip === ip);
}

function adminFilter(c: TwinContext): (row: Row) => boolean {
  const operations = members(c, "operationTypes", OPERATION);
  const resources = members(c, "resourceTypes", RESOURCE);
  const query = (name: string): string | undefined => c.req.query(name);
  const [realm, client, user] = [query("authRealm"), query("authClient"), query("authUser")];
  const [ip, path] = [query("authIpAddress"), query("resourcePath")];
  return (row) =>
    (operations === undefined || operations.includes(row.type as string)) &&
    (resources === undefined || resources.includes(row.resource as string)) &&
    (realm === undefined || realmId(c, row.realm) === realm) &&
    (client === undefined ||
      clientUuid(c, String(row.realm), String(row.client)) === client) &&
    (user === undefined || row.user_id === user) &&
    (ip === undefined || row.ip === ip) &&
    (path === undefined || wildcard(String(row.path), path));
}

function wildcard(text: string, pattern: string): boolean {
  const parts = pattern.split("*");
  if (parts.length === 1) return text === pattern;
  let from = 0;
  for (const [index, part] of parts.entries()) {
    const at = text.indexOf(part, from);
    if (at < 0 || (index === 0 && at !== 0)) return false;
    from = at + part.length;
  }
  return parts.at(-1) === "" || text.endsWith(parts.at(-1) as string);
}

function clear(c: TwinContext, kind: string): Response {
  need(c, "manage-events");
  for (const [id, row] of c.env.rows.by("keycloak.events", "realm", c.get("realm"))) {
    if (row.class === kind) c.env.rows.delete("keycloak.events", id);
  }
  return c.body(null, 204);
}
