import { Hono } from "hono";
import type { Json } from "../../probes/mod.ts";
import type { RowOverlay } from "../state/row_store.ts";
import { mountDocuments } from "./_documents.ts";
import { fail, SearchError, ShardFailure, unparsable } from "./_error.ts";
import { findAll, search } from "./_search.ts";
import {
  authenticate,
  denied,
  jsonBody,
  need,
  resolve,
  searched,
  type TwinContext,
  type TwinEnv,
  Unauthorized,
} from "./_state.ts";
import type { SearchedIndex } from "./_searcher.ts";
import { allowsIndex, rightsOfRole } from "./rights.ts";

/** Options for {@linkcode opensearchFetch}. */
export interface OpensearchOptions {
  /** Seed of the world, for identifiers of what is created. */
  seed: number;
  /** Milliseconds since the epoch as the service sees them. */
  now: () => number;
}

/**
 * Returns a `fetch` that answers as the REST API of OpenSearch 2.17 with its security plugin, over
 * the given rows: searching, counting, single documents, deletion by query. No port is opened.
 *
 * It does not own clusters, templates, aliases, ingestion or the bulk API. An index has one shard,
 * and what is written can be found at once. Regular expressions, fuzzy words and scripts are refused
 * as under `search.allow_expensive_queries: false`; a pattern with `*` is matched without a RegExp,
 * and every search has a budget of steps.
 */
export function opensearchFetch(
  rows: RowOverlay,
  { seed, now }: OpensearchOptions,
): (request: Request) => Promise<Response> {
  const state = { rows, seed, now, rights: ([role = ""]: readonly string[]) => rightsOfRole(role) };
  return async (request) => await app.fetch(request, state);
}

const app = createApp();

function createApp(): Hono<TwinEnv> {
  const app = new Hono<TwinEnv>();
  app.onError((error, c) => {
    if (error instanceof SearchError) return c.json(error.body, error.status);
    if (error instanceof ShardFailure) {
      const { body, status } = fail(error.status, error.cause.type, error.cause.reason);
      return c.json(body, status);
    }
    if (error instanceof Unauthorized) {
      const realm = 'Basic realm="OpenSearch Security"';
      return c.text("Unauthorized", 401, { "www-authenticate": realm });
    }
    throw error;
  });
  app.notFound((c) => {
    const { pathname } = new URL(c.req.url);
    const error = `no handler found for uri [${
      pathname.slice(0, 200)
    }] and method [${c.req.method}]`;
    return c.json({ error }, 400);
  });
  app.use("*", async (c, next) => {
    c.set("caller", authenticate(c));
    await next();
  });
  app.get("/", (c) =>
    c.json({
      name: "node-1",
      cluster_name: "enterprise",
      cluster_uuid: "synthetic-cluster-0001",
      version: { distribution: "opensearch", number: "2.17.1", lucene_version: "9.11.1" },
      tagline: "The OpenSearch Project: https://opensearch.org/",
    }));
  app.get(
    "/_cluster/health",
    (c) =>
      c.json({ cluster_name: "enterprise", status: "green", timed_out: false, number_of_nodes: 1 }),
  );
  app.get("/_cat/indices", listIndices);
  app.get("/_cat/indices/:index", listIndices);
  for (const path of ["/_search", "/:index/_search"]) app.on(["GET", "POST"], path, runSearch);
  for (const path of ["/_count", "/:index/_count"]) app.on(["GET", "POST"], path, count);
  app.get("/:index/_mapping", mapping);
  mountDocuments(app);
  return app;
}

/** The indices of a request that the caller may search. */
function readable(c: TwinContext): SearchedIndex[] {
  const names = resolve(c, c.req.param("index") ?? "_all");
  need(c, { right: "read", action: "indices:data/read/search" }, names);
  return names.map((name) => searched(c, name));
}

/** What the parameters of a search's address say, as its body would say it. */
function fromAddress(c: TwinContext): Record<string, Json> {
  const asked = c.req.query();
  const q = asked.q;
  const query = q === undefined ? {} : {
    query: {
      query_string: {
        query: q,
        ...(asked.df === undefined ? {} : { default_field: asked.df }),
        ...(asked.default_operator === undefined
          ? {}
          : { default_operator: asked.default_operator }),
      },
    },
  };
  const sort = asked.sort?.split(",").map((part): Json => {
    const [field = "", order] = part.split(":", 2);
    return order === undefined ? field : { [field]: order };
  });
  const whole = (name: "size" | "from"): Record<string, Json> =>
    asked[name] === undefined ? {} : { [name]: asked[name] };
  return {
    ...query,
    ...whole("size"),
    ...whole("from"),
    ...(sort === undefined ? {} : { sort }),
    ...(asked._source === undefined
      ? {}
      : { _source: asked._source === "false" ? false : asked._source.split(",") }),
  };
}

async function runSearch(c: TwinContext): Promise<Response> {
  const body = { ...await jsonBody(c), ...fromAddress(c) };
  return c.json(search(readable(c), body, { now: c.env.now() }));
}

async function count(c: TwinContext): Promise<Response> {
  const { query, ...rest } = { ...await jsonBody(c), ...fromAddress(c) };
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw unparsable(`request does not support [${unknown.slice(0, 60).toWellFormed()}]`);
  }
  const indices = readable(c);
  const hits = findAll(indices, query, { now: c.env.now() });
  return c.json({
    count: hits.length,
    _shards: { total: indices.length, successful: indices.length, skipped: 0, failed: 0 },
  });
}

const KINDS: Readonly<Record<string, object>> = {
  "text+keyword": { type: "text", fields: { keyword: { type: "keyword", ignore_above: 256 } } },
};

function mapping(c: TwinContext): Response {
  const names = resolve(c, c.req.param("index") ?? "");
  need(c, { right: "read", action: "indices:admin/mappings/get" }, names);
  return c.json(Object.fromEntries(names.map((name) => {
    const properties = Object.fromEntries(
      Object.entries(searched(c, name).mapping).map((
        [field, type],
      ) => [field, KINDS[type] ?? { type }]),
    );
    return [name, { mappings: { properties } }];
  })));
}

function listIndices(c: TwinContext): Response {
  const { rights } = c.get("caller");
  if (!rights.monitor) throw denied(c, "indices:monitor/settings/get");
  const names = resolve(c, c.req.param("index") ?? "_all")
    .filter((name) => allowsIndex(rights, "read", name));
  const lines = names.map((name) => {
    const { uuid, docs } = searched(c, name);
    return {
      health: "green",
      status: "open",
      index: name,
      uuid,
      pri: "1",
      rep: "0",
      "docs.count": String(docs.length),
      "docs.deleted": "0",
      "store.size": `${Math.max(1, docs.length >> 2)}kb`,
      "pri.store.size": `${Math.max(1, docs.length >> 2)}kb`,
    };
  });
  if (c.req.query("format") === "json") return c.json(lines);
  return c.text(lines.map((line) => `${Object.values(line).join(" ")}\n`).join(""));
}
