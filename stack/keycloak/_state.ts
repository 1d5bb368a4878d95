import { createHmac, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import type { Row } from "../../probes/mod.ts";
import type { RowOverlay } from "../state/row_store.ts";
import { seededUuid } from "../seed/random.ts";
import { type AdminRight, allows, type RealmRights } from "./rights.ts";

/** Who calls the admin API. */
export interface Caller {
  realm: string;
  username: string;
  userId: string;
  rights: RealmRights;
}

/** What one request works on; injected as the router's environment. */
export interface TwinState {
  rows: RowOverlay;
  seed: number;
  key: string;
  now: () => number;
  rights: (realm: string, username: string) => RealmRights;
}

/** The router's type parameters. */
export interface TwinEnv {
  Bindings: TwinState;
  Variables: { caller: Caller; realm: string };
}

export type TwinContext = Context<TwinEnv>;

/** An answer with an error body, thrown out of a handler. */
export class HttpError extends Error {
  constructor(readonly status: 400 | 401 | 403 | 404 | 405 | 409, readonly body: object) {
    super(JSON.stringify(body));
  }
}

// The wording of Keycloak's own error handler.
const CONSULT = "For more on this error consult the server log at the debug level.";

export function fail(status: HttpError["status"], error: string): HttpError {
  return new HttpError(status, { error, error_description: CONSULT });
}

export function failMessage(status: HttpError["status"], errorMessage: string): HttpError {
  return new HttpError(status, { errorMessage });
}

/** Throws Keycloak's 403 unless the caller holds one of the rights in the request's realm. */
export function need(c: TwinContext, ...rights: AdminRight[]): void {
  const { rights: held } = c.get("caller");
  const realm = c.get("realm");
  if (!rights.some((right) => allows(held, realm, right))) throw fail(403, "HTTP 403 Forbidden");
}

/** Throws 404 when the realm does not exist. */
export function realmRow(c: TwinContext, name: string): Row {
  const row = c.env.rows.get("keycloak.realms", name);
  if (!row) throw fail(404, "Realm not found.");
  return row;
}

/** The user a path names; a caller who may not query users learns nothing about ids. */
export function userRow(c: TwinContext): Row {
  const id = c.req.param("id") ?? "";
  const found = c.env.rows.by("keycloak.users", "user_id", id).find(([, row]) =>
    row.realm === c.get("realm")
  );
  if (found) return found[1];
  need(c, "query-users", "view-users", "manage-users");
  throw fail(404, "User not found");
}

/** Key of a user's row. */
export function userKey(row: Row): string {
  return `${row.realm}/${row.username}`;
}

/** The request's JSON body; anything but JSON of the wanted shape is Keycloak's 400. */
export async function jsonBody(c: TwinContext, shape: "object" | "array"): Promise<unknown> {
  let body: unknown;
  try {
    body = await c.req.json();
  } catch {
    throw new HttpError(400, {
      error: "unknown_error",
      error_description: "Cannot parse the JSON",
    });
  }
  const fits = shape === "array"
    ? Array.isArray(body)
    : body !== null && typeof body === "object" && !Array.isArray(body);
  if (!fits) {
    throw new HttpError(400, {
      error: "unknown_error",
      error_description: "Cannot parse the JSON",
    });
  }
  return body;
}

/** Records an admin event: the service's own trace of a change, which no diff lists. */
export function recordAdminEvent(
  c: TwinContext,
  type: "CREATE" | "UPDATE" | "DELETE" | "ACTION",
  resource: { type: string; path: string },
): void {
  const { rows, seed, now } = c.env;
  const caller = c.get("caller");
  const realm = c.get("realm");
  const id = seededUuid(seed, `admin-event/${now()}/${rows.position}`);
  rows.put("keycloak.events", `${realm}/${id}`, {
    realm,
    event_id: id,
    class: "admin",
    type,
    user: caller.username,
    user_id: caller.userId,
    time: now(),
    ip: "192.0.2.1",
    client: "admin-cli",
    resource: resource.type,
    path: resource.path,
  }, { bookkeeping: true });
}

interface Claims {
  realm: string;
  sub: string;
  preferred_username: string;
}

/** A bearer token in JWT form, signed with the world's own key. */
export function signToken(key: string, claims: Claims): string {
  const part = (value: object): string => btoa(JSON.stringify(value)).replaceAll("=", "");
  const head = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${head}.${createHmac("sha256", key).update(head).digest("base64url")}`;
}

/** The claims of a token that this world signed, or undefined. */
export function verifyToken(key: string, token: string): Claims | undefined {
  const dot = token.lastIndexOf(".");
  if (dot < 0) return undefined;
  const wanted = createHmac("sha256", key).update(token.slice(0, dot)).digest();
  const given = new Uint8Array(wanted.length);
  try {
    const bytes = Uint8Array.fromBase64(token.slice(dot + 1), { alphabet: "base64url" });
    if (bytes.length !== given.length) return undefined;
    given.set(bytes);
    if (!timingSafeEqual(given, wanted)) return undefined;
    return JSON.parse(atob(token.split(".")[1] ?? "")) as Claims;
  } catch {
    return undefined;
  }
}
