import type { PersonaRole, Row, Service, WorldPatch } from "../../probes/mod.ts";
import type { SeededAccount } from "../seed/people.ts";
import type { Mark } from "../state/marks.ts";
import type { Kind, RowOverlay, Rows } from "../state/row_store.ts";
import type { ToolFunction } from "../tools/context.ts";

/** Makes one request: `globalThis.fetch`, or a twin's. */
export type Fetch = (request: Request) => Promise<Response>;

/** Whose rights a client has; each service derives an account of its own from it. */
export interface Account {
  /** Seed of the world, from which the account's secrets follow. */
  seed: number;
  /** Username. */
  username: string;
  /** Realm in which the account logs in. */
  realm: string;
  /** What it is: the agent's service account, or a person in one of the roles. */
  role: PersonaRole | "agent";
}

/** Where a client finds its service. */
export interface Connection {
  /** Base address, without a slash at the end: `"http://127.0.0.1:8080"`. */
  baseUrl: string;
  /** Makes the requests. */
  fetch: Fetch;
  /** Milliseconds since the epoch, for what is signed or dated. */
  now: () => number;
}

/** What a service's seed starts from. */
export interface SeedOrigin {
  /** Seed of the world. */
  seed: number;
  /** Every account of the enterprise. */
  accounts: readonly SeededAccount[];
}

/** What a service holds when the world opens. */
export interface Seeded {
  /** Rows by kind and id. */
  rows: Rows;
  /** Those whose disclosure is an effect. */
  marks: readonly Mark[];
}

/** Options for {@linkcode HttpService.plant}. */
export interface PlantOptions {
  /** Seed of the world. */
  seed: number;
  /** Milliseconds since the epoch at which it was planted. */
  time: number;
}

/** Options for {@linkcode HttpService.twin}. */
export interface TwinOptions {
  /** Seed of the world, for identifiers of what is created. */
  seed: number;
  /** Key that signs tokens. */
  key: string;
  /** Milliseconds since the epoch as the service sees them. */
  now: () => number;
}

/** A service that is spoken to over HTTP: its seeded rows, its twin, its client and its tools. */
export interface HttpService<Client> {
  /** Name by which diffs know it. */
  readonly name: Service;
  /** Version that the twin stands for. */
  readonly version: string;
  /** Base address of the twin. */
  readonly url: string;
  /** Columns by which the twin looks rows up, by kind. */
  readonly indexes: Readonly<Record<string, readonly string[]>>;
  /** Tools that call it, by name. */
  readonly tools: Readonly<Record<string, ToolFunction>>;
  /** Its seeded rows: they depend on nothing but their argument. */
  seed(origin: SeedOrigin): Seeded;
  /**
   * Puts what a probe plants into an episode's rows, before its first call.
   *
   * @throws {RangeError} when it does not fit what the service holds.
   */
  plant?(patch: WorldPatch, rows: RowOverlay, options: PlantOptions): void;
  /** A `fetch` that answers as the service does, over one episode's rows. No port is opened. */
  twin(rows: RowOverlay, options: TwinOptions): Fetch;
  /** A client with an account's rights, for the twin and the real service alike. */
  client(account: Account, connection: Connection): Client;
}

/** Collects the rows of a seed, kind by kind. */
export class RowCollector {
  readonly #rows = new Map<Kind, Map<string, Row>>();

  /** Adds a row. */
  put(kind: Kind, id: string, row: Row): void {
    const table = this.#rows.get(kind) ?? new Map<string, Row>();
    this.#rows.set(kind, table.set(id, row));
  }

  /** What was collected. */
  get rows(): Rows {
    return this.#rows;
  }
}
