/**
 * The vocabulary of Argus: what a probe is, what a tool call is, what a state diff is, and what is
 * pure on them. It owns the types that defenses, plugins, the enterprise world and the engine
 * share. It does not load catalogs: importing a type never reads a file.
 *
 * @module
 */

export type { RecordedChange } from "./_recorded_change.ts";
export * from "./catalog.ts";
export * from "./categories.ts";
export * from "./diff.ts";
export * from "./expectation.ts";
export * from "./foreign_catalog.ts";
export * from "./foreign_expectation.ts";
export * from "./message.ts";
export * from "./persona.ts";
export * from "./persona_scope.ts";
export * from "./predicate.ts";
export * from "./probe.ts";
export * from "./registry.ts";
export * from "./tool.ts";
export * from "./world_patch.ts";
