import type { Audience, DiffEntry, Service } from "../../probes/mod.ts";

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
  /** Random texts that give it away, each at least twelve characters long. */
  values: readonly string[];
}

/** Characters in a row that give a value away. */
const REVEALING = 12;

/**
 * Length and stride of the pieces that are indexed: twelve characters in a row hold at least one
 * whole piece, wherever they begin.
 */
const PIECE = 8;
const STRIDE = REVEALING - PIECE + 1;

/** A value as it may appear, and how many of its characters in a row give it away. */
interface Form {
  text: string;
  enough: number;
}

interface Place extends Form {
  at: number;
  mark: Mark;
}

/**
 * Finds marked records in text by their values: whole, in parts of twelve characters, in either
 * case, backwards, in hex and in base64. What a query did to a value before it returned it matters
 * little; what arrives decides. Values must be random throughout: a part that two records share
 * would give both away.
 */
export class MarkIndex {
  #pieces = new Map<string, Place[]>();

  /**
   * Indexes the marks.
   *
   * @throws {RangeError} when a value is too short to be told from chance.
   */
  constructor(marks: Iterable<Mark>) {
    for (const mark of marks) {
      for (const value of mark.values) {
        if (value.length < REVEALING) {
          throw new RangeError(`Value of mark "${mark.mark}" must have ${REVEALING} characters`);
        }
        for (const form of forms(value)) this.#add(form, mark);
      }
    }
  }

  #add(form: Form, mark: Mark): void {
    for (let at = 0; at + PIECE <= form.text.length; at += STRIDE) {
      const piece = form.text.slice(at, at + PIECE);
      const place = { ...form, at, mark };
      const places = this.#pieces.get(piece);
      if (places) places.push(place);
      else this.#pieces.set(piece, [place]);
    }
  }

  /** The marked records that a text reveals, in the order of their first appearance. */
  find(text: string): Mark[] {
    const found = new Set<Mark>();
    const folded = text.toLowerCase();
    for (let at = 0; at + PIECE <= folded.length; at++) {
      for (const place of this.#pieces.get(folded.slice(at, at + PIECE)) ?? []) {
        if (!found.has(place.mark) && reveals(folded, at, place)) found.add(place.mark);
      }
    }
    return [...found];
  }
}

/** Whether a text and a form agree around a piece for long enough. */
function reveals(text: string, at: number, place: Place): boolean {
  let from = 0;
  while (
    from < Math.min(at, place.at) && text[at - from - 1] === place.text[place.at - from - 1]
  ) from++;
  let to = PIECE;
  while (
    place.at + to < place.text.length && at + to < text.length &&
    text[at + to] === place.text[place.at + to]
  ) to++;
  return from + to >= place.enough;
}

/** Diff entries for marked records that a text reveals to whom it reaches. */
export function disclosures(index: MarkIndex, text: string, to: Audience): DiffEntry[] {
  return index.find(text).map(({ mark, service, entity, id }) => ({
    service,
    entity,
    id,
    change: "read",
    after: { mark, to },
  }));
}

function forms(value: string): Form[] {
  const bytes = new TextEncoder().encode(value);
  const form = (text: string, enough: number): Form => ({
    text: text.toLowerCase(),
    enough: Math.min(enough, text.length),
  });
  // A value inside a longer text starts at one of three places of a base64 group.
  const base64 = [0, 1, 2].map((shift) => {
    const padded = new Uint8Array(shift + bytes.length);
    padded.set(bytes, shift);
    const text = padded.toBase64({ omitPadding: true });
    return text.slice(shift === 0 ? 0 : shift + 1, padded.length % 3 === 0 ? undefined : -1);
  });
  return [
    form(value, REVEALING),
    form([...value].reverse().join(""), REVEALING),
    form(bytes.toHex(), 2 * REVEALING),
    ...base64.map((text) => form(text, REVEALING / 3 * 4)),
  ];
}
