/**
 * The simulated enterprise: its services, its seeded people and records, the tools that an agent
 * calls, and the typed diff of what they change. It does not own the vocabulary (probes/) nor any
 * defense.
 *
 * @module
 */

export * from "./embedded_world.ts";
export * from "./patch.ts";
export { argumentProblems } from "./tools/validate.ts";
export * from "./world.ts";
