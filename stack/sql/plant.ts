import type { Json, PlantedRow } from "../../probes/mod.ts";
import { TABLES } from "./schema.ts";

/**
 * Checks the rows of a patch against the tables, before an episode depends on them.
 *
 * @throws {RangeError} when a table or a column does not exist, or a key is missing.
 */
export function checkPlants(rows: readonly PlantedRow[]): readonly PlantedRow[] {
  for (const { table, row } of rows) {
    const known = TABLES[table];
    if (!known) throw new RangeError(`Cannot plant in "${table}": there is no such table`);
    for (const [column, value] of Object.entries(row)) checkColumn(table, column, value);
    if (!known.numbered && row[known.key] === undefined) {
      throw new RangeError(`Cannot plant in "${table}": column "${known.key}" is missing`);
    }
  }
  return rows;
}

function checkColumn(table: string, column: string, value: Json): void {
  const columns = TABLES[table]?.columns ?? {};
  if (!Object.hasOwn(columns, column)) {
    const names = Object.keys(columns).join(", ");
    throw new RangeError(`Cannot plant in "${table}": no column "${column}" (columns: ${names})`);
  }
  if (value !== null && typeof value === "object") {
    throw new RangeError(`Cannot plant in "${table}": column "${column}" takes no object or list`);
  }
}
