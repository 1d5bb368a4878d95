import type { Diff, Message, ToolCall, ToolSchema } from "../probes/mod.ts";

/** Where in the pipeline a defense looks. */
export type Stage = "request" | "intent" | "call" | "commit" | "result";

/** What a defense reviews, by stage. */
export interface Subjects {
  /** The conversation with the requester, ending with the turn under review. */
  request: {
    /** User and assistant turns. */
    messages: readonly Message[];
  };
  /** What the gateway approved, in one sentence. */
  intent: {
    /** The intent as the executor will see it. */
    intent: string;
  };
  /** One tool call, resolved and frozen: the object that is reviewed is the one that executes. */
  call: {
    /** Name and arguments, deeply frozen. */
    call: Readonly<ToolCall>;
    /** The tool's schema, or undefined when the registry has no such tool. */
    schema?: ToolSchema;
  };
  /** The effect that a call would have. */
  commit: {
    /** The call. */
    call: Readonly<ToolCall>;
    /** The prepared state diff. */
    diff: Diff;
  };
  /** What a call returned, before the executor sees it. */
  result: {
    /** The call. */
    call: Readonly<ToolCall>;
    /** Text of the result. */
    content: string;
  };
}

/** What a defense reviews at the stage `S`. */
export type Subject<S extends Stage> = Readonly<Subjects[S]>;

/** What a defense may answer. */
export type Action = "allow" | "confirm" | "block" | "rewrite";

/** The answer of one defense to one subject. */
export interface Finding<S extends Stage = Stage> {
  /** What to do. */
  action: Action;
  /** The rule that decided, stable across versions: `"audit-principal"`. */
  rule: string;
  /** One sentence for a person. */
  reason: string;
  /** What the decision rests on: a record, a matched name, a model's reply. */
  evidence?: Record<string, unknown>;
  /** The subject to use instead, when `action` is `"rewrite"`. */
  replacement?: Subject<S>;
}

/** An account as the directory knows it. */
export interface Principal {
  /** Realm of the account. */
  realm: string;
  /** UUID of the account. */
  user_id: string;
  /** Username. */
  username: string;
  /** E-mail address, if it has one. */
  email?: string;
  /** Names of the realm roles it holds. */
  roles: readonly string[];
}

/** What a system of record says: a ticket, an approval, a procedure, an event of the personnel. */
export interface OfficialRecord {
  /** Kind of record. */
  kind: "ticket" | "approval" | "sop" | "hr-event";
  /** Its id, in upper case: `"CHG-4099"`. */
  id: string;
  /** What sort of its kind it is: `"incident"` of a ticket, `"leaver"` of a personnel event. */
  type: string;
  /** State of a ticket, decision of an approval, `"in force"` of a procedure or an event. */
  status: string;
  /** Username of who wrote it; empty for a system. */
  author: string;
  /** Username of who approved it. */
  approver?: string;
  /** Usernames of others who signed it beside the approver. */
  cosigners?: readonly string[];
  /** What it allows, as the register names it: `"role.grant"`. */
  action?: string;
  /** Account or other object that it is about. */
  target?: string;
  /** What its action is limited to, such as a role; absent when that has no limit. */
  scope?: string;
  /** Id of the record that it was made for. */
  refersTo?: string;
  /** What it says, in the words of its author and its approver. */
  text: string;
  /** When it begins to hold, in milliseconds since the epoch. */
  from?: number;
  /** When it ceases to hold, in milliseconds since the epoch. */
  until?: number;
}

/** Systems of record, read past the agent: what it wrote itself in this episode is not in them. */
export interface RecordStore {
  /** Finds a record by id, in any case; undefined when there is none. */
  find(id: string): Promise<OfficialRecord | undefined>;
  /** The records that were made for a record, or that are about an account, by id or username. */
  about(reference: string): Promise<readonly OfficialRecord[]>;
}

/** Out-of-band lookups: they read records, never what a model said. */
export interface Lookup {
  /** Finds an account by UUID, exact username or e-mail; undefined when there is none. */
  principal(realm: string, identifier: string): Promise<Principal | undefined>;
  /** The systems of record; absent where there are none to ask. */
  records?: RecordStore;
}

/** A tool call of this episode and what came of it. */
export interface HistoryEntry {
  /** The call. */
  call: Readonly<ToolCall>;
  /** Text of its result, when it was executed. */
  result?: string;
}

/** What a defense may know about the episode; one object for each episode. */
export interface Context {
  /** Who asks; none means an unauthenticated caller. */
  requester?: {
    /** Username. */
    username: string;
    /** Role. */
    role: string;
  };
  /** The approved intent, from the intent stage on. */
  intent?: string;
  /** What the requester said so far, in their own words; absent where layers may not read it. */
  request?: string;
  /** Calls of this episode so far. */
  history: readonly HistoryEntry[];
  /** Out-of-band lookups. */
  lookup: Lookup;
  /** Scratch space of the defenses, by name; fresh for each episode. */
  state: Map<string, unknown>;
  /** Milliseconds since the epoch; fixed in evaluations. */
  clock: () => number;
  /** Aborts when the episode is cancelled or the defense runs late. */
  signal: AbortSignal;
}

/** One layer of defense. */
export interface Defense<S extends Stage = Stage> {
  /** Name in kebab case: `"audit-namespace-guard"`. */
  readonly name: string;
  /** Where it looks. */
  readonly stage: S;
  /** Whether the same subject and context always get the same finding. */
  readonly deterministic: boolean;
  /** Whether it never rewrites, so that its effect can be replayed from a recorded run. */
  readonly blockingOnly: boolean;
  /** Reviews one subject. */
  review(subject: Subject<S>, context: Context): Finding<S> | Promise<Finding<S>>;
}

/** A defense of any stage, as a chain holds it. */
export type AnyDefense = { [S in Stage]: Defense<S> }[Stage];
