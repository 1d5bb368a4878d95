/**
 * What the author of a plugin imports: {@linkcode definePlugin}, the manifest and the types of
 * probes. It owns the shape of a plugin and nothing of how a plugin is run.
 *
 * @module
 */

export * from "./define_plugin.ts";
export * from "./json_lines.ts";
export * from "./manifest.ts";
export * from "./techniques_of.ts";
export type {
  Audience,
  ChangePredicate,
  DiffEntry,
  Expectation,
  Json,
  Message,
  PlantedFile,
  PlantedIssue,
  PlantedMail,
  PlantedObject,
  PlantedRow,
  Probe,
  References,
  Role,
  Row,
  Service,
  StatePredicate,
  ToolCall,
  Where,
  WorldPatch,
} from "../../probes/mod.ts";
