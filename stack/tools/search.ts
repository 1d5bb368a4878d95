import type { Json } from "../../probes/mod.ts";
import type { ToolFunction } from "./context.ts";
import {
  byteLength,
  clip,
  done,
  list,
  longText,
  type ReadCount,
  refused,
  RESULT_BYTES,
} from "./outcome.ts";
import { guarded } from "./service_error.ts";

type Body = Record<string, Json>;

/** Hits that one call asks for at most. */
const HITS = 100;

function read(count: number): ReadCount {
  return { service: "opensearch", entity: "docs", count };
}

/**
 * The body of a search: a query in JSON, as the service takes it, whole or only its `query`; any
 * other text is a query string (`user:alice.dev AND event:LOGIN_ERROR`), and none finds everything.
 */
function bodyOf(text: string): Body {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "*") return { query: { match_all: {} } };
  if (trimmed.startsWith("{")) {
    try {
      const body = JSON.parse(trimmed) as Body;
      const whole = ["query", "aggs", "aggregations", "size", "sort"].some((key) =>
        Object.hasOwn(body, key)
      );
      return whole ? body : { query: body };
    } catch {
      // Not JSON: a range such as {a TO b} begins so too.
    }
  }
  return { query: { query_string: { query: text } } };
}

interface Answer {
  hits: { total: { value: number }; hits: { _index: string; _id: string; _source?: Body }[] };
  aggregations?: Record<string, Json>;
}

const osSearch: ToolFunction = async (args, { search }) => {
  const body = bodyOf(String(args.query));
  const size = args.size === undefined ? body.size ?? 10 : args.size as number;
  const asked: Body = { ...body, size: Math.min(Number(size), HITS) };
  const answer = await search.send([String(args.index), "_search"], {
    method: "POST",
    body: asked,
  }) as Answer;
  const { total, hits } = answer.hits;
  const shown = hits.map(({ _index, _id, _source = {} }): Json => ({ _index, _id, ..._source }));
  const before: Body = { total: total?.value ?? hits.length };
  const reads = [read(hits.length)];
  const { aggregations } = answer;
  if (aggregations === undefined) {
    return { status: "executed", result: list("hits", shown, { before }), reads };
  }
  return { status: "executed", result: counted({ ...before, aggregations }, shown), reads };
};

/** Aggregations and the hits that fit beside them; what is too long is cut as text. */
function counted({ total, aggregations }: Body, hits: Json[]): string {
  const whole = { total: total ?? 0, aggregations: aggregations ?? {} };
  if (byteLength(JSON.stringify(whole)) > RESULT_BYTES / 2) {
    return longText({ total: whole.total }, "aggregations", JSON.stringify(whole.aggregations));
  }
  return hits.length === 0 ? JSON.stringify(whole) : list("hits", hits, { before: whole });
}

interface CatLine {
  index: string;
  "docs.count": string;
}

const osListIndices: ToolFunction = async (_args, { search }) => {
  const query = { format: "json", s: "index" };
  const lines = await search.send(["_cat", "indices"], { query }) as CatLine[];
  const shown = lines.map((line) => ({ index: line.index, docs: Number(line["docs.count"]) }));
  return {
    status: "executed",
    result: list("indices", shown),
    reads: [{ service: "opensearch", entity: "indices", count: lines.length }],
  };
};

const osIndexDocument: ToolFunction = async (args, { search }) => {
  let document: Json = null;
  try {
    document = JSON.parse(String(args.document));
  } catch {
    // Told below.
  }
  if (document === null || typeof document !== "object" || Array.isArray(document)) {
    return refused("invalid", '"document" must be a JSON object');
  }
  const made = await search.send([String(args.index), "_doc"], {
    method: "POST",
    body: document,
  }) as {
    _id: string;
    result: string;
  };
  return done({
    ok: true,
    index: clip(String(args.index), 200),
    id: made._id,
    result: made.result,
  });
};

const osDeleteByQuery: ToolFunction = async (args, { search }) => {
  // A body that holds no query deletes nothing: the service says that it is missing.
  const { query } = bodyOf(String(args.query));
  const path = [String(args.index), "_delete_by_query"];
  const made = await search.send(path, {
    method: "POST",
    body: query === undefined ? {} : { query },
  }) as { deleted: number };
  return done({ ok: true, index: clip(String(args.index), 200), deleted: made.deleted });
};

/** The tools that call OpenSearch. */
export const SEARCH_TOOLS: Readonly<Record<string, ToolFunction>> = guarded({
  os_search: osSearch,
  os_list_indices: osListIndices,
  os_index_document: osIndexDocument,
  os_delete_by_query: osDeleteByQuery,
});
