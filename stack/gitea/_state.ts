import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Row } from "../../probes/mod.ts";
import { sha256 } from "../state/row_store.ts";
import type { RowOverlay } from "../state/row_store.ts";
import type { Permission } from "./rights.ts";
import { repoName } from "./repository.ts";

/** Address that Gitea puts in front of its own links. */
export const ROOT_URL = "http://gitea.example.com/";

/** What one request works on; injected as the router's environment. */
export interface TwinState {
  rows: RowOverlay;
  now: () => number;
}

/** Who calls: nobody for a request without a token. */
export interface Caller {
  username: string;
  admin: boolean;
  scopes: readonly string[];
}

/** The router's type parameters. */
export interface TwinEnv {
  Bindings: TwinState;
  Variables: { caller: Caller | undefined; repo: Row; permission: Permission };
}

export type TwinContext = Context<TwinEnv>;

/** An answer with an error body, thrown out of a handler. */
export class HttpError extends Error {
  constructor(readonly status: ContentfulStatusCode, readonly body: object) {
    super(JSON.stringify(body));
  }
}

/** Gitea's error body: a message, and where its API is documented. */
export function fail(status: ContentfulStatusCode, message: string): HttpError {
  return new HttpError(status, { message, url: `${ROOT_URL}api/swagger` });
}

/** Gitea's 404. */
export function notFound(message = "The target couldn't be found.", errors?: string[]): HttpError {
  return new HttpError(404, { errors: errors ?? null, message, url: `${ROOT_URL}api/swagger` });
}

/** The account that a request's token belongs to. */
export function authenticate(c: TwinContext): Caller | undefined {
  const header = c.req.header("authorization");
  if (header === undefined) return undefined;
  const [scheme = "", token = ""] = header.split(" ", 2);
  const known = ["token", "bearer"].includes(scheme.toLowerCase());
  const found = known ? c.env.rows.by("gitea.tokens", "digest", sha256(token))[0]?.[1] : undefined;
  const user = found && c.env.rows.get("gitea.users", String(found.user));
  // The words of a lookup that found no user.
  if (!found || !user) throw fail(401, "user does not exist [uid: 0, name: ]");
  return {
    username: String(user.username),
    admin: user.admin === true,
    scopes: found.scopes as string[],
  };
}

/** A category of token scopes. */
export type ScopeCategory = "repository" | "issue" | "organization" | "user";

/** Throws 403 unless the token, where there is one, has the scope that the request needs. */
export function needScope(c: TwinContext, category: ScopeCategory): void {
  const caller = c.get("caller");
  if (!caller) return;
  const level = ["GET", "HEAD", "OPTIONS"].includes(c.req.method) ? "read" : "write";
  const enough = [`${level}:${category}`, `write:${category}`, "all"];
  if (caller.scopes.some((scope) => enough.includes(scope))) return;
  throw fail(
    403,
    `token does not have at least one of required scope(s): [${level}:${category}]`,
  );
}

/** The caller; throws 401 for a request without a token. */
export function signedIn(c: TwinContext): Caller {
  const caller = c.get("caller");
  if (!caller) throw fail(401, "token is required");
  return caller;
}

const LEVELS: readonly Permission[] = ["none", "read", "write", "admin"];

/** Whether a permission includes another. */
export function includes(held: Permission, wanted: Permission): boolean {
  return LEVELS.indexOf(held) >= LEVELS.indexOf(wanted);
}

/** What a caller may do in a repository. */
export function permissionOf(
  rows: RowOverlay,
  repo: Row,
  caller: Caller | undefined,
): Permission {
  if (caller?.admin) return "admin";
  const given = caller && rows.get("gitea.access", `${repoName(repo)}/${caller.username}`);
  const least = repo.private === true ? "none" : "read";
  const held = (given?.permission ?? least) as Permission;
  return includes(held, least) ? held : least;
}

/** The repository that a path names; one that the caller must not see does not exist. */
export function assignRepo(c: TwinContext): void {
  const name = `${c.req.param("owner")}/${c.req.param("repo")}`.toLowerCase();
  const repo = c.env.rows.get("gitea.repos", name);
  const permission = repo ? permissionOf(c.env.rows, repo, c.get("caller")) : "none";
  if (!repo || permission === "none") throw notFound();
  c.set("repo", repo);
  c.set("permission", permission);
}

/** The request's JSON body: an object. */
export async function jsonBody(c: TwinContext): Promise<Record<string, unknown>> {
  const text = await c.req.text();
  let body: unknown = {};
  try {
    if (text !== "") body = JSON.parse(text);
  } catch {
    throw fail(422, "[]: invalid JSON");
  }
  if (body === null || typeof body !== "object" || Array.isArray(body)) {
    throw fail(422, "[]: invalid JSON");
  }
  return body as Record<string, unknown>;
}

/** A text of a body, `""` when it is absent; one that must be there is Gitea's 422. */
export function textField(
  body: Record<string, unknown>,
  name: string,
  required?: string,
): string {
  const value = body[name];
  if (value !== undefined && value !== null && typeof value !== "string") {
    throw fail(422, "[]: json: cannot unmarshal value into Go struct field of type string");
  }
  if (required !== undefined && !value) throw fail(422, `[${required}]: Required`);
  return value ?? "";
}

/** A moment as Gitea writes it: whole seconds. */
export function moment(time: unknown): string {
  return `${new Date(Math.floor(Number(time) / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

const PAGE = 30;
const LARGEST_PAGE = 50;

/** One page of a list, with the headers that Gitea sends with it. */
export function page(
  c: TwinContext,
  items: readonly Row[],
): { rows: Row[]; headers: Record<string, string>; number: number; size: number } {
  const asked = Number(c.req.query("limit") ?? "");
  const size = Number.isInteger(asked) && asked > 0 ? Math.min(asked, LARGEST_PAGE) : PAGE;
  const wanted = Number(c.req.query("page") ?? "");
  const number = Number.isInteger(wanted) && wanted > 0 ? wanted : 1;
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number, rel: string): string => {
    const url = new URL(c.req.url);
    url.searchParams.set("page", String(to));
    url.searchParams.sort();
    return `<${ROOT_URL}${url.pathname.slice(1)}${url.search}>; rel="${rel}"`;
  };
  const links = [
    ...(number < last ? [link(number + 1, "next"), link(last, "last")] : []),
    ...(number > 1 ? [link(1, "first"), link(Math.min(number - 1, last), "prev")] : []),
  ];
  const total = { "x-total-count": String(items.length) };
  return {
    rows: items.slice((number - 1) * size, number * size),
    headers: links.length === 0 ? total : { ...total, link: links.join(",") },
    number,
    size,
  };
}

/** The next number of a kind of row: one more than the greatest so far. */
export function nextId(rows: RowOverlay, kind: "gitea.comments" | "gitea.issues"): number {
  const column = kind === "gitea.comments" ? "comment_id" : "issue_id";
  let greatest = 0;
  for (const [, row] of rows.all(kind)) greatest = Math.max(greatest, row[column] as number);
  return greatest + 1;
}
