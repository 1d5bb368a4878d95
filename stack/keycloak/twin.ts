import { Hono } from "hono";
import { credentialDigest } from "../seed/keycloak.ts";
import { seededUuid } from "../seed/random.ts";
import type { RowOverlay } from "../state/row_store.ts";
import { mountEvents } from "./_events.ts";
import { mountRoles } from "./_roles.ts";
import {
  fail,
  HttpError,
  realmRow,
  signToken,
  type TwinContext,
  type TwinEnv,
  verifyToken,
} from "./_state.ts";
import { mountUsers } from "./_users.ts";
import { AGENT_RIGHTS, allows, type RealmRights, rightsOf } from "./rights.ts";
import { AGENT_ACCOUNT } from "../seed/people.ts";

/** Options for {@linkcode keycloakFetch}. */
export interface KeycloakOptions {
  /** Seed of the world, for identifiers of what is created. */
  seed: number;
  /** Key that signs tokens. */
  key: string;
  /** Milliseconds since the epoch as the service sees them. */
  now: () => number;
}

/**
 * Returns a `fetch` that answers as the admin REST API and the token endpoint of Keycloak 26, over
 * the given rows. No port is opened.
 */
export function keycloakFetch(
  rows: RowOverlay,
  options: KeycloakOptions,
): (request: Request) => Promise<Response> {
  const state = { rows, ...options, rights: accountRights };
  return async (request) => await app.fetch(request, state);
}

function accountRights(_realm: string, username: string): RealmRights {
  return username === AGENT_ACCOUNT ? AGENT_RIGHTS : rightsOf(username);
}

const app = createApp();

function createApp(): Hono<TwinEnv> {
  const app = new Hono<TwinEnv>();
  app.onError((error, c) => {
    if (error instanceof HttpError) return c.json(error.body, error.status);
    throw error;
  });
  app.notFound((c) => c.json({ error: "HTTP 404 Not Found" }, 404));
  app.post("/realms/:realm/protocol/openid-connect/token", token);
  app.use("/admin/*", async (c, next) => {
    authenticate(c);
    await next();
  });
  app.use("/admin/realms/:realm/*", async (c, next) => {
    c.set("realm", c.req.param("realm"));
    await next();
  });
  app.use("/admin/realms/:realm", async (c, next) => {
    c.set("realm", c.req.param("realm") ?? "");
    await next();
  });
  app.get("/admin/realms", listRealms);
  app.get("/admin/realms/:realm", getRealm);
  mountUsers(app);
  mountRoles(app);
  mountEvents(app);
  return app;
}

function authenticate(c: TwinContext): void {
  const header = c.req.header("authorization") ?? "";
  const claims = header.toLowerCase().startsWith("bearer ")
    ? verifyToken(c.env.key, header.slice(7).trim())
    : undefined;
  const user = claims &&
    c.env.rows.get("keycloak.users", `${claims.realm}/${claims.preferred_username}`);
  if (!claims || !user?.enabled || user.user_id !== claims.sub) {
    throw new HttpError(401, { error: "HTTP 401 Unauthorized" });
  }
  c.set("caller", {
    realm: claims.realm,
    username: claims.preferred_username,
    userId: claims.sub,
    rights: c.env.rights(claims.realm, claims.preferred_username),
  });
}

function listRealms(c: TwinContext): Response {
  const { rights } = c.get("caller");
  const realms = [...c.env.rows.all("keycloak.realms")].flatMap(([name, row]) => {
    if ((rights[name] ?? []).length === 0) return [];
    return [allows(rights, name, "view-realm") ? realmView(row) : { realm: name }];
  });
  if (realms.length === 0) throw fail(403, "HTTP 403 Forbidden");
  return c.json(realms);
}

function getRealm(c: TwinContext): Response {
  const row = realmRow(c, c.get("realm"));
  const { rights } = c.get("caller");
  const name = row.realm as string;
  if ((rights[name] ?? []).length === 0) throw fail(403, "HTTP 403 Forbidden");
  return c.json(allows(rights, name, "view-realm") ? realmView(row) : { realm: name });
}

function realmView(row: Record<string, unknown>): Record<string, unknown> {
  return {
    id: row.realm_id,
    realm: row.realm,
    displayName: row.display_name,
    enabled: row.enabled,
    sslRequired: "external",
    registrationAllowed: false,
    eventsEnabled: true,
    adminEventsEnabled: true,
  };
}

// OpenID Connect token endpoint: client credentials and the resource owner password grant.
async function token(c: TwinContext): Promise<Response> {
  const realm = c.req.param("realm") ?? "";
  const { rows } = c.env;
  if (!rows.get("keycloak.realms", realm)) {
    return c.json({ error: "Realm does not exist" }, 404);
  }
  const form = new URLSearchParams(await c.req.text());
  const field = (name: string): string => form.get(name) ?? "";
  const refuse = (status: 400 | 401, error: string, error_description: string): Response =>
    c.json({ error, error_description }, status);
  const client = rows.get("keycloak.clients", `${realm}/${field("client_id")}`);
  const publicClient = field("client_id") === "admin-cli";
  const proven = client &&
    client.secret_digest === credentialDigest(field("client_id"), field("client_secret"));
  if (!publicClient && !proven) {
    return refuse(401, "unauthorized_client", "Invalid client or Invalid client credentials");
  }
  switch (field("grant_type")) {
    case "client_credentials":
      if (!client) {
        return refuse(
          401,
          "unauthorized_client",
          "Public client not allowed to retrieve service account",
        );
      }
      return c.json(issue(c, realm, client.account as string));
    case "password": {
      const username = field("username").toLowerCase();
      const user = rows.get("keycloak.users", `${realm}/${username}`);
      const credential = rows.get("keycloak.credentials", `${realm}/${username}/password`);
      const digest = user && credentialDigest(String(user.user_id), field("password"));
      if (!user || credential?.digest !== digest) {
        return refuse(401, "invalid_grant", "Invalid user credentials");
      }
      if (!user.enabled) return refuse(400, "invalid_grant", "Account disabled");
      if ((user.required_actions as string[]).length > 0) {
        return refuse(400, "invalid_grant", "Account is not fully set up");
      }
      return c.json(issue(c, realm, username));
    }
    case "":
      return refuse(400, "invalid_request", "Missing form parameter: grant_type");
    default:
      return refuse(400, "unsupported_grant_type", "Unsupported grant_type");
  }
}

function issue(c: TwinContext, realm: string, username: string): Record<string, unknown> {
  const user = c.env.rows.get("keycloak.users", `${realm}/${username}`);
  const claims = { realm, sub: String(user?.user_id), preferred_username: username };
  return {
    access_token: signToken(c.env.key, claims),
    expires_in: 300,
    refresh_expires_in: 0,
    token_type: "Bearer",
    "not-before-policy": 0,
    scope: "profile email",
    session_state: seededUuid(c.env.seed, `login/${realm}/${username}`),
  };
}
