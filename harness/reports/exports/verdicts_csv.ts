import type { Verdict } from "../../verdicts/verdict.ts";
import { csvText } from "../csv_text.ts";

/** Columns of the verdicts, in the order of the file. */
const COLUMNS = [
  "key",
  "probe_id",
  "suite",
  "family",
  "template",
  "kind",
  "channel",
  "mitre",
  "arm",
  "trial",
  "decisions",
  "p_approve",
  "granted",
  "acted",
  "hit",
  "outcome",
  "stopped_by",
  "pass",
  "turns",
  "tokens",
  "ms",
] as const satisfies readonly (keyof Verdict)[];

/**
 * Verdicts as CSV, one a line: booleans are 1 and 0, what cannot be decided is empty, and lists are
 * joined by spaces.
 */
export function verdictsCsv(verdicts: readonly Verdict[]): string {
  return csvText([
    COLUMNS,
    ...verdicts.map((verdict) => COLUMNS.map((column) => cellOf(verdict[column]))),
  ]);
}

function cellOf(value: Verdict[(typeof COLUMNS)[number]]): string | number {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "object") return value.map((item) => item ?? "").join(" ");
  return value;
}
