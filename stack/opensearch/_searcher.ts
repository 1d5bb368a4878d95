import type { Json, Row } from "../../probes/mod.ts";
import { atLeast } from "./_clauses.ts";
import { parseMoment } from "./_dates.ts";
import { shardFailure } from "./_error.ts";
import { type Budget, type Glob, globMatches, parseGlob } from "./_glob.ts";
import {
  comparable,
  type Field,
  fieldOf,
  type Mapping,
  parseIp,
  termsOf,
  valuesOf,
  words,
} from "./mapping.ts";
import type { Bounds, Fields, Query, TextQuery } from "./_query.ts";

/** BM25 as the service sets it; its scores have the factor k1 + 1. */
const K1 = 1.2;
const B = 0.75;

/** An index as a search sees it. */
export interface SearchedIndex {
  name: string;
  uuid: string;
  mapping: Mapping;
  docs: readonly Row[];
}

interface Statistics {
  /** Documents that have the field. */
  count: number;
  /** Mean number of words in it. */
  length: number;
}

/** Carries queries out on the documents of one index. */
export class Searcher {
  #index: SearchedIndex;
  #budget: Budget;
  #now: number;
  #statistics = new Map<string, Statistics>();
  #frequencies = new Map<string, number>();
  #named = new Map<Fields, readonly [Field, number][]>();
  #unfit = new Map<string, boolean>();
  #globs = new Map<string, Glob>();
  #words = new Map<string, string[]>();

  constructor(index: SearchedIndex, options: { budget: Budget; now: number }) {
    this.#index = index;
    this.#budget = options.budget;
    this.#now = options.now;
  }

  /** The documents that a query finds, with their scores. */
  find(query: Query): { row: Row; score: number }[] {
    return this.#index.docs.flatMap((row) => {
      const score = this.score(query, row);
      return score === undefined ? [] : [{ row, score }];
    });
  }

  /** The score of a document, or undefined when a query does not find it. */
  score(query: Query, row: Row): number | undefined {
    this.#budget.spend(1);
    switch (query.op) {
      case "all":
        return query.boost;
      case "none":
        return undefined;
      case "constant":
        return this.score(query.of, row) === undefined ? undefined : query.boost;
      case "best":
        return this.#best(query, row);
      case "ids":
        return query.values.includes(String(row.doc_id)) ? query.boost : undefined;
      case "exists":
        return this.#fields(query.fields).some(([field]) => holds(row, field)) ||
            [...valuesOf(row).keys()].some((path) => path.startsWith(`${query.fields[0]?.[0]}.`))
          ? query.boost
          : undefined;
      case "bool":
        return this.#bool(query, row);
      case "terms":
        return this.#terms(query, row);
      case "range":
        return this.#anyField(query.fields, (field) => this.#inRange(field, query, row))
          ? query.boost
          : undefined;
      case "glob":
        return this.#anyField(query.fields, (field) => this.#fitsGlob(field, query, row))
          ? query.boost
          : undefined;
      case "text":
        return this.#text(query, row);
    }
  }

  #best(query: Extract<Query, { op: "best" }>, row: Row): number | undefined {
    const scores = query.of.map((part) => this.score(part, row))
      .filter((score) => score !== undefined);
    if (scores.length === 0) return undefined;
    const most = Math.max(...scores);
    const rest = scores.reduce((sum, score) => sum + score, 0) - most;
    return (most + query.tie * rest) * query.boost;
  }

  #bool(query: Extract<Query, { op: "bool" }>, row: Row): number | undefined {
    let sum = 0;
    for (const part of query.filter) if (this.score(part, row) === undefined) return undefined;
    for (const part of query.not) if (this.score(part, row) !== undefined) return undefined;
    for (const part of query.must) {
      const score = this.score(part, row);
      if (score === undefined) return undefined;
      sum += score;
    }
    let found = 0;
    for (const part of query.should) {
      const score = this.score(part, row);
      if (score === undefined) continue;
      found++;
      sum += score;
    }
    return found < query.least ? undefined : sum * query.boost;
  }

  /** The fields that some names stand for, with their boosts; worked out once for each query. */
  #fields(names: Fields): readonly [Field, number][] {
    const known = this.#named.get(names);
    if (known) return known;
    const fields = names.flatMap(([name, boost]): [Field, number][] => {
      if (!name.includes("*")) {
        const field = fieldOf(this.#index.mapping, name);
        return field ? [[field, boost]] : [];
      }
      const glob = this.#glob(name);
      return Object.keys(this.#index.mapping)
        .filter((path) => globMatches(glob, path, this.#budget))
        .flatMap((path): [Field, number][] => {
          const field = fieldOf(this.#index.mapping, path);
          return field ? [[field, boost]] : [];
        });
    });
    this.#named.set(names, fields);
    return fields;
  }

  #anyField(names: Fields, test: (field: Field) => boolean): boolean {
    return this.#fields(names).some(([field]) => test(field));
  }

  #glob(pattern: string): Glob {
    const known = this.#globs.get(pattern) ?? parseGlob(pattern);
    this.#globs.set(pattern, known);
    return known;
  }

  #fitsGlob(field: Field, query: Extract<Query, { op: "glob" }>, row: Row): boolean {
    if (field.type !== "text" && field.type !== "keyword") return false;
    const fold = query.fold === "all" || query.fold === "words" && field.type === "text";
    const pattern = this.#glob(fold ? query.pattern.toLowerCase() : query.pattern);
    return termsOf(row, field).some((term) =>
      globMatches(pattern, fold ? term.toLowerCase() : term, this.#budget)
    );
  }

  #terms(query: Extract<Query, { op: "terms" }>, row: Row): number | undefined {
    const field = fieldOf(this.#index.mapping, query.field);
    if (!field) return undefined;
    if (field.type === "text" || field.type === "keyword") {
      const terms = termsOf(row, field);
      this.#budget.spend(terms.length);
      for (const value of query.values) {
        const wanted = String(value);
        const folded = wanted.toLowerCase();
        const term = terms.find((term) =>
          query.fold ? term.toLowerCase() === folded : term === wanted
        );
        if (term === undefined) continue;
        const weighed = query.one && !query.fold;
        return weighed ? this.#weight(field, term, row) * query.boost : query.boost;
      }
      return undefined;
    }
    const found = query.values.some((value) => this.#equals(field, value, row, false));
    return found ? query.boost : undefined;
  }

  /** Whether a value of a field that holds no text is the one asked for. */
  #equals(field: Field, value: Json, row: Row, lenient: boolean): boolean {
    const text = String(value);
    if (field.type === "ip" && text.includes("/")) return this.#inNetwork(field, text, row);
    if (field.type === "date") {
      const bounds = { gte: value, lte: value };
      return this.#inRange(field, { bounds, lenient }, row);
    }
    const wanted = comparable(field.type, value);
    if (wanted === undefined) {
      if (lenient) return false;
      throw unfit(field, text);
    }
    return (valuesOf(row).get(field.path) ?? []).some((held) =>
      comparable(field.type, held) === wanted
    );
  }

  #inNetwork(field: Field, text: string, row: Row): boolean {
    const [address = "", bits = ""] = text.split("/", 2);
    const base = parseIp(address);
    if (typeof base !== "number" || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) {
      throw unfit(field, text);
    }
    const size = 2 ** (32 - Number(bits));
    const from = Math.floor(base / size) * size;
    return (valuesOf(row).get(field.path) ?? []).some((held) => {
      const ip = parseIp(String(held));
      return typeof ip === "number" && ip >= from && ip < from + size;
    });
  }

  #inRange(field: Field, query: { bounds: Bounds; lenient: boolean }, row: Row): boolean {
    const bound = (key: keyof Bounds): string | number | undefined => {
      const value = query.bounds[key];
      if (value === undefined) return undefined;
      const up = key === "lte" || key === "gt" ? "up" : "down";
      const limit = field.type === "date" && typeof value === "string"
        ? parseMoment(value, this.#now, up)
        : field.type === "text"
        ? String(value).toLowerCase()
        : comparable(field.type, value);
      if (limit === undefined && !query.lenient) throw unfit(field, String(value));
      return limit ?? NaN;
    };
    const [gt, gte, lt, lte] = [bound("gt"), bound("gte"), bound("lt"), bound("lte")];
    const held: readonly (string | number | undefined)[] =
      field.type === "text" || field.type === "keyword"
        ? termsOf(row, field)
        : (valuesOf(row).get(field.path) ?? []).map((value) => comparable(field.type, value));
    this.#budget.spend(held.length);
    return held.some((value) =>
      value !== undefined && (gt === undefined || value > gt) &&
      (gte === undefined || value >= gte) &&
      (lt === undefined || value < lt) && (lte === undefined || value <= lte)
    );
  }

  #text(query: TextQuery, row: Row): number | undefined {
    let most: number | undefined;
    for (const [field, boost] of this.#fields(query.fields)) {
      const score = this.#inField(field, query, row);
      if (score !== undefined) most = Math.max(most ?? 0, score * boost * query.boost);
    }
    return most;
  }

  #inField(field: Field, query: TextQuery, row: Row): number | undefined {
    if (field.type === "keyword") {
      const terms = termsOf(row, field);
      const found = query.mode === "prefix"
        ? terms.find((term) => term.startsWith(query.text))
        : terms.find((term) => term === query.text);
      this.#budget.spend(terms.length);
      return found === undefined ? undefined : this.#weight(field, found, row);
    }
    if (field.type !== "text") {
      if (query.lenient && this.#isUnfit(field, query.text)) return undefined;
      return this.#equals(field, query.text, row, query.lenient) ? 1 : undefined;
    }
    const wanted = this.#wordsOf(query.text);
    const terms = termsOf(row, field);
    this.#budget.spend(wanted.length + terms.length);
    if (wanted.length === 0) return undefined;
    return query.mode === "words"
      ? this.#anyWords(field, query, { wanted, terms, row })
      : this.#inARow(field, query, { wanted, terms, row });
  }

  /** Whether a text can be no value of a field: most words are neither dates nor numbers. */
  #isUnfit(field: Field, text: string): boolean {
    const key = `${field.type}\n${text}`;
    const known = this.#unfit.get(key);
    if (known !== undefined) return known;
    const fits = field.type === "date"
      ? parseMoment(text, this.#now, "down") !== undefined
      : comparable(field.type, text) !== undefined || field.type === "ip" && text.includes("/");
    this.#unfit.set(key, !fits);
    return !fits;
  }

  #wordsOf(text: string): string[] {
    const known = this.#words.get(text) ?? words(text);
    this.#words.set(text, known);
    return known;
  }

  #anyWords(
    field: Field,
    query: TextQuery,
    { wanted, terms, row }: { wanted: readonly string[]; terms: readonly string[]; row: Row },
  ): number | undefined {
    // A set pays off for many words only.
    const held = wanted.length > 8 ? new Set(terms) : undefined;
    const found = wanted.filter((word) => held ? held.has(word) : terms.includes(word));
    const least = query.least === "all"
      ? wanted.length
      : query.least === "one"
      ? 1
      : Math.max(1, atLeast(query.least, wanted.length));
    if (found.length < least) return undefined;
    return found.reduce((sum, word) => sum + this.#weight(field, word, row), 0);
  }

  #inARow(
    field: Field,
    query: TextQuery,
    { wanted, terms, row }: { wanted: readonly string[]; terms: readonly string[]; row: Row },
  ): number | undefined {
    const fits = (term: string | undefined, index: number): boolean =>
      query.mode === "prefix" && index === wanted.length - 1
        ? term?.startsWith(wanted[index] as string) ?? false
        : term === wanted[index];
    const from = (start: number): boolean => {
      let at = start;
      let spare = query.slop;
      for (let index = 1; index < wanted.length; index++) {
        at++;
        while (!fits(terms[at], index)) {
          this.#budget.spend(1);
          if (spare-- <= 0 || ++at >= terms.length) return false;
        }
      }
      return true;
    };
    for (let start = 0; start < terms.length; start++) {
      if (!fits(terms[start], 0)) continue;
      this.#budget.spend(wanted.length);
      if (from(start)) return wanted.reduce((sum, word) => sum + this.#weight(field, word, row), 0);
    }
    return undefined;
  }

  /** The weight of a word in a document's field, by BM25. */
  #weight(field: Field, word: string, row: Row): number {
    const { count, length } = this.#fieldStatistics(field);
    const matching = this.#documentFrequency(field, word);
    const rarity = Math.log(1 + (count - matching + 0.5) / (matching + 0.5));
    const terms = termsOf(row, field);
    this.#budget.spend(terms.length);
    const times = terms.reduce((sum, term) => sum + (term === word ? 1 : 0), 0);
    // The length of a keyword does not count.
    const norm = field.type === "text" ? 1 - B + B * terms.length / length : 1;
    return (K1 + 1) * rarity * times / (times + K1 * norm);
  }

  #fieldStatistics(field: Field): Statistics {
    const known = this.#statistics.get(field.name);
    if (known) return known;
    const lengths = this.#index.docs.map((row) => termsOf(row, field).length)
      .filter((length) => length > 0);
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const made = { count: lengths.length, length: total / Math.max(1, lengths.length) };
    this.#statistics.set(field.name, made);
    return made;
  }

  #documentFrequency(field: Field, word: string): number {
    const key = `${field.name}\n${word}`;
    const known = this.#frequencies.get(key);
    if (known !== undefined) return known;
    let found = 0;
    for (const row of this.#index.docs) {
      const terms = termsOf(row, field);
      this.#budget.spend(terms.length);
      if (terms.includes(word)) found++;
    }
    this.#frequencies.set(key, found);
    return found;
  }
}

/** Whether a document has a value in a field; a long text has none in the keyword beside it. */
function holds(row: Row, field: Field): boolean {
  return field.type === "keyword" ? termsOf(row, field).length > 0 : valuesOf(row).has(field.path);
}

/** A text that does not fit the type of the field in which it is looked for. */
function unfit(field: Field, text: string): Error {
  const shown = text.slice(0, 80).toWellFormed();
  if (field.type === "date") {
    const reason =
      `failed to parse date field [${shown}] with format [strict_date_optional_time||epoch_millis]`;
    return shardFailure("parse_exception", `${reason}: [${reason}]`);
  }
  const reason = field.type === "ip"
    ? `'${shown}' is not an IP string literal.`
    : field.type === "boolean"
    ? `Can't parse boolean value [${shown}], expected [true] or [false]`
    : `For input string: "${shown}"`;
  return shardFailure("query_shard_exception", `failed to create query: ${reason}`);
}
