import type { Json, Row } from "../../probes/mod.ts";
import { fail } from "./_error.ts";
import { parseDate } from "./_dates.ts";

/** Types of fields. */
export type FieldType =
  | "text"
  | "keyword"
  | "date"
  | "ip"
  | "long"
  | "float"
  | "boolean"
  /** A text that has a `.keyword` beside it, as dynamic mapping makes it. */
  | "text+keyword";

/** Types by field. */
export type Mapping = Readonly<Record<string, FieldType>>;

/** Fields that an index may have; the service's own limit. */
const FIELDS = 1000;

/** Depth of objects in a document; the service's own limit. */
const DEPTH = 20;

/** Length of a keyword that dynamic mapping still indexes. */
const KEYWORD = 256;

/** The values of a document's fields, by dotted path. */
export type Values = ReadonlyMap<string, readonly Json[]>;

/** The values of a document, flattened. */
export function flatten(source: Json): Map<string, Json[]> {
  const values = new Map<string, Json[]>();
  const walk = (value: Json, path: string, depth: number): void => {
    if (depth > DEPTH) {
      throw fail(
        400,
        "illegal_argument_exception",
        `Limit of mapping depth [${DEPTH}] has been exceeded due to object field [${
          path.slice(0, 100)
        }]`,
      );
    }
    if (Array.isArray(value)) {
      for (const item of value) walk(item, path, depth + 1);
    } else if (value !== null && typeof value === "object") {
      for (const [name, part] of Object.entries(value)) {
        walk(part, path === "" ? name : `${path}.${name}`, depth + 1);
      }
    } else if (value !== null) {
      values.set(path, [...values.get(path) ?? [], value]);
    }
  };
  walk(source, "", 0);
  return values;
}

function guessed(value: Json): FieldType {
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return Number.isInteger(value) ? "long" : "float";
  const date = /^\d{4}-\d\d-\d\d|^\d{4}\/\d\d\/\d\d/.test(String(value));
  return date && parseDate(String(value).replaceAll("/", "-")) !== undefined
    ? "date"
    : "text+keyword";
}

/**
 * The mapping of an index once a document is in it.
 *
 * @throws {SearchError} when a value does not fit its field.
 */
export function extended(mapping: Mapping, values: Values, id: string): Mapping {
  const grown: Record<string, FieldType> = { ...mapping };
  for (const [field, items] of values) {
    const type = grown[field] ??= guessed(items[0] as Json);
    for (const item of items) check(field, type, item, id);
  }
  const count = Object.keys(grown).length;
  if (count > FIELDS) {
    throw fail(
      400,
      "illegal_argument_exception",
      `Limit of total fields [${FIELDS}] has been exceeded`,
    );
  }
  return count === Object.keys(mapping).length ? mapping : grown;
}

function check(field: string, type: FieldType, value: Json, id: string): void {
  const fits = type === "text" || type === "keyword" || type === "text+keyword" ||
    comparable(type, value) !== undefined;
  if (fits) return;
  throw fail(
    400,
    "mapper_parsing_exception",
    `failed to parse field [${field}] of type [${type}] in document with id '${id}'. Preview of field's value: '${
      String(value).slice(0, 60)
    }'`,
  );
}

/** A value in a form that can be compared: text, a number, or undefined when it is none. */
export function comparable(type: FieldType, value: Json): string | number | undefined {
  const text = String(value);
  switch (type) {
    case "date":
      return typeof value === "number" ? value : parseDate(text);
    case "long":
    case "float": {
      const number = typeof value === "boolean" || text.trim() === "" ? NaN : Number(text);
      return Number.isFinite(number) ? number : undefined;
    }
    case "boolean":
      return text === "true" ? 1 : text === "false" ? 0 : undefined;
    case "ip":
      return parseIp(text);
    default:
      return text;
  }
}

/** An IPv4 address as a number; an IPv6 address as its text. */
export function parseIp(text: string): number | string | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts) {
    return parts.every((part) => part < 256)
      ? parts.reduce((sum, part) => sum * 256 + part, 0)
      : undefined;
  }
  return /^[0-9a-f:]{2,39}$/i.test(text) && text.includes(":") ? text.toLowerCase() : undefined;
}

/** A field as a query names it, with its type; `.keyword` reaches what lies beside a text. */
export interface Field {
  /** Name as it was asked for. */
  name: string;
  /** Path of its values in a document. */
  path: string;
  type: Exclude<FieldType, "text+keyword">;
}

/** The field of a name; undefined when the index has none. */
export function fieldOf(mapping: Mapping, name: string): Field | undefined {
  const type = Object.hasOwn(mapping, name) ? mapping[name] : undefined;
  if (type !== undefined) {
    return { name, path: name, type: type === "text+keyword" ? "text" : type };
  }
  const path = name.endsWith(".keyword") ? name.slice(0, -8) : "";
  return Object.hasOwn(mapping, path) && mapping[path] === "text+keyword"
    ? { name, path, type: "keyword" }
    : undefined;
}

const analyzed = new WeakMap<Row, Map<string, string[]>>();
const flattened = new WeakMap<Row, Values>();

/** The values of a document's row; rows never change, so they are worked out once. */
export function valuesOf(row: Row): Values {
  const known = flattened.get(row);
  if (known) return known;
  const values = flatten(row.source as Json);
  flattened.set(row, values);
  return values;
}

/** The words of a field in a document, or the values of a keyword. */
export function termsOf(row: Row, field: Field): readonly string[] {
  const terms = analyzed.get(row) ?? new Map<string, string[]>();
  analyzed.set(row, terms);
  const known = terms.get(field.name);
  if (known) return known;
  const values = (valuesOf(row).get(field.path) ?? []).map(String);
  const made = field.type === "text"
    ? values.flatMap(words)
    : values.filter((value) => field.name === field.path || value.length <= KEYWORD);
  terms.set(field.name, made);
  return made;
}

/** Longest word; a longer one is cut into pieces. */
const WORD = 255;

// A word as Unicode Annex 29 has it: a dot between letters joins, and so does one between digits.
const WORDS =
  /[\p{L}\p{N}\p{M}_]+(?:(?:(?<=\p{L})[.'’:·](?=\p{L})|(?<=\p{N})[.,;'](?=\p{N}))[\p{L}\p{N}\p{M}_]+)*/gu;

/** The words of a text, as the standard analyzer makes them. */
export function words(text: string): string[] {
  return (text.match(WORDS) ?? []).flatMap((word) => {
    const folded = word.toLowerCase();
    if (folded.length <= WORD) return [folded];
    return Array.from(
      { length: Math.ceil(folded.length / WORD) },
      (_, index) => folded.slice(index * WORD, (index + 1) * WORD),
    );
  });
}
