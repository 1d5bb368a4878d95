import type { Probe } from "../../probes/probe.ts";

/** A probe read from text: its suite and family are there but are the host's to compare. */
export type CatalogProbe = Omit<Probe, "suite" | "family">;

/**
 * Reads probes from a catalog's text, one JSON object a line; blank lines are skipped.
 *
 * The values are not checked here: the host checks every probe that a plugin hands over, so a
 * plugin need not carry the schemas.
 *
 * @param text The text of a catalog.
 * @throws {SyntaxError} when a line is not JSON.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { jsonLines } from "@argus-safety/argus/plugin";
 *
 * assert.deepEqual(jsonLines('{"id":"acme/badge/01"}\n\n'), [{ id: "acme/badge/01" }]);
 * ```
 */
export function jsonLines(text: string): CatalogProbe[] {
  return text.split("\n").filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as CatalogProbe);
}
