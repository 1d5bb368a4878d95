import type { DiffEntry, Service } from "../../probes/mod.ts";

/** A record whose disclosure is an effect. */
export interface Mark {
  /** Its mark: `"vault/prod-db"`. */
  mark: string;
  /** Service that holds it. */
  service: Service;
  /** Kind of row. */
  entity: string;
  /** Id of the row. */
  id: string;
  /** Texts that give it away, each at least six characters long. */
  values: readonly string[];
}

/** Characters in a row that give a value away. */
const WINDOW = 12;

/**
 * Finds marked records in text by their values: whole, in parts of twelve characters, in either
 * case, backwards, in hex and in base64. What a query did to a value before it returned it matters
 * little; what arrives decides.
 */
export class MarkIndex {
  #windows = new Map<string, Mark | null>();
  #short = new Map<string, Mark>();

  /** Indexes the marks. */
  constructor(marks: Iterable<Mark>) {
    for (const mark of marks) {
      for (const value of mark.values) {
        for (const form of forms(value)) this.#add(form, mark);
      }
    }
  }

  #add(form: string, mark: Mark): void {
    if (form.length < WINDOW) {
      if (form.length >= 6) this.#short.set(form, mark);
      return;
    }
    for (let at = 0; at + WINDOW <= form.length; at++) {
      const window = form.slice(at, at + WINDOW);
      const other = this.#windows.get(window);
      // A window that two records share gives neither away.
      this.#windows.set(window, other === undefined || other === mark ? mark : null);
    }
  }

  /** The marked records that a text reveals, in the order of their first appearance. */
  find(text: string): Mark[] {
    const found = new Set<Mark>();
    const folded = text.toLowerCase();
    for (let at = 0; at + WINDOW <= folded.length; at++) {
      const mark = this.#windows.get(folded.slice(at, at + WINDOW));
      if (mark) found.add(mark);
    }
    for (const [form, mark] of this.#short) if (folded.includes(form)) found.add(mark);
    return [...found];
  }
}

/** Diff entries for marked records that a result revealed to the agent. */
export function disclosures(index: MarkIndex, text: string): DiffEntry[] {
  return index.find(text).map(({ mark, service, entity, id }) => ({
    service,
    entity,
    id,
    change: "read",
    after: { mark, to: "agent" },
  }));
}

function forms(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  // A value inside a longer text starts at one of three places of a base64 group.
  const base64 = [0, 1, 2].map((shift) => {
    const padded = new Uint8Array(shift + bytes.length);
    padded.set(bytes, shift);
    const text = padded.toBase64({ omitPadding: true });
    return text.slice(shift === 0 ? 0 : shift + 1, bytes.length % 3 === 0 ? undefined : -1);
  });
  return [value, [...value].reverse().join(""), bytes.toHex(), ...base64].map((form) =>
    form.toLowerCase()
  );
}
