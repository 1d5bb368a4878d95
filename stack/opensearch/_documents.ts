import type { Hono } from "hono";
import type { Json, Row } from "../../probes/mod.ts";
import { sha256 } from "../state/row_store.ts";
import { seededUuid } from "../seed/random.ts";
import { fail, noIndex } from "./_error.ts";
import { extended, flatten, type Mapping } from "./mapping.ts";
import { findAll } from "./_search.ts";
import { jsonBody, need, resolve, searched, type TwinContext, type TwinEnv } from "./_state.ts";

/** Mounts single documents, deletion by query and indices. */
export function mountDocuments(app: Hono<TwinEnv>): void {
  app.post("/:index/_doc", (c) => put(c, undefined));
  app.put("/:index/_doc/:id", (c) => put(c, c.req.param("id")));
  app.post("/:index/_doc/:id", (c) => put(c, c.req.param("id")));
  app.put("/:index/_create/:id", (c) => put(c, c.req.param("id"), true));
  app.get("/:index/_doc/:id", getDocument);
  app.delete("/:index/_doc/:id", deleteDocument);
  app.post("/:index/_delete_by_query", deleteByQuery);
  app.delete("/:index", deleteIndex);
}

const SHARDS = { total: 2, successful: 1, failed: 0 };

/** What a request that asked for it is told: its change can be found. */
function refreshed(c: TwinContext): object {
  return ["", "true"].includes(c.req.query("refresh") ?? "false") ? { forced_refresh: true } : {};
}

function keyOf(index: string, id: string): string {
  return `${index}/${id}`;
}

async function put(c: TwinContext, given: string | undefined, only = false): Promise<Response> {
  const { rows } = c.env;
  const index = c.req.param("index") ?? "";
  const text = await c.req.text();
  need(c, { right: "write", action: "indices:data/write/index" }, [index]);
  checkName(index);
  if (given !== undefined && new TextEncoder().encode(given).length > 512) {
    throw fail(
      400,
      "illegal_argument_exception",
      `id [${
        given.slice(0, 40).toWellFormed()
      }] is too long, must be no longer than 512 bytes but was: ${given.length}`,
    );
  }
  const id = given ?? sha256(`${c.env.seed}/doc/${rows.position}`).slice(0, 20);
  const source = parsed(text);
  const old = rows.get("opensearch.docs", keyOf(index, id));
  if (old && only) {
    throw fail(
      409,
      "version_conflict_engine_exception",
      `[${id}]: version conflict, document already exists (current version [${old.version}])`,
      { index, shard: "0", index_uuid: String(rows.get("opensearch.indices", index)?.uuid) },
    );
  }
  mapped(c, index, { source, id });
  const version = Number(old?.version ?? 0) + 1;
  const audit = rows.get("opensearch.indices", index)?.audit === true;
  const row: Row = { index, doc_id: id, audit, version, source };
  rows.put("opensearch.docs", keyOf(index, id), row);
  return c.json({
    _index: index,
    _id: id,
    _version: version,
    result: old ? "updated" : "created",
    ...refreshed(c),
    _shards: SHARDS,
    _seq_no: rows.position,
    _primary_term: 1,
  }, old ? 200 : 201);
}

function parsed(text: string): Record<string, Json> {
  let source: Json = null;
  try {
    source = JSON.parse(text);
  } catch {
    // Told below.
  }
  if (source === null || typeof source !== "object" || Array.isArray(source)) {
    throw fail(400, "mapper_parsing_exception", "failed to parse", {
      caused_by: {
        type: "not_x_content_exception",
        reason:
          "Compressor detection can only be called on some xcontent bytes or compressed xcontent bytes",
      },
    });
  }
  return source;
}

// https://opensearch.org/docs/2.17/api-reference/index-apis/create-index/: index naming restrictions.
function checkName(index: string): void {
  const problem = index !== index.toLowerCase()
    ? "must be lowercase"
    : /^[_\-+]/.test(index)
    ? "must not start with '_', '-', or '+'"
    : /[\\/*?"<>| ,#:]/.test(index)
    ? 'must not contain the following characters [ , ", *, \\, <, |, ,, >, /, ?]'
    : new TextEncoder().encode(index).length > 255
    ? "index name is too long"
    : undefined;
  if (problem === undefined) return;
  const name = index.slice(0, 255).toWellFormed();
  throw fail(400, "invalid_index_name_exception", `Invalid index name [${name}], ${problem}`, {
    index: name,
    index_uuid: "_na_",
  });
}

/** Makes the index when it is not there, and grows its mapping by a document's fields. */
function mapped(c: TwinContext, index: string, doc: { source: Json; id: string }): void {
  const { rows, seed, now } = c.env;
  const row = rows.get("opensearch.indices", index);
  const fields = (row?.fields ?? {}) as Mapping;
  const grown = extended(fields, flatten(doc.source), doc.id);
  if (!row) {
    rows.put("opensearch.indices", index, {
      index,
      uuid: seededUuid(seed, `index/${index}`).replaceAll("-", "").slice(0, 22),
      audit: index.startsWith("audit-"),
      created: now(),
      fields: { ...grown },
    });
  } else if (grown !== fields) {
    // What dynamic mapping adds is the index's own account of a document that the diff names.
    rows.put("opensearch.indices", index, { ...row, fields: { ...grown } }, { bookkeeping: true });
  }
}

function one(c: TwinContext): { index: string; id: string; row: Row | undefined } {
  const [index = "", id = ""] = [c.req.param("index"), c.req.param("id")];
  if (!c.env.rows.get("opensearch.indices", index)) {
    throw noIndex(index.slice(0, 255).toWellFormed(), "index_expression");
  }
  return { index, id, row: c.env.rows.get("opensearch.docs", keyOf(index, id)) };
}

function getDocument(c: TwinContext): Response {
  need(c, { right: "read", action: "indices:data/read/get" }, [c.req.param("index") ?? ""]);
  const { index, id, row } = one(c);
  if (!row) return c.json({ _index: index, _id: id, found: false }, 404);
  return c.json({
    _index: index,
    _id: id,
    _version: row.version,
    _seq_no: 0,
    _primary_term: 1,
    found: true,
    _source: row.source,
  });
}

function deleteDocument(c: TwinContext): Response {
  const { rows } = c.env;
  need(c, { right: "delete", action: "indices:data/write/delete" }, [c.req.param("index") ?? ""]);
  const { index, id, row } = one(c);
  rows.delete("opensearch.docs", keyOf(index, id));
  return c.json({
    _index: index,
    _id: id,
    _version: Number(row?.version ?? 0) + 1,
    result: row ? "deleted" : "not_found",
    ...refreshed(c),
    _shards: SHARDS,
    _seq_no: rows.position,
    _primary_term: 1,
  }, row ? 200 : 404);
}

async function deleteByQuery(c: TwinContext): Promise<Response> {
  const { rows, now } = c.env;
  const body = await jsonBody(c);
  const indices = resolve(c, c.req.param("index") ?? "");
  need(c, { right: "delete", action: "indices:data/write/delete/byquery" }, indices);
  if (body.query === undefined) {
    throw fail(
      400,
      "action_request_validation_exception",
      "Validation Failed: 1: query is missing;",
    );
  }
  const hits = findAll(indices.map((name) => searched(c, name)), body.query, { now: now() });
  const most = Number.isInteger(body.max_docs) ? Math.max(0, Number(body.max_docs)) : Infinity;
  const gone = hits.slice(0, most);
  for (const { row } of gone) {
    rows.delete("opensearch.docs", keyOf(String(row.index), String(row.doc_id)));
  }
  return c.json({
    took: 1,
    timed_out: false,
    total: gone.length,
    deleted: gone.length,
    batches: gone.length === 0 ? 0 : Math.ceil(gone.length / 1000),
    version_conflicts: 0,
    noops: 0,
    retries: { bulk: 0, search: 0 },
    throttled_millis: 0,
    requests_per_second: -1,
    throttled_until_millis: 0,
    failures: [],
  });
}

function deleteIndex(c: TwinContext): Response {
  const { rows } = c.env;
  const names = resolve(c, c.req.param("index") ?? "");
  need(c, { right: "delete", action: "indices:admin/delete" }, names);
  for (const name of names) {
    for (const [id] of rows.by("opensearch.docs", "index", name)) {
      rows.delete("opensearch.docs", id);
    }
    rows.delete("opensearch.indices", name);
  }
  return c.json({ acknowledged: true });
}
