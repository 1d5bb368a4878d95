import { boolOf, type Fields, type Query } from "./_query.ts";

/** Options for {@linkcode parseSimpleQuery}. */
export interface SimpleQueryOptions {
  /** Fields in which words are looked for. */
  fields: Fields;
  /** Whether all words must be found where no operator stands between them. */
  all: boolean;
}

/** Words and phrases that are read; the rest is left out, for this syntax never fails. */
const CLAUSES = 1024;

/**
 * Reads a query in the syntax of `simple_query_string`: words, phrases, `+`, `|`, `-` and `*` at the
 * end. Whatever is wrong is ignored, parentheses too.
 */
export function parseSimpleQuery(text: string, { fields, all }: SimpleQueryOptions): Query {
  const tokens = text.match(/"[^"]*"?|[^\s"|+()]+|[|+]/g) ?? [];
  const clauses: { occur: "must" | "should"; of: Query }[] = [];
  let joint: "and" | "or" | undefined;
  for (const token of tokens) {
    if (token === "+" || token === "|") {
      joint = token === "+" ? "and" : "or";
      continue;
    }
    if (clauses.length === CLAUSES) break;
    const not = token.startsWith("-") && token.length > 1;
    const of = clause(not ? token.slice(1) : token, fields);
    if (!of) continue;
    const before = clauses.at(-1);
    if (joint === "and" && before) before.occur = "must";
    if (joint === "or" && before) before.occur = "should";
    const usual = joint === "and" || (joint === undefined && all) ? "must" : "should";
    clauses.push({ occur: usual, of: not ? without(of) : of });
    joint = undefined;
  }
  return boolOf(clauses);
}

/** Everything but what a query finds: as one more clause, which `|` and the default operator join. */
function without(of: Query): Query {
  const all: Query = { op: "all", boost: 1 };
  return { op: "bool", must: [all], filter: [], should: [], not: [of], least: 0, boost: 1 };
}

function clause(token: string, fields: Fields): Query | undefined {
  if (token.startsWith('"')) {
    const phrase = token.replaceAll('"', "");
    return phrase === "" ? undefined : wanted(phrase, fields, "phrase");
  }
  // A distance behind a word makes it fuzzy in the service; here the word itself is looked for.
  const word = token.replace(/~\d*$/, "");
  if (word === "" || word === "-") return undefined;
  return word.endsWith("*") && word.length > 1
    ? { op: "glob", fields, pattern: word, fold: "words", boost: 1 }
    : wanted(word, fields, "words");
}

function wanted(text: string, fields: Fields, mode: "words" | "phrase"): Query {
  return { op: "text", fields, text, mode, least: "one", slop: 0, lenient: true, boost: 1 };
}
