/**
 * What the author of a plugin imports: {@linkcode definePlugin}, the manifest and the types of
 * probes. It owns the shape of a plugin and nothing of how a plugin is run.
 *
 * @module
 */

export * from "./define_plugin.ts";
export * from "./json_lines.ts";
export * from "./manifest.ts";
export type {
  DiffEntry,
  Expectation,
  Message,
  Probe,
  References,
  StatePredicate,
  ToolCall,
  WorldPatch,
} from "../../probes/mod.ts";
