import type { Hono } from "hono";
import type { Row } from "../../probes/mod.ts";
import { HttpError, need, realmRow, type TwinContext, type TwinEnv } from "./_state.ts";

/** Mounts login events and admin events. */
export function mountEvents(app: Hono<TwinEnv>): void {
  app.get("/admin/realms/:realm/events", (c) => list(c, "login", loginEvent));
  app.get("/admin/realms/:realm/admin-events", (c) => list(c, "admin", adminEvent));
  app.delete("/admin/realms/:realm/events", (c) => clear(c, "login"));
  app.delete("/admin/realms/:realm/admin-events", (c) => clear(c, "admin"));
}

function loginEvent(row: Row): Record<string, unknown> {
  return {
    id: row.event_id,
    time: row.time,
    type: row.type,
    realmId: row.realm,
    clientId: row.client,
    userId: row.user_id,
    ipAddress: row.ip,
    ...(row.error ? { error: row.error } : {}),
    details: { username: row.user },
  };
}

function adminEvent(row: Row): Record<string, unknown> {
  return {
    time: row.time,
    realmId: row.realm,
    authDetails: { clientId: row.client, userId: row.user_id, ipAddress: row.ip },
    operationType: row.type,
    resourceType: row.resource,
    resourcePath: row.path,
  };
}

/** Epoch milliseconds or a day, as Keycloak 26 reads `dateFrom` and `dateTo`. */
function day(c: TwinContext, name: string, end: boolean): number | undefined {
  const text = c.req.query(name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) {
    throw new HttpError(400, {
      error: `Invalid value for '${
        name === "dateFrom" ? "Date(From)" : "Date(To)"
      }', expected format is yyyy-MM-dd or an Epoch timestamp`,
    });
  }
  return end ? time + 86_399_999 : time;
}

function list(c: TwinContext, kind: string, show: (row: Row) => object): Response {
  realmRow(c, c.get("realm"));
  need(c, "view-events", "manage-events");
  const from = day(c, "dateFrom", false) ?? -Infinity;
  const to = day(c, "dateTo", true) ?? Infinity;
  const user = c.req.query(kind === "login" ? "user" : "authUser");
  const path = c.req.query("resourcePath");
  const types = c.req.queries(kind === "login" ? "type" : "operationTypes");
  const found = c.env.rows.by("keycloak.events", "realm", c.get("realm"))
    .map(([, row]) => row)
    .filter((row) =>
      row.class === kind && (row.time as number) >= from && (row.time as number) <= to &&
      (user === undefined || row.user_id === user) &&
      (path === undefined || wildcard(String(row.path), path)) &&
      (types === undefined || types.includes(row.type as string))
    )
    .sort((a, b) => (b.time as number) - (a.time as number));
  const first = Math.max(0, Number(c.req.query("first") ?? 0) || 0);
  const max = Math.max(0, Number(c.req.query("max") ?? 100) || 0);
  return c.json(found.slice(first, first + max).map(show));
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
  realmRow(c, c.get("realm"));
  need(c, "manage-events");
  for (const [id, row] of c.env.rows.by("keycloak.events", "realm", c.get("realm"))) {
    if (row.class === kind) c.env.rows.delete("keycloak.events", id);
  }
  return c.body(null, 204);
}
