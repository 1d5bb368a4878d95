import type { DiffEntry } from "../../probes/mod.ts";
import type { SqlPort } from "../tools/context.ts";

/** One episode's view of the database. */
export interface EpisodeSql extends SqlPort {
  /** What the statement that is prepared changed. */
  pending(): readonly DiffEntry[];
  /** Makes it part of the episode. */
  commit(): Promise<void>;
  /** Takes it back. */
  rollback(): Promise<void>;
  /** Ends the episode; returns the tables that are not as they were seeded. */
  close(): Promise<string[]>;
}
