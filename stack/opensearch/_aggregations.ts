import type { Json } from "../../probes/mod.ts";
import { added, rounded } from "./_dates.ts";
import { fail, noFieldData, SearchError, shardFailure, unparsable } from "./_error.ts";
import { comparable, type Field, fieldOf, valuesOf } from "./mapping.ts";
import type { Hit } from "./_search.ts";

type Body = Readonly<Record<string, Json>>;

/** Buckets that one answer may hold; the service's own limit. */
const BUCKETS = 65_535;

/** Depth of aggregations within each other. */
const DEPTH = 10;

/** One aggregation of a search, checked. */
export interface Aggregation {
  name: string;
  type: string;
  options: Body;
  parts: Aggregation[];
}

/** Reads the aggregations of a search body. */
export function parseAggregations(body: Json | undefined, depth = 0): Aggregation[] {
  if (body === undefined || body === null) return [];
  if (typeof body !== "object" || Array.isArray(body) || depth > DEPTH) {
    throw unparsable("Expected [START_OBJECT] under [aggs]");
  }
  return Object.entries(body).map(([name, value]) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      throw unparsable(`Expected [START_OBJECT] under [${name.slice(0, 60).toWellFormed()}]`);
    }
    const { aggs, aggregations, meta: _meta, ...types } = value;
    const [type, ...others] = Object.keys(types);
    if (type === undefined || others.length > 0) {
      throw unparsable(`Missing definition for aggregation [${name.slice(0, 60).toWellFormed()}]`);
    }
    if (!Object.hasOwn(KINDS, type)) {
      throw unparsable(`Unknown aggregation type [${type.slice(0, 60).toWellFormed()}]`);
    }
    return {
      name,
      type,
      options: (types[type] ?? {}) as Body,
      parts: parseAggregations(aggs ?? aggregations, depth + 1),
    };
  });
}

/** Works aggregations out over the documents that a query found. */
export function aggregate(
  aggregations: readonly Aggregation[],
  hits: readonly Hit[],
  options: { now: number },
): Record<string, unknown> {
  return Object.fromEntries(aggregations.map((aggregation) => {
    const work = KINDS[aggregation.type] as Kind;
    return [aggregation.name, work(aggregation, hits, options)];
  }));
}

type Kind = (aggregation: Aggregation, hits: readonly Hit[], options: { now: number }) => object;

/** The values of an aggregation's field in a document. */
function valuesIn(hit: Hit, { options }: Aggregation): (string | number)[] {
  const name = String(options.field ?? "");
  const field: Field | undefined = fieldOf(hit.index.mapping, name);
  if (!field) return [];
  if (field.type === "text") throw noFieldData(name);
  return (valuesOf(hit.row).get(field.path) ?? []).flatMap((value) => {
    // An address is counted as its text.
    const made = field.type === "ip" ? String(value) : comparable(field.type, value);
    return made === undefined ? [] : [made];
  });
}

function isDate(hits: readonly Hit[], { options }: Aggregation): boolean {
  return hits.some(({ index }) =>
    fieldOf(index.mapping, String(options.field ?? ""))?.type === "date"
  );
}

function bucket(
  aggregation: Aggregation,
  hits: readonly Hit[],
  options: { now: number },
): Record<string, unknown> {
  return { doc_count: hits.length, ...aggregate(aggregation.parts, hits, options) };
}

function isoMoment(time: number): string {
  return new Date(time).toISOString();
}

const terms: Kind = (aggregation, hits, options) => {
  const groups = new Map<string | number, Hit[]>();
  for (const hit of hits) {
    for (const value of new Set(valuesIn(hit, aggregation))) {
      const group = groups.get(value);
      if (group) group.push(hit);
      else groups.set(value, [hit]);
    }
  }
  const size = Number(aggregation.options.size ?? 10);
  if (!Number.isInteger(size) || size <= 0) {
    throw fail(
      400,
      "illegal_argument_exception",
      `[size] must be greater than 0. Found [${size}] in [${aggregation.name.slice(0, 60)}]`,
    );
  }
  const given = aggregation.options.order;
  const [by, direction] = given !== null && typeof given === "object" && !Array.isArray(given)
    ? Object.entries(given)[0] ?? ["_count", "desc"]
    : ["_count", "desc"];
  const sign = direction === "asc" ? 1 : -1;
  const all = [...groups].toSorted(([a, one], [b, other]) => {
    const byKey = a < b ? -1 : a > b ? 1 : 0;
    if (by === "_key" || by === "_term") return byKey * sign;
    return (one.length - other.length) * sign || byKey;
  });
  const shown = all.slice(0, Math.min(size, BUCKETS));
  const date = isDate(hits, aggregation);
  return {
    doc_count_error_upper_bound: 0,
    sum_other_doc_count: all.slice(shown.length).reduce((sum, [, group]) => sum + group.length, 0),
    buckets: shown.map(([key, group]) => ({
      key,
      ...(date ? { key_as_string: isoMoment(Number(key)) } : {}),
      ...bucket(aggregation, group, options),
    })),
  };
};

const CALENDAR: Readonly<Record<string, string>> = {
  ...{ minute: "m", "1m": "m", hour: "h", "1h": "h", day: "d", "1d": "d", week: "w", "1w": "w" },
  ...{ month: "M", "1M": "M", year: "y", "1y": "y" },
};

/** The start of a moment's bucket, and of the one after it. */
function interval(
  { options }: Aggregation,
): { start: (time: number) => number; next: (start: number) => number } {
  const calendar = CALENDAR[String(options.calendar_interval ?? options.interval ?? "")];
  if (calendar !== undefined) {
    return { start: (time) => rounded(time, calendar), next: (start) => added(start, calendar, 1) };
  }
  const text = String(options.fixed_interval ?? options.interval ?? "");
  const [, count, unit] = /^(\d{1,6})(s|m|h|d)$/.exec(text) ?? [];
  if (count === undefined || unit === undefined || Number(count) === 0) {
    if (text === "" && options.calendar_interval === undefined) {
      const reason = "Invalid interval specified, must be non-null and non-empty";
      throw shardFailure("illegal_argument_exception", reason);
    }
    const key = options.calendar_interval === undefined ? "fixed_interval" : "calendar_interval";
    const reason = `[date_histogram] failed to parse field [${key}]`;
    throw fail(400, "x_content_parse_exception", reason);
  }
  const size = added(0, unit, Number(count));
  return { start: (time) => Math.floor(time / size) * size, next: (start) => start + size };
}

const dateHistogram: Kind = (aggregation, hits, options) => {
  const { start, next } = interval(aggregation);
  const groups = new Map<number, Hit[]>();
  for (const hit of hits) {
    for (const at of new Set(valuesIn(hit, aggregation).map((value) => start(Number(value))))) {
      const group = groups.get(at);
      if (group) group.push(hit);
      else groups.set(at, [hit]);
    }
  }
  const starts = [...groups.keys()].filter((at) => !Number.isNaN(at)).sort((a, b) => a - b);
  const buckets: object[] = [];
  const least = Number(aggregation.options.min_doc_count ?? 0);
  const last = starts.at(-1) ?? -Infinity;
  const every = least > 0 ? starts : filled(starts[0] ?? Infinity, last, next);
  for (const at of every) {
    const group = groups.get(at) ?? [];
    if (group.length < least) continue;
    buckets.push({ key_as_string: isoMoment(at), key: at, ...bucket(aggregation, group, options) });
  }
  return { buckets };
};

/** The service finds this out when it puts its shards' answers together. */
function tooManyBuckets(count: number): Error {
  const reason =
    `Trying to create too many buckets. Must be less than or equal to: [${BUCKETS}] but was [${count}]. This limit can be set by changing the [search.max_buckets] cluster level setting.`;
  return new SearchError(503, {
    error: {
      root_cause: [],
      type: "search_phase_execution_exception",
      reason: "",
      phase: "fetch",
      grouped: true,
      failed_shards: [],
      caused_by: { type: "too_many_buckets_exception", reason, max_buckets: BUCKETS },
    },
    status: 503,
  });
}

/** Every bucket from the first to the last, the empty ones too. */
function filled(first: number, last: number, next: (start: number) => number): number[] {
  const starts: number[] = [];
  for (let at = first; at <= last; at = next(at)) {
    starts.push(at);
    if (starts.length > BUCKETS) {
      throw tooManyBuckets(starts.length);
    }
  }
  return starts;
}

function metric(work: (values: number[]) => number | null): Kind {
  return (aggregation, hits) => {
    const values = hits.flatMap((hit) => valuesIn(hit, aggregation)).map(Number)
      .filter((value) => !Number.isNaN(value));
    const value = work(values);
    return value !== null && isDate(hits, aggregation)
      ? { value, value_as_string: isoMoment(value) }
      : { value };
  };
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

function extreme(pick: (a: number, b: number) => number): (values: number[]) => number | null {
  return (values) => values.length === 0 ? null : values.reduce((a, b) => pick(a, b));
}

const KINDS: Readonly<Record<string, Kind>> = {
  terms,
  date_histogram: dateHistogram,
  value_count: (aggregation, hits) => ({
    value: hits.reduce((count, hit) => count + valuesIn(hit, aggregation).length, 0),
  }),
  cardinality: (aggregation, hits) => ({
    value: new Set(hits.flatMap((hit) => valuesIn(hit, aggregation))).size,
  }),
  min: metric(extreme(Math.min)),
  max: metric(extreme(Math.max)),
  sum: metric(sum),
  avg: metric((values) => values.length === 0 ? null : sum(values) / values.length),
};
