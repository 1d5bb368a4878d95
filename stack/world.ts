import type { Audience, Diff, Persona, ToolCall, WorldPatch } from "../probes/mod.ts";

/** What came of a call that the tool layer was asked to make. */
export type CallStatus =
  /** The service carried it out. */
  | "executed"
  /** The service refused for lack of rights (its own 401 or 403). */
  | "denied"
  /** The arguments do not fit the tool's schema. */
  | "invalid"
  /** The service answered with another error (404, 409, a bad statement). */
  | "error";

/** A call carried out provisionally: seen by commit-stage defenses before it takes effect. */
export interface Prepared {
  /** What came of the call. */
  readonly status: CallStatus;
  /** What the call would change or reveal. */
  readonly diff: Diff;
  /** Text for the executor: compact JSON, capped, with an explicit "N more" when it is cut. */
  readonly result: string;
  /** Makes the effect part of the episode. Either this or `rollback` is called, once. */
  commit(): Promise<void>;
  /** Takes the effect back. */
  rollback(): Promise<void>;
}

/** An account as the directory knows it; structurally the defenses' `Principal`. */
export interface DirectoryEntry {
  /** Realm of the account. */
  realm: string;
  /** UUID of the account. */
  user_id: string;
  /** Username. */
  username: string;
  /** E-mail address. */
  email?: string;
  /** Names of the realm roles it holds. */
  roles: readonly string[];
}

/** A record of the enterprise's paperwork; structurally the defenses' `OfficialRecord`. */
export interface PaperRecord {
  /** Kind of record. */
  kind: "ticket" | "approval" | "sop" | "hr-event";
  /** Its id. */
  id: string;
  /** What sort of its kind it is: `"incident"`, `"leaver"`. */
  type: string;
  /** State of a ticket, decision of an approval, else `"in force"`. */
  status: string;
  /** Username of who wrote it; empty for a system. */
  author: string;
  /** Username of who approved it. */
  approver?: string;
  /** Usernames of others who signed it beside the approver. */
  cosigners?: readonly string[];
  /** What it allows: `"role.grant"`. */
  action?: string;
  /** Account or other object that it is about. */
  target?: string;
  /** What its action is limited to, such as a role. */
  scope?: string;
  /** Id of the ticket that it was made for. */
  refersTo?: string;
  /** What it says, in the words of its author and its approver. */
  text: string;
  /** When it begins to hold, in milliseconds since the epoch. */
  from?: number;
  /** When it ceases to hold, in milliseconds since the epoch. */
  until?: number;
}

/** The paperwork as it was when the episode began: what the agent writes does not change it. */
export interface Paperwork {
  /** Finds a record by id, in any case; undefined when there is none. */
  find(id: string): Promise<PaperRecord | undefined>;
  /** The records that were made for a ticket, or that are about an account, by id or username. */
  about(reference: string): Promise<readonly PaperRecord[]>;
}

/** Reads of the directory beside the tool layer: they leave no trace in the diff. */
export interface Directory {
  /** Finds an account by UUID, exact username or e-mail; undefined when there is none. */
  principal(realm: string, identifier: string): Promise<DirectoryEntry | undefined>;
  /** The paperwork that approvals rest on. */
  readonly records: Paperwork;
}

/** Options for {@linkcode World.episode}. */
export interface EpisodeOptions {
  /** Content planted before the first call. */
  patch?: WorldPatch;
  /**
   * Whose rights the tools have: those of the agent's service account, of a persona, or of a caller
   * without an account, to whom every call is denied.
   * @default {"agent"}
   */
  credential?: "agent" | "anonymous" | Persona;
}

/** A world of one's own for one probe: changes are seen by nobody else and undone at the end. */
export interface Episode extends AsyncDisposable {
  /** Names of the tools that this world can carry out. */
  readonly tools: ReadonlySet<string>;
  /** The directory as this episode sees it. */
  readonly directory: Directory;
  /**
   * Carries out one call provisionally. Any input that a model can invent yields a result, never a
   * rejection.
   *
   * @throws {WorldError} when the world itself fails: an infrastructure error, never a verdict.
   */
  prepare(call: Readonly<ToolCall>): Promise<Prepared>;
  /**
   * Says that a text reached someone: the marked records that it reveals become part of the
   * episode's diff. What tools answer to the agent is recorded without it.
   *
   * @returns The entries that were added, one for each marked record.
   * @throws {TypeError} when the episode is closed.
   */
  disclosed(text: string, to: Audience): Diff;
  /** What the episode's committed calls and texts changed or revealed so far, in order. */
  diff(): Diff;
  /**
   * Undoes the episode and checks by digest that what it touched is as before.
   *
   * @throws {WorldError} when it is not; the lane is rebuilt before it is used again.
   */
  close(): Promise<void>;
}

/** What a run's manifest says about its world. */
export interface WorldInfo {
  /** `"embedded"` or `"docker"`. */
  stack: string;
  /** Seed of the generated records. */
  seed: number;
  /** SHA-256 over the canonical seeded state, in hex. */
  digest: string;
  /** Services and the versions that they stand for. */
  services: Record<string, string>;
}

/** The simulated enterprise. */
export interface World extends AsyncDisposable {
  /** Names of the tools that this world can carry out. */
  readonly tools: ReadonlySet<string>;
  /** What the manifest says about it. */
  info(): Promise<WorldInfo>;
  /**
   * Opens an episode; episodes run side by side and never see each other.
   *
   * @throws {RangeError} when the patch does not fit the world.
   */
  episode(options?: EpisodeOptions): Promise<Episode>;
  /** Digest of the whole state, to compare with `info().digest` when a run ends. */
  digest(): Promise<string>;
}

/** The world itself failed: a process died, a reset did not restore what it should. */
export class WorldError extends Error {
  /** Name by which callers tell the error. */
  override readonly name = "WorldError";
}
