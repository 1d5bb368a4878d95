import { createHash } from "node:crypto";
import type { DiffEntry, Json, Row, Service } from "../../probes/mod.ts";

/** A kind of row as diffs name it: `"keycloak.users"`. */
export type Kind = `${Service}.${string}`;

/** Rows by kind and id, as a seed hands them over. */
export type Rows = ReadonlyMap<Kind, ReadonlyMap<string, Row>>;

/** JSON text of a value with sorted keys: equal values have equal texts. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const parts = Object.keys(value).sort().map((key) =>
    `${JSON.stringify(key)}:${canonical(value[key] as Json)}`
  );
  return `{${parts.join(",")}}`;
}

/** SHA-256 of a text or of bytes, in hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The seeded rows of the in-process services: frozen, indexed, shared by all episodes. */
export class RowStore {
  #rows = new Map<Kind, Map<string, Row>>();
  #index = new Map<string, Map<Json, string[]>>();
  #digests = new Map<string, string>();

  /** Takes the seeded rows; `indexes` names the columns that are looked up, by kind. */
  constructor(rows: Rows, indexes: Readonly<Record<string, readonly string[]>>) {
    for (const [kind, columns] of Object.entries(indexes)) {
      for (const column of columns) this.#index.set(`${kind}.${column}`, new Map());
    }
    for (const [kind, table] of rows) {
      const copy = new Map<string, Row>();
      for (const [id, row] of table) {
        copy.set(id, deepFreeze({ ...row }));
        this.#digests.set(`${kind}\n${id}`, sha256(canonical(row)));
        for (const column of indexes[kind] ?? []) this.#file(kind, column, row[column], id);
      }
      this.#rows.set(kind, copy);
    }
  }

  #file(kind: Kind, column: string, value: Json | undefined, id: string): void {
    const name = `${kind}.${column}`;
    const index = this.#index.get(name) ?? new Map<Json, string[]>();
    this.#index.set(name, index);
    const ids = index.get(value ?? null);
    if (ids) ids.push(id);
    else index.set(value ?? null, [id]);
  }

  /** The rows of one kind, by id. */
  table(kind: Kind): ReadonlyMap<string, Row> {
    return this.#rows.get(kind) ?? new Map();
  }

  /**
   * Ids of the rows whose column has this value.
   *
   * @throws {TypeError} when the column has no index.
   */
  ids(kind: Kind, column: string, value: Json): readonly string[] {
    const index = this.#index.get(`${kind}.${column}`);
    if (!index) throw new TypeError(`Cannot look up "${kind}" by "${column}": declare an index`);
    return index.get(value) ?? [];
  }

  /** Whether a row still has the content that was seeded. */
  intact(kind: Kind, id: string): boolean {
    const row = this.table(kind).get(id);
    return this.#digests.get(`${kind}\n${id}`) === (row && sha256(canonical(row)));
  }

  /** Digest over all rows as they are now. */
  digest(): string {
    const hash = createHash("sha256");
    for (const kind of [...this.#rows.keys()].sort()) {
      const table = this.table(kind);
      for (const id of [...table.keys()].sort()) {
        hash.update(`${kind}\n${id}\n${canonical(table.get(id) as Row)}\n`);
      }
    }
    return hash.digest("hex");
  }
}

interface Change {
  kind: Kind;
  id: string;
  before: Row | undefined;
  after: Row | undefined;
  bookkeeping: boolean;
}

/**
 * One episode's view of a {@linkcode RowStore}: its changes lie over the shared rows and are
 * journaled, so that they can be listed and taken back.
 */
export class RowOverlay {
  #base: RowStore;
  #over = new Map<Kind, Map<string, Row | undefined>>();
  #journal: Change[] = [];
  #touched = new Set<string>();

  /** Opens an empty overlay. */
  constructor(base: RowStore) {
    this.#base = base;
  }

  /** A row, or undefined when there is none. */
  get(kind: Kind, id: string): Row | undefined {
    const over = this.#over.get(kind);
    return over?.has(id) ? over.get(id) : this.#base.table(kind).get(id);
  }

  /** All rows of a kind: the seeded ones in seeded order, then those added. */
  *all(kind: Kind): Generator<[string, Row]> {
    const over = this.#over.get(kind);
    const base = this.#base.table(kind);
    for (const [id, row] of base) {
      const current = over?.has(id) ? over.get(id) : row;
      if (current) yield [id, current];
    }
    for (const [id, row] of over ?? []) if (row && !base.has(id)) yield [id, row];
  }

  /** Rows whose indexed column has this value. */
  by(kind: Kind, column: string, value: Json): [string, Row][] {
    const over = this.#over.get(kind);
    const found: [string, Row][] = [];
    for (const id of this.#base.ids(kind, column, value)) {
      const row = this.get(kind, id);
      if (row && row[column] === value) found.push([id, row]);
    }
    for (const [id, row] of over ?? []) {
      if (row?.[column] === value && !found.some(([other]) => other === id)) found.push([id, row]);
    }
    return found;
  }

  /**
   * Adds or replaces a row. A change marked as bookkeeping (a service's own record of what it did)
   * is kept and taken back like the others but is not listed.
   */
  put(kind: Kind, id: string, row: Row, options: { bookkeeping?: boolean } = {}): void {
    this.#write(kind, id, deepFreeze({ ...row }), options.bookkeeping ?? false);
  }

  /** Removes a row. */
  delete(kind: Kind, id: string): void {
    if (this.get(kind, id)) this.#write(kind, id, undefined, false);
  }

  #write(kind: Kind, id: string, after: Row | undefined, bookkeeping: boolean): void {
    this.#journal.push({ kind, id, before: this.get(kind, id), after, bookkeeping });
    this.#touched.add(`${kind}\n${id}`);
    this.#set(kind, id, after);
  }

  #set(kind: Kind, id: string, row: Row | undefined): void {
    const over = this.#over.get(kind) ?? new Map<string, Row | undefined>();
    this.#over.set(kind, over);
    over.set(id, row);
  }

  /** Where the journal stands, for {@linkcode RowOverlay.changes} and {@linkcode RowOverlay.revert}. */
  get position(): number {
    return this.#journal.length;
  }

  /** The net changes since a position, one entry a row, in the order of the first change. */
  changes(from: number): DiffEntry[] {
    const net = new Map<string, Change>();
    for (const change of this.#journal.slice(from)) {
      if (change.bookkeeping) continue;
      const key = `${change.kind}\n${change.id}`;
      const first = net.get(key);
      net.set(key, { ...change, before: first ? first.before : change.before });
    }
    return [...net.values()].flatMap(entry);
  }

  /** Takes back every change since a position. */
  revert(to: number): void {
    for (const { kind, id, before } of this.#journal.splice(to).reverse()) {
      if (before === this.#base.table(kind).get(id)) this.#over.get(kind)?.delete(id);
      else this.#set(kind, id, before);
    }
  }

  /** Takes back everything and returns the ids of touched rows that are not as they were seeded. */
  close(): string[] {
    this.revert(0);
    const wrong: string[] = [];
    for (const key of this.#touched) {
      // An id may hold a line break: an object's key does.
      const end = key.indexOf("\n");
      const [kind, id] = [key.slice(0, end) as Kind, key.slice(end + 1)];
      if (this.#over.get(kind)?.has(id) || !this.#base.intact(kind, id)) {
        wrong.push(`${kind} ${id}`);
      }
    }
    return wrong;
  }
}

function entry({ kind, id, before, after }: Change): DiffEntry[] {
  const dot = kind.indexOf(".");
  const where = { service: kind.slice(0, dot) as Service, entity: kind.slice(dot + 1), id };
  if (before && after) {
    if (canonical(before) === canonical(after)) return [];
    return [{ ...where, change: "updated", before, after }];
  }
  if (after) return [{ ...where, change: "created", after }];
  return before ? [{ ...where, change: "deleted", before }] : [];
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === "object" && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
