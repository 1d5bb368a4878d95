import { CONTROL_ARMS, PROFILES } from "../../defenses/mod.ts";
import type { Enforcement } from "../pipeline/replay.ts";

/** A row of the matrix: which layers are enforced, and how the row comes about. */
export interface MatrixRow {
  /** Name: `"none"`, `"full"`, `"limits alone"`, `"full without limits"`, `"rbac-only"`. */
  name: string;
  /** Layers that are enforced. */
  layers: string[];
  /** What the approver answers. */
  approver: Enforcement["approver"];
  /** Whose rights the tools have. */
  credential: "agent" | "persona";
  /** Replayed from the record, or a run of its own. */
  how: "replayed" | "live";
  /** What the row is for. */
  role: "profile" | "alone" | "without" | "control" | "rewriting";
}

/** What {@linkcode matrixRows} needs to know about the layers. */
export interface RowLayers {
  /** Layers that only block, in the order of the chain, controls left out. */
  blocking: readonly string[];
  /** Layers that rewrite. */
  rewriting: readonly string[];
}

/** Rows whose difference from another row is a declared contrast refer to these names. */
export const NONE = "none";
/** Name of the row of the full profile. */
export const FULL = "full";

/**
 * The rows of a matrix: the profiles, each layer alone, the full profile without each layer, both
 * answers of the approver, the rewriting layers and the control arms.
 */
export function matrixRows({ blocking, rewriting }: RowLayers): MatrixRow[] {
  const replayed = (
    name: string,
    layers: readonly string[],
    role: MatrixRow["role"],
  ): MatrixRow => ({
    name,
    layers: [...layers],
    approver: "deny",
    credential: "agent",
    how: "replayed",
    role,
  });
  const full = PROFILES.full.filter((name) => blocking.includes(name));
  const seed = PROFILES.seed.filter((name) => blocking.includes(name));
  return [
    replayed(NONE, [], "profile"),
    ...blocking.map((name) => replayed(`${name} alone`, [name], "alone")),
    replayed("seed", seed, "profile"),
    ...full.map((name) =>
      replayed(`${FULL} without ${name}`, full.filter((other) => other !== name), "without")
    ),
    replayed(FULL, full, "profile"),
    { ...replayed(`${FULL} (approver approves)`, full, "profile"), approver: "approve" },
    ...rewriting.map((name): MatrixRow => ({
      ...replayed(`${name} alone`, [name], "rewriting"),
      how: "live",
    })),
    ...CONTROL_ARMS.map((name) => replayed(name, [name], "control")),
    { ...replayed("rbac-only", [], "control"), credential: "persona", how: "live" },
  ];
}
