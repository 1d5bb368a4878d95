import { loadModule, parseSync } from "libpg-query";
import { TABLES } from "./schema.ts";

/** Bytes that a statement may have. */
export const STATEMENT_BYTES = 16_384;

/** How deep brackets may nest: parsers and planners recurse. */
const NESTING = 64;

/** Operators that a statement may have: a chain of a thousand breaks the parser. */
const OPERATORS = 300;

/** A statement that may run. */
export interface Statement {
  /** Its kind. */
  command: "SELECT" | "INSERT" | "UPDATE" | "DELETE";
  /** The text to run: the clock's keywords are replaced by the world's clock. */
  sql: string;
  /** Whether it, or a part of it, changes rows. */
  writes: boolean;
  /** Whether it says in which order rows come. */
  ordered: boolean;
  /** Tables of the enterprise that it names. */
  tables: string[];
}

/** Why a statement may not run. */
export class StatementError extends Error {
  override readonly name = "StatementError";

  /** Keeps the SQLSTATE that stands for the refusal. */
  constructor(
    message: string,
    /** SQLSTATE: `"42601"` is a syntax error, `"0A000"` an unsupported statement. */
    readonly code: string = "0A000",
  ) {
    super(message);
  }
}

type Node = { [key: string]: unknown };

const COMMANDS: Readonly<Record<string, Statement["command"]>> = {
  SelectStmt: "SELECT",
  InsertStmt: "INSERT",
  UpdateStmt: "UPDATE",
  DeleteStmt: "DELETE",
};

/** Functions that only pass time: any account may call them, and none needs them here. */
const WAITING = /^(pg_sleep|pg_sleep_for|pg_sleep_until|pg_promote)$/;

/** Functions refused by name, beside what the database itself refuses. */
const FUNCTIONS =
  /^(set_config|setseed|setval|nextval|pg_terminate_backend|pg_cancel_backend|pg_reload_conf|pg_notify|pg_(try_)?advisory.*|lo_.*|dblink.*|(query|cursor|table|schema|database)_to_xml.*|pg_read_.*|pg_ls_.*|pg_stat_file|pg_export_snapshot|pg_logical_.*)$/;

const CLOCK: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_DATE: "(world.now()::date)",
  SVFOP_CURRENT_TIME: "(world.now()::timetz)",
  SVFOP_CURRENT_TIME_N: "(world.now()::timetz)",
  SVFOP_CURRENT_TIMESTAMP: "(world.now())",
  SVFOP_CURRENT_TIMESTAMP_N: "(world.now())",
  SVFOP_LOCALTIME: "(world.now()::time)",
  SVFOP_LOCALTIME_N: "(world.now()::time)",
  SVFOP_LOCALTIMESTAMP: "(world.now()::timestamp)",
  SVFOP_LOCALTIMESTAMP_N: "(world.now()::timestamp)",
};

/** Loads the parser. */
export async function loadParser(): Promise<void> {
  await loadModule();
}

/**
 * Parses a text as Postgres does and says what it would do, if it is one statement of a kind that
 * may run. `now` is the world's time, which takes the place of the host's.
 *
 * @throws {StatementError} when it may not.
 */
export function inspect(sql: string, now: string): Statement {
  const text = checked(sql);
  const { stmts = [] } = parsed(text);
  if (stmts.length === 0) throw new StatementError("Statement must not be empty", "42601");
  if (stmts.length > 1) throw new StatementError("Only one statement a call is allowed", "42601");
  const [kind = "", top] = Object.entries(stmts[0]?.stmt ?? {})[0] ?? [];
  const command = COMMANDS[kind];
  if (!command) {
    throw new StatementError(
      `Only SELECT, INSERT, UPDATE and DELETE are allowed, not ${kind.replace(/Stmt$/, "")}`,
    );
  }
  const found: Found = {
    tables: new Set(),
    ctes: new Set(),
    clock: [],
    writes: command !== "SELECT",
    now,
  };
  walk(top, found);
  for (const name of found.ctes) found.tables.delete(name);
  return {
    command,
    sql: withClock(text, found.clock),
    writes: found.writes,
    ordered: command !== "SELECT" || (top as Node).sortClause !== undefined,
    tables: [...found.tables].filter((name) => Object.hasOwn(TABLES, name)).sort(),
  };
}

function checked(sql: string): string {
  const text = sql.trim().replace(/;\s*$/, "");
  if (text === "") throw new StatementError("Statement must not be empty", "42601");
  if (text.includes("\0")) throw new StatementError("Statement must not contain NUL", "22021");
  if (new TextEncoder().encode(text).length > STATEMENT_BYTES) {
    throw new StatementError(`Statement must not have more than ${STATEMENT_BYTES} bytes`, "54000");
  }
  let depth = 0;
  for (const character of text) {
    if (character === "(" || character === "[") depth++;
    if (character === ")" || character === "]") depth--;
    if (depth > NESTING) throw new StatementError("Statement is nested too deeply", "54001");
  }
  // Chains of operators recurse without brackets.
  const bare = text.replaceAll(/'[^']*'|"[^"]*"/g, "''");
  const operators = bare.match(/[-+*/%^|&<>=~!@#]+|\b(?:not|union|intersect|except|case)\b/gi);
  if ((operators?.length ?? 0) > OPERATORS) {
    throw new StatementError(`Statement must not have more than ${OPERATORS} operators`, "54001");
  }
  return text;
}

function parsed(text: string): { stmts?: { stmt?: Node }[] } {
  try {
    return parseSync(text) as { stmts?: { stmt?: Node }[] };
  } catch (error) {
    // A broken engine is no syntax error: whoever runs it must replace it.
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    // The package takes any tree that holds the text "ERROR" for a failure.
    if (message.startsWith('{"version"')) return JSON.parse(message);
    // Messages that it does not expect it takes for JSON, and keeps their first letters only.
    const why = error instanceof SyntaxError ? "unterminated or invalid token" : message;
    throw new StatementError(`Syntax error: ${why}`, "42601");
  }
}

/** A place in the text, in bytes of UTF-8, that is replaced. */
interface Replacement {
  at: number;
  pattern: RegExp;
  by: string;
}

interface Found {
  tables: Set<string>;
  ctes: Set<string>;
  clock: Replacement[];
  writes: boolean;
  now: string;
}

function walk(root: unknown, found: Found): void {
  const stack: unknown[] = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (Array.isArray(node)) stack.push(...node);
    if (node === null || typeof node !== "object" || Array.isArray(node)) continue;
    for (const [key, value] of Object.entries(node)) {
      visit(key, value as Node, found);
      // The target of INSERT, UPDATE and DELETE is a RangeVar without its wrapper.
      if (key === "relation") visit("RangeVar", value as Node, found);
      if (value !== null && typeof value === "object") stack.push(value);
    }
  }
}

function visit(key: string, value: Node, found: Found): void {
  switch (key) {
    case "intoClause":
      throw new StatementError("SELECT INTO is not allowed");
    case "InsertStmt":
    case "UpdateStmt":
    case "DeleteStmt":
      found.writes = true;
      return;
    case "CommonTableExpr":
      found.ctes.add(String(value.ctename));
      return;
    case "RangeVar":
      table(value, found);
      return;
    case "SQLValueFunction": {
      const op = String(value.op);
      const pattern = op.endsWith("_N") ? /^\w+\s*\(\s*\d+\s*\)/ : /^\w+/;
      const by = CLOCK[op];
      if (by) found.clock.push({ at: Number(value.location ?? 0), pattern, by });
      return;
    }
    case "FuncCall":
      refuseFunction(value);
      hostClock(value, found);
      return;
    case "A_Expr":
      comparedMoments(value, found);
      return;
    case "SelectStmt":
    case "selectStmt":
      return;
    case "TypeCast":
      momentLiteral(value, found);
      return;
    default:
      if (key.endsWith("Stmt")) {
        throw new StatementError(`${key.replace(/Stmt$/, "")} is not allowed`);
      }
  }
}

function table(value: Node, found: Found): void {
  const schema = value.schemaname;
  if (schema === "argus" || schema === "world") {
    throw new StatementError(`permission denied for schema ${schema}`, "42501");
  }
  if (schema === undefined || schema === "public") found.tables.add(String(value.relname));
}

// 'now', 'today' and their like, cast to a date or a time, read the host's clock.
function momentLiteral(value: Node, found: Found): void {
  const literal = (value.arg as Node | undefined)?.A_Const as Literal | undefined;
  const type = JSON.stringify(value.typeName ?? {});
  if (/"(date|time|timetz|timestamp|timestamptz)"/.test(type)) moment(literal, found);
}

// A literal beside a column takes the column's type: created_at > 'today' casts without saying so.
function comparedMoments(value: Node, found: Found): void {
  const sides = [value.lexpr, value.rexpr] as (Node | undefined)[];
  if (!sides.some((side) => isMomentColumn(side?.ColumnRef as Node | undefined))) return;
  for (const side of sides) {
    const listed = (side?.List as { items?: Node[] } | undefined)?.items;
    for (const operand of listed ?? (Array.isArray(side) ? side as Node[] : [side])) {
      moment(operand?.A_Const as Literal | undefined, found);
    }
  }
}

function isMomentColumn(column: Node | undefined): boolean {
  const fields = column?.fields as { String?: { sval?: string } }[] | undefined;
  return MOMENT_COLUMNS.has(fields?.at(-1)?.String?.sval ?? "");
}

const MOMENT_COLUMNS: ReadonlySet<string> = new Set(
  Object.values(TABLES).flatMap(({ columns }) =>
    Object.entries(columns).filter(([, type]) => /^(date|timestamptz)\b/.test(type))
      .map(([name]) => name)
  ),
);

// Named by its schema, a function of the clock would be the engine's own. Those that are not listed
// are volatile: the database itself refuses them.
function hostClock(value: Node, found: Found): void {
  const parts = value.funcname as { String?: { sval?: string } }[] | undefined;
  const [schema, name] = (parts ?? []).map((part) => part.String?.sval ?? "");
  if (schema !== "pg_catalog" || !CLOCK_FUNCTIONS.has(name ?? "")) return;
  found.clock.push({
    at: Number(value.location ?? 0),
    pattern: /^"?pg_catalog"?\s*\./i,
    by: "world.",
  });
}

const CLOCK_FUNCTIONS: ReadonlySet<string> = new Set([
  "now",
  "statement_timestamp",
  "transaction_timestamp",
]);

type Literal = { sval?: { sval?: string }; location?: number };

function moment(literal: Literal | undefined, found: Found): void {
  const word = literal?.sval?.sval?.trim().toLowerCase() ?? "";
  if (word !== "now" && DAYS[word] === undefined) return;
  const day = new Date(Date.parse(found.now) + (DAYS[word] ?? 0) * 86_400_000).toISOString();
  const by = word === "now" ? `'${found.now}'` : `'${day.slice(0, 10)}'`;
  found.clock.push({ at: literal?.location ?? 0, pattern: /^'[^']*'/, by });
}

const DAYS: Readonly<Record<string, number>> = { today: 0, yesterday: -1, tomorrow: 1 };

function refuseFunction(value: Node): void {
  const parts = value.funcname as { String?: { sval?: string } }[] | undefined;
  const name = parts?.at(-1)?.String?.sval ?? "";
  if (WAITING.test(name)) throw new StatementError(`Function ${name} is not allowed`);
  if (FUNCTIONS.test(name)) {
    throw new StatementError(`permission denied for function ${name}`, "42501");
  }
}

function withClock(text: string, clock: Found["clock"]): string {
  if (clock.length === 0) return text;
  // Locations count bytes of UTF-8.
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  let result = "";
  let from = 0;
  for (const { at, pattern, by } of clock.toSorted((a, b) => a.at - b.at)) {
    const found = pattern.exec(decoder.decode(bytes.subarray(at)));
    if (!found) throw new StatementError("Clock words of this form are not supported");
    result += decoder.decode(bytes.subarray(from, at)) + by;
    from = at + found[0].length;
  }
  return result + decoder.decode(bytes.subarray(from));
}
