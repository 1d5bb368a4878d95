import { Hono } from "hono";
import type { RowOverlay } from "../state/row_store.ts";
import { mountCredentials } from "./_credentials.ts";
import { mountEvents } from "./_events.ts";
import { mountGroups } from "./_groups.ts";
import { mountRoles } from "./_roles.ts";
import { mountSessions } from "./_sessions.ts";
import {
  answer,
  fail,
  holds,
  HttpError,
  need,
  realmRow,
  type TwinContext,
  type TwinEnv,
} from "./_state.ts";
import { activeClaims, token } from "./_tokens.ts";
import { mountUsers } from "./_users.ts";
import { type AdminRight, rightsOf } from "./rights.ts";

/** Options for {@linkcode keycloakFetch}. */
export interface KeycloakOptions {
  /** Seed of the world, for identifiers of what is created. */
  seed: number;
  /** Key that signs tokens. */
  key: string;
  /** Milliseconds since the epoch as the service sees them. */
  now: () => number;
  /**
   * Rights of an account.
   * @default {those of the agent and of the personas}
   */
  rights?: (realm: string, username: string) => readonly AdminRight[];
}

/**
 * Returns a `fetch` that answers as the admin REST API and the token endpoint of Keycloak 26.0, over
 * the given rows. No port is opened.
 */
export function keycloakFetch(
  rows: RowOverlay,
  options: KeycloakOptions,
): (request: Request) => Promise<Response> {
  const state = { rights: rightsOf, rows, ...options };
  return async (request) => await app.fetch(request, state);
}

const app = createApp();

function createApp(): Hono<TwinEnv> {
  const app = new Hono<TwinEnv>();
  app.onError((error, c) => {
    if (error instanceof HttpError) return c.json(error.body, error.status);
    throw error;
  });
  app.notFound((c) => {
    const known = c.req.path.startsWith("/admin/");
    const error = known ? "HTTP 404 Not Found" : "Unable to find matching target resource method";
    return c.json({ error }, 404);
  });
  app.post("/realms/:realm/protocol/openid-connect/token", token);
  app.use("/admin/*", async (c, next) => {
    authenticate(c);
    await next();
  });
  for (const path of ["/admin/realms/:realm/*", "/admin/realms/:realm"] as const) {
    app.use(path, async (c, next) => {
      enterRealm(c, c.req.param("realm") ?? "");
      await next();
    });
  }
  app.get("/admin/realms", listRealms);
  app.get("/admin/realms/:realm", getRealm);
  mountUsers(app);
  mountCredentials(app);
  mountSessions(app);
  mountGroups(app);
  mountRoles(app);
  mountEvents(app);
  const paths = new Set(app.routes.flatMap(({ path, method }) => method === "ALL" ? [] : [path]));
  for (const path of paths) {
    app.all(path, () => {
      throw fail(405, "HTTP 405 Method Not Allowed");
    });
  }
  return app;
}

function authenticate(c: TwinContext): void {
  const header = c.req.header("authorization") ?? "";
  const bearer = header.toLowerCase().startsWith("bearer ") ? header.slice(7).trim() : "";
  const claims = activeClaims(c.env.key, bearer, c.env.rows);
  if (!claims) throw fail(401, "HTTP 401 Unauthorized");
  const { realm, preferred_username: username, sub, azp } = claims;
  c.set("caller", {
    realm,
    username,
    userId: sub,
    client: azp,
    rights: c.env.rights(realm, username),
  });
}

/** An account administers its own realm and no other; only the master realm's reach further. */
function enterRealm(c: TwinContext, realm: string): void {
  if (realm !== "master") realmRow(c, realm);
  if (c.get("caller").realm !== realm) throw fail(403, "HTTP 403 Forbidden");
  c.set("realm", realm);
}

const VIEW_REALM = ["view-realm", "manage-realm"] as const;

function needAny(c: TwinContext): void {
  if (c.get("caller").rights.length === 0) need(c);
}

function listRealms(c: TwinContext): Response {
  needAny(c);
  const row = realmRow(c, c.get("caller").realm);
  return answer([holds(c, ...VIEW_REALM) ? realmView(row) : { realm: row.realm }]);
}

function getRealm(c: TwinContext): Response {
  needAny(c);
  const row = realmRow(c, c.get("realm"));
  if (holds(c, ...VIEW_REALM)) return answer(realmView(row));
  return answer({
    realm: row.realm,
    displayName: row.display_name,
    registrationEmailAsUsername: false,
    bruteForceProtected: false,
    supportedLocales: [],
  });
}

function realmView(row: Record<string, unknown>): Record<string, unknown> {
  return {
    id: row.realm_id,
    realm: row.realm,
    displayName: row.display_name,
    enabled: row.enabled,
    sslRequired: "external",
    registrationAllowed: false,
    registrationEmailAsUsername: false,
    bruteForceProtected: false,
    passwordPolicy: row.password_policy,
    eventsEnabled: true,
    adminEventsEnabled: true,
    supportedLocales: [],
  };
}
