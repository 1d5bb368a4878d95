import type { Json, Row } from "../../probes/mod.ts";
import { aggregate, parseAggregations } from "./_aggregations.ts";
import { parseQuery } from "./_clauses.ts";
import {
  allShardsFailed,
  fail,
  noFieldData,
  ShardFailure,
  shardFailure,
  unparsable,
} from "./_error.ts";
import { Budget, globMatches, parseGlob } from "./_glob.ts";
import { comparable, fieldOf, valuesOf } from "./mapping.ts";
import type { Query } from "./_query.ts";
import { type SearchedIndex, Searcher } from "./_searcher.ts";

type Body = Readonly<Record<string, Json>>;

/** Hits that one search can reach; the service's own limit. */
const WINDOW = 10_000;

/** Hits that are counted exactly; the service's own default. */
const COUNTED = 10_000;

/** A document that a query found. */
export interface Hit {
  index: SearchedIndex;
  row: Row;
  score: number;
}

/** Every document that a query finds, index by index. */
export function findAll(
  indices: readonly SearchedIndex[],
  query: Json | undefined,
  options: { now: number; budget?: Budget },
): Hit[] {
  const { now, budget = new Budget() } = options;
  return guarded(indices, () => {
    const parsed: Query = query === undefined ? { op: "all", boost: 1 } : parseQuery(query);
    return indices.flatMap((index) =>
      new Searcher(index, { budget, now }).find(parsed).map((hit) => ({ ...hit, index }))
    );
  });
}

/** Turns what a shard failed of into the answer of a search. */
export function guarded<T>(indices: readonly SearchedIndex[], act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof ShardFailure)) throw error;
    const [first] = indices;
    // Without a shard there is nothing that could fail.
    const index = first ?? { name: "_na_", uuid: "_na_" };
    throw allShardsFailed(error, index);
  }
}

const KEYS = [
  ...["query", "from", "size", "sort", "_source", "aggs", "aggregations", "track_total_hits"],
  ...[
    "timeout",
    "min_score",
    "track_scores",
    "version",
    "seq_no_primary_term",
    "fields",
    "highlight",
  ],
];

/** Carries out a search and returns its answer. */
export function search(
  indices: readonly SearchedIndex[],
  body: Body,
  options: { now: number },
): Record<string, unknown> {
  for (const [key, value] of Object.entries(body)) {
    if (KEYS.includes(key)) continue;
    throw unparsable(
      `Unknown key for a ${tokenOf(value)} in [${key.slice(0, 60).toWellFormed()}].`,
    );
  }
  const { from, size } = paging(body, indices);
  const budget = new Budget();
  const hits = findAll(indices, body.query, { ...options, budget })
    .filter(({ score }) => typeof body.min_score !== "number" || score >= body.min_score);
  const aggregations = parseAggregations(body.aggs ?? body.aggregations);
  const sorted = guarded(indices, () => order(hits, body.sort, indices));
  const shown = sorted.hits.slice(from, from + size);
  const scores = sorted.values === undefined;
  const exact = hits.length <= COUNTED || body.track_total_hits === true;
  return {
    took: 1,
    timed_out: false,
    _shards: { total: indices.length, successful: indices.length, skipped: 0, failed: 0 },
    hits: {
      ...(body.track_total_hits === false ? {} : {
        total: exact ? { value: hits.length, relation: "eq" } : { value: COUNTED, relation: "gte" },
      }),
      max_score: scores && shown.length > 0 && size > 0
        ? Math.max(...hits.map(({ score }) => score))
        : null,
      hits: shown.map((hit) => ({
        _index: hit.index.name,
        _id: hit.row.doc_id,
        _score: scores ? hit.score : null,
        ...source(hit.row.source as Body, body._source, budget),
        ...(sorted.values ? { sort: sorted.values.get(hit) } : {}),
      })),
    },
    ...(aggregations.length === 0
      ? {}
      : { aggregations: guarded(indices, () => aggregate(aggregations, hits, options)) }),
  };
}

/** What a parser of JSON calls a value. */
function tokenOf(value: Json): string {
  if (value === null) return "VALUE_NULL";
  if (Array.isArray(value)) return "START_ARRAY";
  return typeof value === "object" ? "START_OBJECT" : `VALUE_${typeof value}`.toUpperCase();
}

function paging(body: Body, indices: readonly SearchedIndex[]): { from: number; size: number } {
  const whole = (name: "from" | "size", usual: number): number => {
    const value = body[name];
    if (value === undefined || value === null) return usual;
    const number = Number(value);
    if (!Number.isInteger(number)) {
      throw fail(
        400,
        "number_format_exception",
        `For input string: "${String(value).slice(0, 60)}"`,
      );
    }
    if (number < 0) {
      throw fail(
        400,
        "illegal_argument_exception",
        `[${name}] parameter cannot be negative, found [${number}]`,
      );
    }
    return number;
  };
  const [from, size] = [whole("from", 0), whole("size", 10)];
  if (from + size > WINDOW) {
    guarded(indices, () => {
      throw shardFailure(
        "illegal_argument_exception",
        `Result window is too large, from + size must be less than or equal to: [${WINDOW}] but was [${
          from + size
        }]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.`,
      );
    });
  }
  return { from, size };
}

interface SortKey {
  field: string;
  descending: boolean;
  missingFirst: boolean;
  /** Type that a field has where it is not mapped. */
  unmapped: string | undefined;
}

function sortKeys(sort: Json | undefined): SortKey[] {
  if (sort === undefined || sort === null) return [];
  return (Array.isArray(sort) ? sort : [sort]).flatMap((part): SortKey[] => {
    if (typeof part === "string") return [sortKey(part, {})];
    if (part === null || typeof part !== "object" || Array.isArray(part)) {
      throw unparsable(
        "malformed sort format, either start with array, object, or an actual string",
      );
    }
    return Object.entries(part).map(([field, options]) =>
      sortKey(field, typeof options === "string" ? { order: options } : options as Body)
    );
  });
}

function sortKey(field: string, options: Body): SortKey {
  const usual = field === "_score" ? "desc" : "asc";
  const order = String(options?.order ?? usual).toLowerCase();
  if (order !== "asc" && order !== "desc") {
    throw fail(
      400,
      "illegal_argument_exception",
      `No enum constant org.opensearch.search.sort.SortOrder.${
        order.slice(0, 40).toUpperCase().toWellFormed()
      }`,
    );
  }
  return {
    field,
    descending: order === "desc",
    missingFirst: options?.missing === "_first",
    unmapped: options?.unmapped_type === undefined ? undefined : String(options.unmapped_type),
  };
}

/** Hits in order, with the values by which they were sorted unless that was the score. */
function order(
  hits: Hit[],
  sort: Json | undefined,
  indices: readonly SearchedIndex[],
): { hits: Hit[]; values?: Map<Hit, (string | number | null)[]> } {
  const keys = sortKeys(sort);
  if (keys.length === 0) return { hits: hits.toSorted((a, b) => b.score - a.score) };
  for (const { field, unmapped } of keys) {
    for (const index of indices) checkSort(field, unmapped, index);
  }
  const values = new Map(hits.map((hit) => [hit, keys.map((key) => sortValue(hit, key))]));
  const compared = hits.toSorted((a, b) => {
    const [left = [], right = []] = [values.get(a), values.get(b)];
    for (const [index, key] of keys.entries()) {
      const difference = compare(left[index] ?? null, right[index] ?? null, key);
      if (difference !== 0) return difference;
    }
    return 0;
  });
  if (keys.length === 1 && keys[0]?.field === "_score") return { hits: compared };
  const shown = compared.map((hit): [Hit, (string | number | null)[]] => [
    hit,
    keys.map((key, index) => values.get(hit)?.[index] ?? missing(hit, key)),
  ]);
  return { hits: compared, values: new Map(shown) };
}

/** What stands for a value that is missing: a whole number's is the least or greatest there is. */
function missing({ index }: Hit, key: SortKey): number | null {
  const type = fieldOf(index.mapping, key.field)?.type ?? key.unmapped;
  if (type !== "long" && type !== "date" && type !== "boolean") return null;
  return key.descending === key.missingFirst ? 2 ** 63 : -(2 ** 63);
}

function checkSort(name: string, unmapped: string | undefined, index: SearchedIndex): void {
  if (["_score", "_doc", "_id"].includes(name)) return;
  const field = fieldOf(index.mapping, name);
  if (!field && unmapped === undefined) {
    throw shardFailure(
      "query_shard_exception",
      `No mapping found for [${name.slice(0, 60).toWellFormed()}] in order to sort on`,
    );
  }
  if (field?.type === "text") throw noFieldData(name);
}

function sortValue(hit: Hit, key: SortKey): string | number | null {
  if (key.field === "_score") return hit.score;
  if (key.field === "_doc") return 0;
  if (key.field === "_id") return String(hit.row.doc_id);
  const field = fieldOf(hit.index.mapping, key.field);
  if (!field) return null;
  const values = (valuesOf(hit.row).get(field.path) ?? [])
    .map((value) => comparable(field.type, value)).filter((value) => value !== undefined);
  const [first] = values.toSorted((a, b) => compare(a, b, key));
  return first ?? null;
}

function compare(a: string | number | null, b: string | number | null, key: SortKey): number {
  if (a === b) return 0;
  if (a === null) return key.missingFirst ? -1 : 1;
  if (b === null) return key.missingFirst ? 1 : -1;
  return (a < b ? -1 : 1) * (key.descending ? -1 : 1);
}

/** A document's source as far as it was asked for. */
function source(document: Body, wanted: Json | undefined, budget: Budget): object {
  if (wanted === undefined || wanted === true || wanted === null) return { _source: document };
  if (wanted === false) return {};
  const listed = (value: Json | undefined): string[] =>
    value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);
  const object = typeof wanted === "object" && !Array.isArray(wanted) ? wanted : undefined;
  const includes = object ? listed(object.includes ?? object.include) : listed(wanted);
  const excludes = object ? listed(object.excludes ?? object.exclude) : [];
  const fits = (path: string, patterns: readonly string[]): boolean =>
    patterns.some((pattern) =>
      path.startsWith(`${pattern}.`) || globMatches(parseGlob(pattern), path, budget)
    );
  const kept = (value: Json, path: string): Json | undefined => {
    if (path !== "" && fits(path, excludes)) return undefined;
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      const parts = Object.entries(value).flatMap(([name, part]): [string, Json][] => {
        const left = kept(part, path === "" ? name : `${path}.${name}`);
        return left === undefined ? [] : [[name, left]];
      });
      return parts.length === 0 && path !== "" ? undefined : Object.fromEntries(parts);
    }
    return includes.length === 0 || fits(path, includes) ? value : undefined;
  };
  return { _source: kept(document, "") ?? {} };
}
