import type { Hono } from "hono";
import type { Row } from "../../probes/mod.ts";
import {
  answer,
  clientUuid,
  fail,
  need,
  recordAdminEvent,
  type TwinContext,
  type TwinEnv,
  userRow,
  VIEW,
} from "./_state.ts";

/** Mounts sessions. */
export function mountSessions(app: Hono<TwinEnv>): void {
  app.get("/admin/realms/:realm/users/:id/sessions", listSessions);
  app.post("/admin/realms/:realm/users/:id/logout", logout);
  app.delete("/admin/realms/:realm/sessions/:session", endSession);
}

function listSessions(c: TwinContext): Response {
  const row = userRow(c);
  need(c, ...VIEW);
  const found = c.env.rows.by("keycloak.sessions", "user_id", row.user_id as string);
  return answer(found.map(([, session]) => sessionView(c, session)));
}

function sessionView(c: TwinContext, session: Row): Record<string, unknown> {
  return {
    id: session.session_id,
    username: session.user,
    userId: session.user_id,
    ipAddress: session.ip,
    start: session.start,
    lastAccess: session.last_access,
    rememberMe: false,
    clients: { [clientUuid(c, c.get("realm"), String(session.client))]: session.client },
    transientUser: false,
  };
}

function logout(c: TwinContext): Response {
  const row = userRow(c);
  need(c, "manage-users", "manage-sessions");
  for (const [id] of c.env.rows.by("keycloak.sessions", "user_id", row.user_id as string)) {
    c.env.rows.delete("keycloak.sessions", id);
  }
  recordAdminEvent(c, "ACTION", { type: "USER", path: `users/${row.user_id}/logout` });
  return c.body(null, 204);
}

function endSession(c: TwinContext): Response {
  need(c, "manage-users", "manage-sessions");
  const session = c.req.param("session") ?? "";
  const found = c.env.rows.by("keycloak.sessions", "session_id", session)
    .find(([, row]) => row.realm === c.get("realm"));
  // The service's own spelling.
  if (!found) throw fail(404, "Sesssion not found");
  c.env.rows.delete("keycloak.sessions", found[0]);
  recordAdminEvent(c, "DELETE", { type: "USER_SESSION", path: `sessions/${session}` });
  return c.body(null, 204);
}
