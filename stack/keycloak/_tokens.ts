import { createHmac, timingSafeEqual } from "node:crypto";
import type { Row } from "../../probes/mod.ts";
import { credentialDigest } from "../seed/keycloak.ts";
import { seededUuid } from "../seed/random.ts";
import type { RowOverlay } from "../state/row_store.ts";
import type { TwinContext } from "./_state.ts";

/** What a token says. */
export interface Claims {
  realm: string;
  sub: string;
  preferred_username: string;
  /** Client id through which it was issued. */
  azp: string;
  /** Session; a client's own login has none. */
  sid?: string;
}

/** A bearer token in JWT form, signed with the world's own key. */
function signToken(key: string, claims: Claims): string {
  const part = (value: object): string => btoa(JSON.stringify(value)).replaceAll("=", "");
  const head = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${head}.${createHmac("sha256", key).update(head).digest("base64url")}`;
}

/** The claims of a token that this world signed, or undefined. */
function verifyToken(key: string, token: string): Claims | undefined {
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

/** The claims of a token whose account is enabled and whose session goes on. */
export function activeClaims(key: string, token: string, rows: RowOverlay): Claims | undefined {
  const claims = verifyToken(key, token);
  const user = claims && rows.get("keycloak.users", `${claims.realm}/${claims.preferred_username}`);
  if (!claims || !user?.enabled || user.user_id !== claims.sub) return undefined;
  if (claims.sid === undefined) return claims;
  const session = `${claims.realm}/${claims.preferred_username}/${claims.sid}`;
  return rows.get("keycloak.sessions", session) ? claims : undefined;
}

/** A refusal by OpenID Connect's rules. */
interface Refusal {
  status: 400 | 401 | 404;
  error: string;
  error_description?: string;
}

function refusal(status: Refusal["status"], error: string, description?: string): Refusal {
  return { status, error, ...(description ? { error_description: description } : {}) };
}

type Form = (name: string) => string;

/** OpenID Connect's token endpoint: client credentials and the resource owner's password. */
export async function token(c: TwinContext): Promise<Response> {
  const form = new URLSearchParams(await c.req.text());
  const granted = grant(c, c.req.param("realm") ?? "", (name) => form.get(name) ?? "");
  if (!("error" in granted)) return c.json(granted);
  const { status, ...body } = granted as Refusal;
  return c.json(body, status);
}

function grant(c: TwinContext, realm: string, field: Form): Refusal | Record<string, unknown> {
  const { rows } = c.env;
  if (!rows.get("keycloak.realms", realm)) return refusal(404, "Realm does not exist");
  const type = field("grant_type");
  if (type === "") return refusal(400, "invalid_request", "Missing form parameter: grant_type");
  if (type !== "client_credentials" && type !== "password") {
    return refusal(400, "unsupported_grant_type", "Unsupported grant_type");
  }
  const id = field("client_id");
  const client = rows.get("keycloak.clients", `${realm}/${id}`);
  // admin-cli is in every realm and has no secret.
  if (id !== "admin-cli") {
    const wrong = "Invalid client or Invalid client credentials";
    if (!client) return refusal(401, "invalid_client", wrong);
    const proven = client.secret_digest === credentialDigest(id, field("client_secret"));
    if (!proven) return refusal(401, "unauthorized_client", wrong);
  }
  if (type === "password") {
    if (!client) return passwordGrant(c, realm, field);
    return refusal(400, "unauthorized_client", "Client not allowed for direct access grants");
  }
  if (client) return clientGrant(c, realm, client);
  return refusal(
    401,
    "unauthorized_client",
    "Public client not allowed to retrieve service account",
  );
}

function clientGrant(c: TwinContext, realm: string, client: Row): Record<string, unknown> {
  const { rows, key } = c.env;
  const username = String(client.account);
  const user = rows.get("keycloak.users", `${realm}/${username}`);
  const [sub, azp] = [String(user?.user_id), String(client.client_id)];
  record(c, {
    realm,
    type: "CLIENT_LOGIN",
    user: username,
    user_id: sub,
    client: azp,
    details: { grant_type: "client_credentials", username },
  });
  return {
    access_token: signToken(key, { realm, sub, preferred_username: username, azp }),
    expires_in: 300,
    refresh_expires_in: 0,
    token_type: "Bearer",
    "not-before-policy": 0,
    scope: "profile email",
  };
}

function passwordGrant(
  c: TwinContext,
  realm: string,
  field: Form,
): Refusal | Record<string, unknown> {
  const { rows } = c.env;
  const name = field("username").trim().toLowerCase();
  if (name === "") return refusal(401, "invalid_request", "Missing parameter: username");
  const user = rows.get("keycloak.users", `${realm}/${name}`) ??
    rows.by("keycloak.users", "email", name).map(([, row]) => row)
      .find((row) => row.realm === realm);
  const failed = (error: string): void =>
    record(c, {
      realm,
      type: "LOGIN_ERROR",
      user: field("username"),
      ...(user ? { user_id: user.user_id as string } : {}),
      client: "admin-cli",
      error,
      details: loginDetails(field("username")),
    });
  if (!user) {
    failed("user_not_found");
    return refusal(401, "invalid_grant", "Invalid user credentials");
  }
  if (!user.enabled) {
    failed("user_disabled");
    return refusal(400, "invalid_grant", "Account disabled");
  }
  const credential = rows.get("keycloak.credentials", `${realm}/${user.username}/password`);
  const digest = credentialDigest(String(user.user_id), field("password"));
  if (credential?.digest !== digest) {
    failed("invalid_user_credentials");
    return refusal(401, "invalid_grant", "Invalid user credentials");
  }
  const whole = user.email && user.first_name && user.last_name;
  if (!whole || (user.required_actions as string[]).length > 0) {
    return refusal(400, "invalid_grant", "Account is not fully set up");
  }
  return session(c, user, field("username"));
}

/** A session and its tokens. It is the service's own record of a login: no diff lists it. */
function session(c: TwinContext, user: Row, typed: string): Record<string, unknown> {
  const { rows, seed, key, now } = c.env;
  const [realm, username, sub] = [user.realm, user.username, user.user_id] as string[];
  const sid = seededUuid(seed, `login/${realm}/${username}/${rows.position}`);
  const azp = "admin-cli";
  rows.put("keycloak.sessions", `${realm}/${username}/${sid}`, {
    realm: realm ?? "",
    user: username ?? "",
    user_id: sub ?? "",
    session_id: sid,
    ip: "192.0.2.1",
    start: now(),
    last_access: now(),
    client: azp,
  }, { bookkeeping: true });
  const id = (name: string): string => seededUuid(seed, `${name}/${sid}`);
  record(c, {
    realm: realm ?? "",
    type: "LOGIN",
    user: username ?? "",
    user_id: sub ?? "",
    client: azp,
    session: sid,
    details: {
      ...loginDetails(typed),
      token_id: id("token"),
      refresh_token_id: id("refresh"),
      refresh_token_type: "Refresh",
      scope: "profile email",
    },
  });
  const claims = { realm: realm ?? "", sub: sub ?? "", preferred_username: username ?? "", azp };
  return {
    access_token: signToken(key, { ...claims, sid }),
    expires_in: 300,
    refresh_expires_in: 1800,
    // The twin refreshes no token: nothing that has this key takes one without a username.
    refresh_token: signToken(key, { ...claims, preferred_username: "", sid }),
    token_type: "Bearer",
    "not-before-policy": 0,
    session_state: sid,
    scope: "profile email",
  };
}

function loginDetails(username: string): Record<string, string> {
  return {
    auth_method: "openid-connect",
    grant_type: "password",
    client_auth_method: "client-secret",
    username,
  };
}

function record(c: TwinContext, event: Row): void {
  const { rows, seed, now } = c.env;
  const event_id = seededUuid(seed, `login-event/${now()}/${rows.position}`);
  rows.put("keycloak.events", `${event.realm}/${event_id}`, {
    event_id,
    class: "login",
    time: now(),
    ip: "192.0.2.1",
    ...event,
  }, { bookkeeping: true });
}
