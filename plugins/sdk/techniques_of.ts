import type { CatalogProbe } from "./json_lines.ts";

/**
 * Technique ids that probes name, each once, sorted: what a manifest declares for a catalog.
 *
 * @param probes The probes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { jsonLines, techniquesOf } from "@argus-safety/argus/plugin";
 *
 * const probes = jsonLines('{"references":{"mitre":["T1136","T1098"]}}\n{"id":"acme/badge/02"}');
 * assert.deepEqual(techniquesOf(probes), ["T1098", "T1136"]);
 * ```
 */
export function techniquesOf(probes: readonly CatalogProbe[]): string[] {
  return [...new Set(probes.flatMap(({ references }) => references?.mitre ?? []))].sort();
}
