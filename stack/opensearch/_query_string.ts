import type { Json } from "../../probes/mod.ts";
import { expensive, shardFailure } from "./_error.ts";
import { boolOf, type Bounds, type Fields, type Query } from "./_query.ts";

/** Options for {@linkcode parseQueryString}. */
export interface QueryStringOptions {
  /** Fields of words that name none. */
  fields: Fields;
  /** Whether all clauses must hold where no operator stands between them. */
  all: boolean;
  /** Whether a word that does not fit a field finds nothing instead of failing. */
  lenient: boolean;
}

/** Depth of parentheses and number of clauses. */
const DEPTH = 50;
const CLAUSES = 1024;

/**
 * Reads a query in the syntax of Lucene's classic parser: fields, phrases, ranges, wildcards,
 * `AND`, `OR`, `NOT`, `+`, `-`, parentheses and boosts. Regular expressions and fuzzy words are
 * refused as expensive.
 */
export function parseQueryString(text: string, options: QueryStringOptions): Query {
  if (text.trim() === "") return { op: "none" };
  return new Parser(text, options).whole();
}

type Occur = "must" | "should" | "not";

class Parser {
  #text: string;
  #at = 0;
  #options: QueryStringOptions;
  #clauses = 0;

  constructor(text: string, options: QueryStringOptions) {
    this.#text = text;
    this.#options = options;
  }

  whole(): Query {
    const query = this.#clauseList(this.#options.fields, 0);
    if (this.#at < this.#text.length) throw this.#wrong();
    return query;
  }

  #wrong(): Error {
    return shardFailure(
      "query_shard_exception",
      `Failed to parse query [${this.#text.slice(0, 200).toWellFormed()}]`,
    );
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? "x")) this.#at++;
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #word(token: string): boolean {
    const next = this.#text[this.#at + token.length];
    if (next !== undefined && !/[\s()!+\-"]/.test(next)) return false;
    return this.#take(token);
  }

  /** Clauses up to the end or a closing parenthesis, joined as the classic parser joins them. */
  #clauseList(fields: Fields, depth: number): Query {
    if (depth > DEPTH) throw this.#wrong();
    const clauses: { occur: Occur; of: Query }[] = [];
    const usual: Occur = this.#options.all ? "must" : "should";
    for (;;) {
      this.#skip();
      const end = this.#at >= this.#text.length || this.#text[this.#at] === ")";
      if (end) break;
      const joint = this.#word("AND") || this.#take("&&")
        ? "and"
        : this.#word("OR") || this.#take("||")
        ? "or"
        : undefined;
      if (joint !== undefined && clauses.length === 0) throw this.#wrong();
      this.#skip();
      const sign = this.#word("NOT") || this.#take("!") || this.#take("-")
        ? "not"
        : this.#take("+")
        ? "must"
        : undefined;
      this.#skip();
      const of = (sign ?? joint) === undefined && this.#run(fields) || this.#clause(fields, depth);
      const before = clauses.at(-1);
      if (before && joint === "and" && before.occur !== "not") before.occur = "must";
      if (before && joint === "or" && this.#options.all && before.occur !== "not") {
        before.occur = "should";
      }
      const joined = joint === "and" ? "must" : joint === "or" ? "should" : usual;
      clauses.push({ occur: sign ?? joined, of });
      if (++this.#clauses > CLAUSES) {
        throw shardFailure("too_many_clauses", `maxClauseCount is set to ${CLAUSES}`);
      }
    }
    if (clauses.length === 0) throw this.#wrong();
    return boolOf(clauses);
  }

  /**
   * Two and more plain words in a row, which are looked for together, field by field. A word that an
   * operator, a boost or a colon follows stands alone.
   */
  #run(fields: Fields): Query | undefined {
    const start = this.#at;
    const found: string[] = [];
    for (;;) {
      const before = this.#at;
      this.#skip();
      if (
        this.#word("AND") || this.#word("OR") || this.#word("NOT") ||
        this.#text[this.#at] === "+" || this.#text[this.#at] === "-"
      ) {
        this.#at = before;
        break;
      }
      const { text, wild } = this.#term();
      const end = this.#at;
      const next = this.#text[end];
      this.#skip();
      const joined = this.#word("AND") || this.#word("OR") || this.#take("&&") || this.#take("||");
      this.#at = end;
      if (text === "" || wild || joined || next === ":" || next === "^" || next === "~") {
        this.#at = before;
        break;
      }
      found.push(text);
    }
    if (found.length > 1) return this.#textQuery(fields, found.join(" "));
    this.#at = start;
    return undefined;
  }

  #textQuery(fields: Fields, text: string): Query {
    return {
      op: "text",
      fields,
      text,
      mode: "words",
      least: this.#options.all ? "all" : "one",
      slop: 0,
      lenient: this.#options.lenient,
      boost: this.#boost(),
    };
  }

  #clause(fields: Fields, depth: number): Query {
    const field = this.#field();
    const asked: Fields = field === undefined ? fields : [[field, 1]];
    if (field === "_exists_") return { op: "exists", fields: [[this.#term().text, 1]], boost: 1 };
    if (this.#take("(")) {
      const of = this.#clauseList(asked, depth + 1);
      if (!this.#take(")")) throw this.#wrong();
      return this.#boosted(of);
    }
    const next = this.#text[this.#at];
    if (next === '"') return this.#phrase(asked);
    if (next === "[" || next === "{") return this.#range(asked);
    if (next === "/") throw expensive("regexp");
    if (next === "<" || next === ">") return this.#comparison(asked);
    return this.#words(asked, field);
  }

  /** The field in front of a colon, when one is there. */
  #field(): string | undefined {
    const start = this.#at;
    const { text } = this.#term(true);
    if (text !== "" && this.#take(":")) {
      this.#skip();
      return text;
    }
    this.#at = start;
    return undefined;
  }

  /** Characters up to the next that means something; a backslash takes the next as it is. */
  #term(name = false): { text: string; pattern: string; wild: boolean } {
    let [text, pattern, wild] = ["", "", false];
    for (; this.#at < this.#text.length; this.#at++) {
      const letter = this.#text[this.#at] as string;
      if (letter === "\\") {
        const next = this.#text[++this.#at];
        if (next === undefined) throw this.#wrong();
        text += next;
        pattern += `\\${next}`;
        continue;
      }
      if (/[\s"()[\]{}^~:!/]/.test(letter)) break;
      if (name && text === "" && /[+\-<>]/.test(letter)) break;
      wild ||= letter === "*" || letter === "?";
      text += letter;
      pattern += letter;
    }
    return { text, pattern, wild };
  }

  #boost(): number {
    if (!this.#take("^")) return 1;
    const [digits = ""] = /^\d+(?:\.\d+)?/.exec(this.#text.slice(this.#at, this.#at + 20)) ?? [];
    if (digits === "") throw this.#wrong();
    this.#at += digits.length;
    return Number(digits);
  }

  #boosted(of: Query): Query {
    const boost = this.#boost();
    return boost === 1
      ? of
      : { op: "bool", must: [of], filter: [], should: [], not: [], least: 0, boost };
  }

  #phrase(fields: Fields): Query {
    let text = "";
    for (this.#at++; this.#text[this.#at] !== '"'; this.#at++) {
      if (this.#at >= this.#text.length) throw this.#wrong();
      if (this.#text[this.#at] === "\\") this.#at++;
      text += this.#text[this.#at] ?? "";
    }
    this.#at++;
    const [, digits] = /^~(\d{1,3})/.exec(this.#text.slice(this.#at, this.#at + 5)) ?? [];
    if (digits !== undefined) this.#at += digits.length + 1;
    return {
      op: "text",
      fields,
      text,
      mode: "phrase",
      least: "one",
      slop: Number(digits ?? 0),
      lenient: this.#options.lenient,
      boost: this.#boost(),
    };
  }

  #range(fields: Fields): Query {
    const open = this.#text[this.#at++];
    const from = this.#bound();
    this.#skip();
    if (!this.#word("TO")) throw this.#wrong();
    const to = this.#bound();
    this.#skip();
    const close = this.#text[this.#at++];
    if (close !== "]" && close !== "}") throw this.#wrong();
    const bounds: Bounds = {
      ...(from === "*" ? {} : open === "[" ? { gte: from } : { gt: from }),
      ...(to === "*" ? {} : close === "]" ? { lte: to } : { lt: to }),
    };
    return { op: "range", fields, bounds, lenient: this.#options.lenient, boost: this.#boost() };
  }

  #bound(): Json {
    this.#skip();
    if (this.#take('"')) {
      const end = this.#text.indexOf('"', this.#at);
      if (end < 0) throw this.#wrong();
      const text = this.#text.slice(this.#at, end);
      this.#at = end + 1;
      return text;
    }
    const start = this.#at;
    while (this.#at < this.#text.length && !/[\s\]}]/.test(this.#text[this.#at] as string)) {
      this.#at++;
    }
    if (this.#at === start) throw this.#wrong();
    return this.#text.slice(start, this.#at);
  }

  #comparison(fields: Fields): Query {
    const sign = this.#text[this.#at++];
    const equal = this.#take("=");
    const value = this.#bound();
    const key = `${sign === ">" ? "gt" : "lt"}${equal ? "e" : ""}`;
    return {
      op: "range",
      fields,
      bounds: { [key]: value },
      lenient: this.#options.lenient,
      boost: this.#boost(),
    };
  }

  #words(fields: Fields, field: string | undefined): Query {
    const { text, pattern, wild } = this.#term();
    if (text === "") throw this.#wrong();
    if (this.#text[this.#at] === "~") throw expensive("fuzzy");
    if (this.#text[this.#at] === ":") throw this.#wrong();
    if (pattern === "*" && wild) {
      const boost = this.#boost();
      return field === undefined || field === "*"
        ? { op: "all", boost }
        : { op: "exists", fields: [[field, 1]], boost };
    }
    if (wild) return { op: "glob", fields, pattern, fold: "words", boost: this.#boost() };
    return this.#textQuery(fields, text);
  }
}
