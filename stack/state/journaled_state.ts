import type { DiffEntry } from "../../probes/mod.ts";

/** State of services that an episode changes, with a journal of what it changed. */
export interface JournaledState {
  /** Where the journal stands. */
  readonly position: number;
  /** Net changes since a position. */
  changes(from: number): DiffEntry[];
  /** Takes back every change since a position. */
  revert(to: number): void | Promise<void>;
  /** Takes back everything; returns what is not as it was seeded. */
  close(): string[] | Promise<string[]>;
}
