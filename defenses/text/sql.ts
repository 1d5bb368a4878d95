/** What a lexical look at a piece of PostgreSQL says. */
export interface SqlShape {
  /**
   * `read`: every statement only reads. `write`: some statement may write. `malformed`: it does not
   * lex, so nothing can be said.
   */
  kind: "read" | "write" | "malformed";
  /** Whether it runs code that its text does not show: `DO`, `EXECUTE`, `chr(…)`, `query_to_xml(…)`. */
  opaque: boolean;
  /** The text without comments. */
  code: string;
  /** Contents of string literals. */
  literals: string[];
  /** Quoted identifiers; a lenient service may take them for strings. */
  quoted: string[];
  /** Whether it names roles or objects rather than rows: `GRANT`, `ALTER`, `DROP`, … */
  definition: boolean;
  /** Whether literals are joined to longer ones, by an operator, a function, or by standing side by side. */
  joined: boolean;
  /** Whether literals may be patterns, in which `_` stands for any character. */
  patterns: boolean;
}

const READS = new Set(["select", "with", "values", "table", "show", "explain", "("]);

/** Words that make a statement write wherever they stand outside quotes. */
const WRITES = new Set([
  "insert",
  "update",
  "delete",
  "truncate",
  "merge",
  "drop",
  "alter",
  "create",
  "grant",
  "revoke",
  "copy",
  "into",
  "execute",
  "nextval",
  "setval",
]);

/** Words of statements that name roles or objects where others name columns. */
const DEFINITIONS = new Set(["grant", "revoke", "alter", "drop", "create", "reassign"]);

/** Functions that run SQL given as text, or act outside the statement. */
const RUNS_TEXT =
  /^(?:query_to_|table_to_|cursor_to_|schema_to_|database_to_|dblink|lo_|pg_(?:read|write|terminate|cancel|reload|rotate|logical|drop|file)|set_config$|crosstab|connectby)/;

/** Statements that run code kept elsewhere, or in a literal. */
const HIDING_STATEMENTS = new Set(["do", "execute", "prepare", "deallocate", "call"]);

/** Functions that make text which the statement does not show. */
const HIDING_FUNCTIONS = new Set([
  "chr",
  "convert_from",
  "decode",
  "encode",
  "overlay",
  "regexp_replace",
  "reverse",
  "translate",
  "unistr",
  "xpath",
  "xmltable",
]);

/** Functions that put text together from parts; of columns alone they hide nothing. */
const COMPOSING_FUNCTIONS = new Set(["array_to_string", "concat_ws", "format", "string_agg"]);

/** Functions that give part of a text, or another; of a column they hide nothing that can be named. */
const CUTTING_FUNCTIONS = new Set([
  "btrim",
  "left",
  "lpad",
  "ltrim",
  "regexp_substr",
  "repeat",
  "replace",
  "right",
  "rpad",
  "rtrim",
  "split_part",
  "substr",
  "substring",
  "trim",
]);

/** A first argument that is a column and nothing else. */
const OF_COLUMN = /^\s*\(\s*"?[a-z_][\w.]*"?\s*(?:[,)]|from\b|for\b)/i;

const TOKEN =
  /\s+|--[^\n]*|\/\*|[uU]&['"]|[eE]'(?:[^'\\]|\\[\s\S]|'')*(')?|(?:[bBxXnN])?'(?:[^']|'')*(')?|"(?:[^"]|"")*(")?|\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$|[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*|\d[\w.]*|\|\||[\s\S]/y;

/**
 * Reads SQL lexically, by PostgreSQL's rules (documentation, "Lexical Structure"): comments, nested
 * ones included, quotes, `E''` and dollar quoting. What it can't be sure only reads, it calls a
 * write. Linear in the length of the text.
 */
export function shapeOf(sql: string): SqlShape {
  const shape: SqlShape = {
    kind: "read",
    opaque: false,
    code: "",
    literals: [],
    quoted: [],
    definition: false,
    joined: false,
    patterns: false,
  };
  const code: string[] = [];
  let atStart = true;
  let afterLiteral = false;
  let at = 0;
  const malformed = (): SqlShape => ({ ...shape, kind: "malformed", code: sql });
  while (at < sql.length) {
    TOKEN.lastIndex = at;
    const [token] = TOKEN.exec(sql) ?? [""];
    at += token.length;
    if (token === "/*") {
      at = commentEnd(sql, at);
      if (at < 0) return malformed();
      code.push(" ");
      continue;
    }
    if (token.trim() === "" || token.startsWith("--")) {
      code.push(" ");
      continue;
    }
    if (/^[uU]&/.test(token)) {
      shape.opaque = true;
      at--;
      continue;
    }
    if (/^\$.*\$$/.test(token)) {
      const end = sql.indexOf(token, at);
      if (end < 0) return malformed();
      shape.literals.push(sql.slice(at, end));
      afterLiteral = false;
      code.push(sql.slice(at - token.length, end + token.length));
      at = end + token.length;
      continue;
    }
    code.push(token);
    const quote = /^(?:[eEbBxXnN]?'|")/.exec(token)?.[0];
    if (quote !== undefined) {
      if (token.length < quote.length + 1 || !isClosed(token, quote)) return malformed();
      if (quote === '"') shape.quoted.push(token.slice(1, -1));
      else {
        // Literals on two lines are one (PostgreSQL documentation, "String Constants").
        shape.joined ||= afterLiteral;
        shape.literals.push(literalOf(token, quote));
      }
      afterLiteral = quote !== '"';
      atStart = false;
      continue;
    }
    afterLiteral = false;
    if (token === ";") {
      atStart = true;
      continue;
    }
    // A comment may stand between a function's name and its parenthesis.
    const called = /^\s*[(/-]/.test(sql.slice(at, at + 64));
    const word = token.toLowerCase();
    note(shape, word, { atStart, called });
    if (called && hidesText(word, sql.slice(at, at + 4_096))) shape.opaque = true;
    if (token !== "(") atStart = false;
  }
  return { ...shape, code: code.join("") };
}

function note(
  shape: SqlShape,
  word: string,
  { atStart, called }: { atStart: boolean; called: boolean },
): void {
  if (atStart && !READS.has(word)) shape.kind = "write";
  if (WRITES.has(word)) shape.kind = "write";
  if (DEFINITIONS.has(word)) shape.definition = true;
  if (RUNS_TEXT.test(word)) {
    shape.kind = "write";
    shape.opaque = true;
  }
  if (atStart && HIDING_STATEMENTS.has(word)) shape.opaque = true;
  if (called && HIDING_FUNCTIONS.has(word)) shape.opaque = true;
  if (word === "||" || word === "concat" || word === "concat_ws" || word === "format") {
    shape.joined = true;
  }
  if (word === "like" || word === "ilike" || word === "similar") shape.patterns = true;
}

/** Whether a function makes text that no literal shows. */
function hidesText(word: string, rest: string): boolean {
  if (CUTTING_FUNCTIONS.has(word)) return !OF_COLUMN.test(rest);
  if (!COMPOSING_FUNCTIONS.has(word)) return false;
  const plain = /^\s*\(([^()]*)\)/.exec(rest)?.[1];
  return plain === undefined ||
    (plain.match(/'[^']*'/g) ?? []).some((it) => /[\p{L}\p{N}]/u.test(it));
}

function commentEnd(sql: string, from: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  for (let depth = 1; depth > 0;) {
    const match = edge.exec(sql);
    if (match === null) return -1;
    depth += match[0] === "/*" ? 1 : -1;
  }
  return edge.lastIndex;
}

function isClosed(token: string, quote: string): boolean {
  const mark = quote.at(-1) as string;
  const body = token.slice(quote.length);
  if (!body.endsWith(mark)) return false;
  const inside = body.slice(0, -1);
  // The lexer takes quotes in pairs, so what is left inside must be even.
  const escaped = /^e/i.test(quote) ? inside.replace(/\\[\s\S]/g, "") : inside;
  if (/^e/i.test(quote) && /(?:^|[^\\])(?:\\\\)*\\$/.test(inside)) return false;
  return escaped.split(mark).length % 2 === 1;
}

function literalOf(token: string, quote: string): string {
  const inside = token.slice(quote.length, -1).replaceAll("''", "'");
  if (!/^e/i.test(quote)) return inside;
  return inside
    .replace(/\\([0-7]{1,3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))
    .replace(
      /\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{4})|U([0-9a-f]{8}))/gi,
      (all, ...hex: (string | undefined)[]) => {
        const code = parseInt(hex.slice(0, 3).find((group) => group !== undefined) ?? "", 16);
        return code > 0x10ffff ? all : String.fromCodePoint(code);
      },
    )
    .replace(/\\([\s\S])/g, "$1");
}
