import type { ContentfulStatusCode } from "hono/utils/http-status";

/** What a request failed of, as the service's error bodies say it. */
export interface Cause {
  /** `"index_not_found_exception"`. */
  type: string;
  reason: string;
  [more: string]: unknown;
}

/** An answer with an error body, thrown out of a handler. */
export class SearchError extends Error {
  constructor(readonly status: ContentfulStatusCode, readonly body: object) {
    super(JSON.stringify(body));
  }
}

/** An error with one cause, which is its own root. */
export function fail(
  status: ContentfulStatusCode,
  type: string,
  reason: string,
  more: object = {},
): SearchError {
  const cause: Cause = { type, reason, ...more };
  return new SearchError(status, { error: { root_cause: [cause], ...cause }, status });
}

/** An index that does not exist; what names one document names an expression. */
export function noIndex(
  index: string,
  kind: "index_or_alias" | "index_expression" = "index_or_alias",
): SearchError {
  return fail(404, "index_not_found_exception", `no such index [${index}]`, {
    index,
    "resource.id": index,
    "resource.type": kind,
    index_uuid: "_na_",
  });
}

/** Something in a body that the service does not know. */
export function unparsable(reason: string): SearchError {
  return fail(400, "parsing_exception", reason, { line: 1, col: 1 });
}

/** What only shows when a shard carries a query out. */
export class ShardFailure extends Error {
  constructor(override readonly cause: Cause, readonly status: ContentfulStatusCode = 400) {
    super(cause.reason);
  }
}

/** A failure that a shard met. */
export function shardFailure(type: string, reason: string): ShardFailure {
  return new ShardFailure({ type, reason });
}

/** The answer when all shards failed alike. */
export function allShardsFailed(
  { cause, status }: ShardFailure,
  index: { name: string; uuid: string },
): SearchError {
  // Only what a shard says of its own query names the index.
  const own = cause.type === "query_shard_exception";
  const where = own ? { ...cause, index: index.name, index_uuid: index.uuid } : cause;
  return new SearchError(status, {
    error: {
      root_cause: [where],
      type: "search_phase_execution_exception",
      reason: "all shards failed",
      phase: "query",
      grouped: true,
      failed_shards: [{ shard: 0, index: index.name, node: "node-1", reason: where }],
    },
    status,
  });
}

/** What the service says of queries that are switched off because a pattern can explode. */
export function expensive(kind: string): Error {
  return shardFailure(
    "exception",
    `[${kind}] queries cannot be executed when 'search.allow_expensive_queries' is set to false.`,
  );
}

/** What the service says when a text is to be sorted or counted by. */
export function noFieldData(name: string): Error {
  return shardFailure(
    "illegal_argument_exception",
    `Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead. Alternatively, set fielddata=true on [${name}] in order to load field data by uninverting the inverted index. Note that this can use significant memory.`,
  );
}
