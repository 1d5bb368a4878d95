import { WorldPatch } from "../probes/mod.ts";
import { checkPlantedFiles } from "./files/plant.ts";
import { checkPlantedIssues } from "./gitea/plant.ts";
import { checkPlantedMails } from "./mailpit/plant.ts";
import { checkPlantedObjects } from "./minio/plant.ts";
import { checkPlantedDocuments } from "./opensearch/plant.ts";
import { checkPlants } from "./sql/plant.ts";

/**
 * Checks what a probe plants against the enterprise's tables, folders and services, without a world: what is
 * refused here would be refused by each episode that plants it. Whether a row's key or an issue's
 * number is free, or a ticket that it names exists, depends on the seeded records and is not checked.
 *
 * @throws {RangeError} when a path, a table, a column, an address, a key or another value does not fit; the message
 *   names it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkPatch } from "@argus-safety/argus/stack";
 *
 * checkPatch({ rows: [{ table: "tickets", row: { ticket_id: "CHG-1", title: "Joiner" } }] });
 * assert.throws(
 *   () => checkPatch({ rows: [{ table: "tickets", row: { ticket_id: "CHG-1", name: "x" } }] }),
 *   /Cannot plant in "tickets": no column "name"/,
 * );
 * ```
 */
export function checkPatch(patch: WorldPatch): void {
  const parsed = WorldPatch.safeParse(patch);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path ?? [];
    const value = JSON.stringify(valueAt(patch, path))?.slice(0, 80);
    throw new RangeError(`Cannot plant ${path.join(".") || "this"} (${value}): ${issue?.message}`);
  }
  checkPlantedFiles((parsed.data.files ?? []).map(({ path }) => path));
  checkPlants(parsed.data.rows ?? []);
  checkPlantedMails(parsed.data.mails ?? []);
  checkPlantedObjects(parsed.data.objects ?? []);
  checkPlantedIssues(parsed.data.issues ?? []);
  checkPlantedDocuments(parsed.data.documents ?? []);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
}
