import type { Json } from "../../probes/mod.ts";
import { expensive, fail, shardFailure, unparsable } from "./_error.ts";
import { literalGlob } from "./_glob.ts";
import type { Bounds, Fields, Query, TextQuery } from "./_query.ts";
import { parseQueryString } from "./_query_string.ts";
import { parseSimpleQuery } from "./_simple_query.ts";

type Body = Readonly<Record<string, Json>>;

/** Depth of a query and number of its clauses; the service's own limits. */
const DEPTH = 20;
const CLAUSES = 1024;

/** Text of a query; the service's own limit of a keyword search is far above it. */
const TEXT = 32_768;

/** Reads the query of a search body. */
export function parseQuery(body: Json): Query {
  return new Reader().query(body, 0);
}

class Reader {
  #clauses = 0;

  query(body: Json, depth: number): Query {
    if (++this.#clauses > CLAUSES) {
      throw shardFailure("too_many_nested_clauses", `maxClauseCount is set to ${CLAUSES}`);
    }
    if (depth > DEPTH) {
      throw shardFailure(
        "illegal_argument_exception",
        `The query has a depth that exceeds the limit of [${DEPTH}]`,
      );
    }
    const object = objectOf(body, "_na", "query malformed, must start with start_object");
    const [first, ...rest] = Object.entries(object);
    if (!first) {
      throw fail(400, "illegal_argument_exception", "query malformed, empty clause found");
    }
    const [name, clause] = first;
    if (rest.length > 0) {
      throw unparsable(
        `[${name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]`,
      );
    }
    const parse = Object.hasOwn(CLAUSE, name) ? CLAUSE[name] : undefined;
    if (!parse) throw unparsable(`unknown query [${name.slice(0, 60).toWellFormed()}]`);
    return parse(objectOf(clause, name), this, depth);
  }

  /** The clauses of one part of a bool: one, or a list. */
  list(body: Json | undefined, depth: number): Query[] {
    if (body === undefined) return [];
    return (Array.isArray(body) ? body : [body]).map((part) => this.query(part, depth + 1));
  }
}

type Parse = (body: Body, reader: Reader, depth: number) => Query;

function objectOf(
  value: Json,
  name: string,
  wrong = "query malformed, no start_object after query name",
): Body {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw unparsable(`[${name}] ${wrong}`);
  }
  return value;
}

function boostOf(body: Body): number {
  const boost = body.boost === undefined ? 1 : Number(body.boost);
  if (!Number.isFinite(boost) || boost < 0) {
    throw fail(400, "illegal_argument_exception", `negative [boost] are not allowed in [query]`);
  }
  return boost;
}

function textOf(value: Json | undefined, name: string, key: string): string {
  if (value === undefined || value === null || typeof value === "object") {
    throw unparsable(`[${name}] requires ${key} value`);
  }
  const text = String(value);
  if (text.length > TEXT) {
    throw shardFailure("too_many_clauses", `maxClauseCount is set to ${CLAUSES}`);
  }
  return text;
}

/** The one field of a clause such as `{"term": {"user": …}}`. */
function oneField(body: Body, name: string): [string, Json] {
  const [field, ...rest] = Object.entries(body).filter(([key]) => key !== "boost");
  if (!field) throw fail(400, "illegal_argument_exception", "fieldName must not be null or empty");
  if (rest.length > 0) {
    throw unparsable(
      `[${name}] query doesn't support multiple fields, found [${field[0]}] and [${rest[0]?.[0]}]`,
    );
  }
  return field;
}

/** A clause whose field has a value, or an object that holds it under a key. */
function valued(body: Body, name: string, key: string): { field: string; value: Json; more: Body } {
  const [field, given] = oneField(body, name);
  if (given !== null && typeof given === "object" && !Array.isArray(given)) {
    return { field, value: given[key] ?? null, more: given };
  }
  if (Array.isArray(given)) {
    throw fail(500, "illegal_state_exception", "Can't get text on a START_ARRAY");
  }
  return { field, value: given, more: body };
}

function match(mode: TextQuery["mode"], name: string): Parse {
  return (body) => {
    if (Object.keys(body).length === 0) throw unparsable("No text specified for text query");
    const { field, value, more } = valued(body, name, "query");
    return {
      op: "text",
      fields: [[field, 1]],
      text: textOf(value, name, "query"),
      mode,
      ...wording(more),
      boost: boostOf(more),
    };
  };
}

/** What the options of a text query say. */
function wording(options: Body): Pick<TextQuery, "least" | "slop" | "lenient"> {
  if (options.fuzziness !== undefined) throw expensive("fuzzy");
  const all = String(options.operator ?? "or").toLowerCase() === "and";
  return {
    least: all ? "all" : leastOf(options.minimum_should_match) ?? "one",
    slop: Math.max(0, Number(options.slop ?? 0) || 0),
    lenient: options.lenient === true,
  };
}

function leastOf(value: Json | undefined): { count: number } | { share: number } | undefined {
  if (value === undefined || value === null) return undefined;
  const text = String(value);
  if (/^-?\d{1,4}%$/.test(text)) return { share: Number(text.slice(0, -1)) / 100 };
  if (/^-?\d{1,4}$/.test(text)) return { count: Number(text) };
  throw fail(
    400,
    "number_format_exception",
    `For input string: "${text.slice(0, 60).toWellFormed()}"`,
  );
}

/** Names of fields with boosts: `"title^2"`. */
function fieldsOf(value: Json | undefined, otherwise: Fields): Fields {
  if (value === undefined) return otherwise;
  return (Array.isArray(value) ? value : [value]).slice(0, CLAUSES).map((field) => {
    const [name = "", boost = "1"] = String(field).split("^", 2);
    return [name, Number(boost) || 1] as const;
  });
}

const ANY: Fields = [["*", 1]];

const multiMatch: Parse = (body) => {
  const phrase = body.type === "phrase";
  return {
    op: "text",
    fields: fieldsOf(body.fields, ANY),
    text: textOf(body.query, "multi_match", "query"),
    mode: phrase ? "phrase" : body.type === "phrase_prefix" ? "prefix" : "words",
    ...wording({ lenient: body.fields === undefined, ...body }),
    boost: boostOf(body),
  };
};

const term: Parse = (body) => {
  const { field, value, more } = valued(body, "term", "value");
  if (value === null || typeof value === "object") {
    throw fail(400, "illegal_argument_exception", "value cannot be null");
  }
  return {
    op: "terms",
    field,
    values: [value],
    fold: more.case_insensitive === true,
    boost: boostOf(more),
    one: true,
  };
};

const terms: Parse = (body) => {
  const [field, values] = oneField(body, "terms");
  if (!Array.isArray(values)) {
    throw unparsable(`[terms] query does not support [${field.slice(0, 60).toWellFormed()}]`);
  }
  return { op: "terms", field, values, fold: false, boost: boostOf(body), one: false };
};

const range: Parse = (body) => {
  const [field, given] = oneField(body, "range");
  const options = objectOf(
    given,
    "range",
    `query does not support [${field.slice(0, 60).toWellFormed()}]`,
  );
  const bounds: Bounds = {};
  for (const [key, value] of Object.entries(options)) {
    const open = value === null;
    if (key === "gt" || key === "gte" || key === "lt" || key === "lte") {
      if (!open) bounds[key] = value;
    } else if (key === "from" || key === "to") {
      const strict = options[key === "from" ? "include_lower" : "include_upper"] === false;
      if (!open) bounds[key === "from" ? (strict ? "gt" : "gte") : (strict ? "lt" : "lte")] = value;
    } else if (!RANGE_OPTIONS.includes(key)) {
      throw unparsable(`[range] query does not support [${key.slice(0, 60).toWellFormed()}]`);
    }
  }
  return { op: "range", fields: [[field, 1]], bounds, lenient: false, boost: boostOf(options) };
};

const RANGE_OPTIONS = [
  ...["include_lower", "include_upper", "format", "time_zone", "boost", "relation", "_name"],
];

function pattern(name: "prefix" | "wildcard"): Parse {
  return (body) => {
    const { field, value, more } = valued(body, name, "value");
    const text = textOf(value ?? more.wildcard ?? null, name, "value");
    return {
      op: "glob",
      fields: [[field, 1]],
      pattern: name === "prefix" ? `${literalGlob(text)}*` : text,
      fold: more.case_insensitive === true ? "all" : "none",
      boost: boostOf(more),
    };
  };
}

const bool: Parse = (body, reader, depth) => {
  for (const key of Object.keys(body)) {
    if (!BOOL_PARTS.includes(key)) {
      const shown = key.slice(0, 60).toWellFormed();
      throw fail(400, "x_content_parse_exception", `[bool] unknown field [${shown}]`);
    }
  }
  if (!BOOL_CLAUSES.some((key) => body[key] !== undefined)) {
    return { op: "all", boost: boostOf(body) };
  }
  const must = reader.list(body.must, depth);
  const filter = reader.list(body.filter, depth);
  const should = reader.list(body.should, depth);
  const given = leastOf(body.minimum_should_match);
  const least = given === undefined
    ? must.length + filter.length === 0 && should.length > 0 ? 1 : 0
    : atLeast(given, should.length);
  return {
    op: "bool",
    must,
    filter,
    should,
    not: reader.list(body.must_not, depth),
    least,
    boost: boostOf(body),
  };
};

const BOOL_CLAUSES = ["must", "filter", "should", "must_not"];

const BOOL_PARTS = [
  ...["must", "filter", "should", "must_not", "minimum_should_match", "boost", "_name"],
  "adjust_pure_negative",
];

/** How many of some clauses a `minimum_should_match` means. */
export function atLeast(least: { count: number } | { share: number }, clauses: number): number {
  const wanted = "count" in least ? least.count : Math.trunc(clauses * least.share);
  const negative = "count" in least ? least.count < 0 : least.share < 0;
  return Math.max(0, Math.min(clauses, negative ? clauses + wanted : wanted));
}

const queryString: Parse = (body) => {
  const text = textOf(body.query, "query_string", "query");
  const fields = fieldsOf(body.fields ?? body.default_field, ANY);
  const all = String(body.default_operator ?? "or").toLowerCase() === "and";
  const lenient = body.lenient === true || (body.fields ?? body.default_field) === undefined;
  return boosted(parseQueryString(text, { fields, all, lenient }), boostOf(body));
};

function boosted(of: Query, boost: number): Query {
  return boost === 1
    ? of
    : { op: "bool", must: [of], filter: [], should: [], not: [], least: 0, boost };
}

const CLAUSE: Readonly<Record<string, Parse>> = {
  match_all: (body) => ({ op: "all", boost: boostOf(body) }),
  match_none: () => ({ op: "none" }),
  match: match("words", "match"),
  match_phrase: match("phrase", "match_phrase"),
  match_phrase_prefix: match("prefix", "match_phrase_prefix"),
  multi_match: multiMatch,
  term,
  terms,
  range,
  exists: (body) => {
    if (body.field === undefined) throw unparsable("[exists] must be provided with a [field]");
    const field = textOf(body.field, "exists", "field");
    return { op: "exists", fields: [[field, 1]], boost: boostOf(body) };
  },
  prefix: pattern("prefix"),
  wildcard: pattern("wildcard"),
  ids: (body) => ({
    op: "ids",
    values: (Array.isArray(body.values) ? body.values : []).map(String),
    boost: boostOf(body),
  }),
  bool,
  constant_score: (body, reader, depth) => ({
    op: "constant",
    of: reader.query(body.filter ?? null, depth + 1),
    boost: boostOf(body),
  }),
  dis_max: (body, reader, depth) => ({
    op: "best",
    of: reader.list(body.queries, depth),
    tie: Number(body.tie_breaker ?? 0) || 0,
    boost: boostOf(body),
  }),
  query_string: queryString,
  simple_query_string: (body) => {
    const text = textOf(body.query, "simple_query_string", "query");
    const all = String(body.default_operator ?? "or").toLowerCase() === "and";
    return boosted(
      parseSimpleQuery(text, { fields: fieldsOf(body.fields, ANY), all }),
      boostOf(body),
    );
  },
  regexp: () => {
    throw expensive("regexp");
  },
  fuzzy: () => {
    throw expensive("fuzzy");
  },
  script: () => {
    throw expensive("script");
  },
};
