import type { Context } from "hono";
import type { Row } from "../../probes/mod.ts";
import type { Kind, RowOverlay } from "../state/row_store.ts";
import { seededUuid } from "../seed/random.ts";
import type { AdminRight } from "./rights.ts";

/** Who calls the admin API. */
export interface Caller {
  realm: string;
  username: string;
  userId: string;
  client: string;
  rights: readonly AdminRight[];
}

/** What one request works on; injected as the router's environment. */
export interface TwinState {
  rows: RowOverlay;
  seed: number;
  key: string;
  now: () => number;
  rights: (realm: string, username: string) => readonly AdminRight[];
}

/** The router's type parameters. */
export interface TwinEnv {
  Bindings: TwinState;
  Variables: { caller: Caller; realm: string };
}

export type TwinContext = Context<TwinEnv>;

/** An answer with an error body, thrown out of a handler. */
export class HttpError extends Error {
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 415 | 500,
    readonly body: object,
  ) {
    super(JSON.stringify(body));
  }
}

export function fail(status: HttpError["status"], error: string): HttpError {
  return new HttpError(status, { error });
}

export function failMessage(status: HttpError["status"], errorMessage: string): HttpError {
  return new HttpError(status, { errorMessage });
}

/** What Keycloak says when it did not expect a request. */
export function broken(): HttpError {
  const error_description = "For more on this error consult the server log.";
  return new HttpError(500, { error: "unknown_error", error_description });
}

/** A successful answer: Keycloak names the character set in it, and in no error. */
export function answer(body: unknown): Response {
  return new Response(JSON.stringify(body), {
    headers: { "content-type": "application/json;charset=UTF-8" },
  });
}

/** Whether the caller holds one of the rights. */
export function holds(c: TwinContext, ...rights: AdminRight[]): boolean {
  const { rights: held } = c.get("caller");
  return rights.some((right) => held.includes(right));
}

/** Throws Keycloak's 403 unless the caller holds one of the rights. */
export function need(c: TwinContext, ...rights: AdminRight[]): void {
  if (!holds(c, ...rights)) throw fail(403, "HTTP 403 Forbidden");
}

/** What lets a caller see an account. */
export const VIEW: readonly AdminRight[] = ["view-users", "manage-users"];

/** What lets a caller ask for accounts; it sees those that it may view. */
export const QUERY: readonly AdminRight[] = ["query-users", ...VIEW];

/** Throws 404 when the realm does not exist. */
export function realmRow(c: TwinContext, name: string): Row {
  const row = c.env.rows.get("keycloak.realms", name);
  if (!row) throw fail(404, "Realm not found.");
  return row;
}

/** UUID of a client: those of the realm's own are known by their names. */
export function clientUuid(c: TwinContext, realm: string, client: string): string {
  return seededUuid(c.env.seed, `client/${realm}/${client}`);
}

/** The user a path names; a caller who may not query users learns nothing about ids. */
export function userRow(c: TwinContext): Row {
  const id = c.req.param("id") ?? "";
  const found = c.env.rows.by("keycloak.users", "user_id", id).find(([, row]) =>
    row.realm === c.get("realm")
  );
  if (found) return found[1];
  need(c, ...QUERY);
  throw fail(404, "User not found");
}

/** The rows that ids name, without those that are not there. */
export function rowsAt(c: TwinContext, kind: Kind, ids: readonly string[]): Row[] {
  return ids.map((id) => c.env.rows.get(kind, id)).filter((row) => row !== undefined);
}

/** Users by username. */
export function byUsername(users: readonly Row[]): Row[] {
  return users.toSorted((a, b) => String(a.username) < String(b.username) ? -1 : 1);
}

/** Key of a user's row. */
export function userKey(row: Row): string {
  return `${row.realm}/${row.username}`;
}

/** A query parameter that is a 32-bit integer; for JAX-RS any other is a path that is not there. */
export function wholeNumber(c: TwinContext, name: string): number | undefined {
  const text = c.req.query(name);
  if (text === undefined || text === "") return undefined;
  const value = /^[+-]?\d{1,11}$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value) || value > 2_147_483_647 || value < -2_147_483_648) {
    throw fail(404, "HTTP 404 Not Found");
  }
  return value;
}

/** The part of a list that `first` and `max` ask for; a negative number sets no limit. */
export function page<T>(c: TwinContext, items: readonly T[], size = Infinity): T[] {
  const first = Math.max(0, wholeNumber(c, "first") ?? 0);
  const max = wholeNumber(c, "max") ?? size;
  return items.slice(first, max < 0 ? undefined : first + max);
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
    client: caller.client,
    resource: resource.type,
    path: resource.path,
  }, { bookkeeping: true });
}
