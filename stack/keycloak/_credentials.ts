import type { Hono } from "hono";
import type { Json, Row } from "../../probes/mod.ts";
import { credentialDigest } from "../seed/keycloak.ts";
import { seededUuid } from "../seed/random.ts";
import { flagField, jsonBody, textField } from "./_body.ts";
import {
  answer,
  fail,
  HttpError,
  need,
  recordAdminEvent,
  type TwinContext,
  type TwinEnv,
  userKey,
  userRow,
  VIEW,
} from "./_state.ts";
import { OTP_DATA, PASSWORD_DATA } from "./credential_data.ts";

/** Mounts passwords and other credentials. */
export function mountCredentials(app: Hono<TwinEnv>): void {
  const user = "/admin/realms/:realm/users/:id";
  app.put(`${user}/reset-password`, resetPassword);
  app.get(`${user}/credentials`, listCredentials);
  app.put(`${user}/credentials/:credential/userLabel`, labelCredential);
  app.delete(`${user}/credentials/:credential`, deleteCredential);
  app.put(`${user}/disable-credential-types`, disableTypes);
}

/**
 * Sets a user's password from its representation.
 *
 * @throws {HttpError} when it is none, empty, or against the realm's policy.
 */
export function putPassword(c: TwinContext, row: Row, body: Record<string, Json> | null): void {
  const value = textField(body?.value);
  const temporary = flagField(body?.temporary) === true;
  if (value === null || value === undefined) throw fail(400, "No password provided");
  if (value.trim() === "") throw fail(400, "Empty password not allowed");
  checkPolicy(c, value);
  const { rows, seed, now } = c.env;
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
    ...(old?.label === undefined ? {} : { label: old.label }),
  });
  const actions = (row.required_actions as string[]).filter((name) => name !== "UPDATE_PASSWORD");
  const required_actions = temporary ? [...actions, "UPDATE_PASSWORD"] : actions;
  rows.put("keycloak.users", userKey(row), { ...row, required_actions });
}

/** The realm's password policy, of which the twin knows the length. */
function checkPolicy(c: TwinContext, value: string): void {
  const policy = String(c.env.rows.get("keycloak.realms", c.get("realm"))?.password_policy ?? "");
  const least = Number(/\blength\((\d+)\)/.exec(policy)?.[1] ?? 0);
  if (value.length >= least) return;
  throw new HttpError(400, {
    error: "invalidPasswordMinLengthMessage",
    error_description: `Invalid password: minimum length ${least}.`,
  });
}

async function resetPassword(c: TwinContext): Promise<Response> {
  const row = userRow(c);
  const body = await jsonBody(c, "object") as Record<string, Json> | null;
  need(c, "manage-users", "reset-password");
  putPassword(c, row, body);
  recordAdminEvent(c, "ACTION", { type: "USER", path: `users/${row.user_id}/reset-password` });
  return c.body(null, 204);
}

function listCredentials(c: TwinContext): Response {
  const row = userRow(c);
  need(c, ...VIEW);
  const found = c.env.rows.by("keycloak.credentials", "user_id", row.user_id as string);
  return answer(found.map(([, credential]) => ({
    id: credential.credential_id,
    type: credential.type,
    ...(credential.label === undefined ? {} : { userLabel: credential.label }),
    createdDate: credential.created,
    credentialData: credential.type === "password" ? PASSWORD_DATA : OTP_DATA,
  })));
}

function credentialRow(c: TwinContext, user: Row): [string, Row] {
  const found = c.env.rows.by("keycloak.credentials", "user_id", user.user_id as string)
    .find(([, { credential_id }]) => credential_id === c.req.param("credential"));
  if (!found) throw fail(404, "Credential not found");
  return found;
}

async function labelCredential(c: TwinContext): Promise<Response> {
  const user = userRow(c);
  need(c, "manage-users");
  const [id, row] = credentialRow(c, user);
  c.env.rows.put("keycloak.credentials", id, { ...row, label: await c.req.text() });
  return c.body(null, 204);
}

function deleteCredential(c: TwinContext): Response {
  const user = userRow(c);
  need(c, "manage-users");
  const [id] = credentialRow(c, user);
  c.env.rows.delete("keycloak.credentials", id);
  const path = `users/${user.user_id}/credentials/${c.req.param("credential")}`;
  recordAdminEvent(c, "ACTION", { type: "USER", path });
  return c.body(null, 204);
}

// No credential that Keycloak itself keeps can be disabled: it takes any name and does nothing.
function disableTypes(c: TwinContext): Response {
  userRow(c);
  need(c, "manage-users");
  return c.body(null, 204);
}
