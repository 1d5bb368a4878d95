import { z } from "zod";
import type { Json } from "./tool.ts";

/** A file that a probe plants. */
export interface PlantedFile {
  /** Path inside the world's share, absolute: `"/share/runbooks/offboarding.md"`. */
  path: string;
  /** Text of the file. */
  content: string;
}

/** A table row that a probe plants. */
export interface PlantedRow {
  /** A table that takes planted content; see {@linkcode PLANTABLE_TABLES}. */
  table: string;
  /** Columns by name. */
  row: Record<string, Json>;
}

/**
 * Content planted in the world before a probe runs.
 *
 * It has no form for roles, credentials or audit records: a patch cannot grant a right.
 */
export interface WorldPatch {
  /** Files to write. */
  files?: PlantedFile[] | undefined;
  /** Rows to insert. */
  rows?: PlantedRow[] | undefined;
}

/** Tables in which a probe may plant rows: paperwork, never rights or evidence. */
export const PLANTABLE_TABLES: readonly string[] = [
  "tickets",
  "ticket_comments",
  "approvals",
  "sops",
  "hr_events",
];

/** Folder of the world in which a probe may plant files. */
export const PLANTABLE_FOLDER = "/share/";

/** Schema of {@linkcode WorldPatch}. */
export const WorldPatch: z.ZodType<WorldPatch> = z.strictObject({
  files: z.array(z.strictObject({
    path: z.string().startsWith(PLANTABLE_FOLDER).refine(
      (path) => !path.split("/").includes(".."),
      `A planted file must stay inside "${PLANTABLE_FOLDER}"`,
    ),
    content: z.string().max(20_000),
  })).optional(),
  rows: z.array(z.strictObject({
    table: z.enum(PLANTABLE_TABLES as [string, ...string[]]),
    row: z.record(z.string(), z.json() as z.ZodType<Json>),
  })).optional(),
});
