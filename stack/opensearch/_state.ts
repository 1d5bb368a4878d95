import type { Context } from "hono";
import type { Json, Row } from "../../probes/mod.ts";
import type { RowOverlay } from "../state/row_store.ts";
import { credentialDigest } from "../seed/keycloak.ts";
import { fail, noIndex, type SearchError } from "./_error.ts";
import { Budget, globMatches, parseGlob } from "./_glob.ts";
import type { Mapping } from "./mapping.ts";
import { allowsIndex, type IndexRight, type IndexRights } from "./rights.ts";
import type { SearchedIndex } from "./_searcher.ts";

/** What one request works on; injected as the router's environment. */
export interface TwinState {
  rows: RowOverlay;
  seed: number;
  now: () => number;
  rights: (roles: readonly string[]) => IndexRights;
}

/** Who calls. */
export interface Caller {
  username: string;
  rights: IndexRights;
}

/** The router's type parameters. */
export interface TwinEnv {
  Bindings: TwinState;
  Variables: { caller: Caller };
}

export type TwinContext = Context<TwinEnv>;

/** An answer that is no JSON: the security plugin's own 401. */
export class Unauthorized extends Error {}

/** The account that a request's basic authentication names. */
export function authenticate(c: TwinContext): Caller {
  const [scheme = "", coded = ""] = (c.req.header("authorization") ?? "").split(" ", 2);
  let pair = "";
  try {
    if (scheme.toLowerCase() === "basic") {
      pair = new TextDecoder().decode(Uint8Array.fromBase64(coded));
    }
  } catch {
    // What is no base64 names nobody.
  }
  const colon = pair.indexOf(":");
  const username = pair.slice(0, Math.max(0, colon));
  const user = c.env.rows.get("opensearch.users", username);
  if (colon < 0 || user?.digest !== credentialDigest(username, pair.slice(colon + 1))) {
    throw new Unauthorized();
  }
  return { username, rights: c.env.rights(user.roles as string[]) };
}

/** Names of the service's own actions, as denials quote them. */
export type Action =
  | "indices:data/read/search"
  | "indices:data/read/get"
  | "indices:data/write/index"
  | "indices:data/write/delete"
  | "indices:data/write/delete/byquery"
  | "indices:admin/create"
  | "indices:admin/delete"
  | "indices:admin/mappings/get"
  | "indices:monitor/settings/get";

/** The security plugin's 403. */
export function denied(c: TwinContext, action: Action): SearchError {
  const { username } = c.get("caller");
  return fail(
    403,
    "security_exception",
    `no permissions for [${action}] and User [name=${username}, backend_roles=[], requestedTenant=null]`,
  );
}

/** Throws 403 unless the caller has a right on each index. */
export function need(
  c: TwinContext,
  { right, action }: { right: IndexRight; action: Action },
  indices: readonly string[],
): void {
  const { rights } = c.get("caller");
  // A caller with no rights at all is refused for a pattern that finds nothing, too.
  const none = indices.length === 0 && rights[right].length === 0;
  if (none || !indices.every((index) => allowsIndex(rights, right, index))) {
    throw denied(c, action);
  }
}

/** Expressions that one request may name. */
const EXPRESSIONS = 100;

/**
 * The names of the indices that a path means: names, patterns with `*`, `-` in front of those that
 * are left out, `_all`.
 *
 * @throws {SearchError} when a name without a pattern is no index.
 */
export function resolve(c: TwinContext, expression: string): string[] {
  const all = [...c.env.rows.all("opensearch.indices")].map(([name]) => name).sort();
  const found = new Set<string>();
  const budget = new Budget();
  const parts = expression.split(",").map((part) => part.trim()).filter((part) => part !== "");
  if (parts.length === 0 || parts.includes("_all")) return all;
  for (const part of parts.slice(0, EXPRESSIONS)) {
    const out = part.startsWith("-") && found.size > 0;
    const glob = parseGlob(out ? part.slice(1) : part);
    const matching = part.includes("*")
      ? all.filter((name) => globMatches(glob, name, budget))
      : all.filter((name) => name === (out ? part.slice(1) : part));
    if (
      matching.length === 0 && !part.includes("*") && c.req.query("ignore_unavailable") !== "true"
    ) {
      throw noIndex(part.slice(0, 255).toWellFormed());
    }
    for (const name of matching) out ? found.delete(name) : found.add(name);
  }
  return [...found];
}

/** An index as a search sees it. */
export function searched(c: TwinContext, name: string): SearchedIndex {
  const row = c.env.rows.get("opensearch.indices", name) as Row;
  const docs = c.env.rows.by("opensearch.docs", "index", name).map(([, doc]) => doc);
  return { name, uuid: String(row.uuid), mapping: row.fields as Mapping, docs };
}

/** The request's JSON body: an object, `{}` when there is none. */
export async function jsonBody(c: TwinContext): Promise<Record<string, Json>> {
  const text = await c.req.text();
  if (text.trim() === "") return {};
  let body: Json;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw fail(
      400,
      "json_parse_exception",
      `Cannot parse the JSON: ${(error as Error).message.slice(0, 120)}`,
    );
  }
  if (body === null || typeof body !== "object" || Array.isArray(body)) {
    throw fail(400, "parsing_exception", "Expected [START_OBJECT] but found another token", {
      line: 1,
      col: 1,
    });
  }
  return body;
}
