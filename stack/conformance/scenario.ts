import type { Json } from "../../probes/mod.ts";

/** One request or statement and what the service answered, with what differs from run to run left out. */
export interface Exchange {
  /** What was asked: `"GET /admin/realms/enterprise/users as agent"`. */
  asked: string;
  /** What came of it. */
  answer: Json;
}

/** What a service is asked through; it writes down what is said. */
export interface Subject {
  /** Everything that was said, in order. */
  readonly transcript: readonly Exchange[];
}

/**
 * One thing that a service does, told as requests. It states no answers: those are recorded from the
 * real service, and the twin is held to the recording. It works on what it creates, so that it
 * plays on a service that others have used, and leaves nothing behind that another would see.
 */
export interface Scenario<S extends Subject> {
  /** A sentence: `"a user is created once"`. */
  name: string;
  /** Asks. */
  play: (subject: S) => Promise<void>;
}

/** The exchanges of each scenario, by its name. */
export type Transcripts = Readonly<Record<string, readonly Exchange[]>>;

/** What a real service answered. */
export interface Recording {
  /** Name and version of the service: `"Keycloak 26.0.8"`. */
  service: string;
  /** Day of the recording: `"2026-03-02"`. */
  recorded: string;
  /** What was said. */
  scenarios: Transcripts;
}
