import type { Json, PlantedRow } from "../../probes/mod.ts";
import { type Table, TABLES } from "./schema.ts";

/**
 * Checks the rows of a patch against the tables, before an episode depends on them.
 *
 * @throws {RangeError} when a table or a column does not exist, a value is missing or does not fit
 *   its column, or a key is there twice.
 */
export function checkPlants(rows: readonly PlantedRow[]): readonly PlantedRow[] {
  const keys = new Set<string>();
  for (const { table, row } of rows) {
    const known = TABLES[table];
    if (!known) throw new RangeError(`Cannot plant in "${table}": there is no such table`);
    for (const column of Object.keys(row)) checkColumn(table, column, known);
    for (const [column, type] of Object.entries(known.columns)) {
      const problem = problemOf(row[column], type, known.numbered === true && column === known.key);
      if (problem) throw refused(table, column, problem);
    }
    const key = row[known.key];
    if (key === undefined) continue;
    const taken = `${table}\n${key}`;
    if (keys.has(taken)) throw refused(table, known.key, `has "${key}" twice`);
    keys.add(taken);
  }
  return rows;
}

function refused(table: string, column: string, problem: string): RangeError {
  return new RangeError(`Cannot plant in "${table}": column "${column}" ${problem}`);
}

function checkColumn(table: string, column: string, { columns }: Table): void {
  if (Object.hasOwn(columns, column)) return;
  const names = Object.keys(columns).join(", ");
  throw new RangeError(`Cannot plant in "${table}": no column "${column}" (columns: ${names})`);
}

/** What is wrong with a value of a column; undefined when nothing is. */
function problemOf(value: Json | undefined, type: string, numbered: boolean): string | undefined {
  if (value === undefined) {
    const needed = /\bnot null\b|\bprimary key\b/.test(type) && !/\bdefault\b/.test(type);
    return needed && !numbered ? "is missing" : undefined;
  }
  if (value === null) {
    return /\bnot null\b|\bprimary key\b/.test(type) ? "is not nullable" : undefined;
  }
  if (typeof value === "object") return "takes no object or list";
  const text = String(value);
  if (text.includes("\0")) return "takes no NUL";
  const allowed = /\bin \(([^)]*)\)/.exec(type)?.[1]?.split(",").map((name) => name.slice(1, -1));
  if (allowed && !allowed.includes(text)) {
    return `takes one of ${allowed.join(", ")}, not "${text}"`;
  }
  const [word = ""] = type.split(" ");
  return FITS[word]?.(text) === false ? `takes ${NOUNS[word]}, not "${text}"` : undefined;
}

const NOUNS: Readonly<Record<string, string>> = {
  integer: "a whole number",
  date: 'a date such as "2026-03-02"',
  timestamptz: 'a time such as "2026-03-02T09:00:00Z"',
};

const DATE = /^(?!0000)\d{4}-\d{2}-\d{2}$/;
const TIME =
  /^(?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;

const FITS: Readonly<Record<string, (text: string) => boolean>> = {
  integer: (text) => /^-?\d{1,10}$/.test(text) && Math.abs(Number(text)) < 2 ** 31,
  date: (text) => DATE.test(text) && isDay(text),
  timestamptz: (text) =>
    TIME.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text)),
};

/** Whether the calendar has the day: JavaScript takes the 30th of February for a day in March. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
