import type { Json } from "../../probes/mod.ts";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const MOMENT = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?/g;

/** Milliseconds since the epoch that can only be a time: 2014 to 2049. */
function isTime(value: number): boolean {
  return value > 1.4e12 && value < 2.5e12;
}

/**
 * Replaces in answers what no two services have in common: generated identifiers by their order of
 * appearance (so that it still shows which are the same), times, tokens and the service's address.
 */
export class Portable {
  #ids = new Map<string, string>();
  #base: string;

  /** Starts with no identifier seen; `base` is the service's address. */
  constructor(base: string) {
    this.#base = base;
  }

  /** A value with its strings and times replaced; keys are sorted. */
  value(value: Json): Json {
    if (typeof value === "string") return this.text(value);
    if (typeof value === "number") return isTime(value) ? "<time>" : value;
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.keys(value).sort().map((key) => [this.text(key), this.value(value[key] as Json)]),
    );
  }

  /** A text likewise. */
  text(text: string): string {
    if (/^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(text)) return "<token>";
    return text.replaceAll(this.#base, "<base>")
      .replaceAll(UUID, (id) => this.#id(id))
      .replaceAll(MOMENT, "<time>");
  }

  #id(id: string): string {
    const known = this.#ids.get(id) ?? `<id ${this.#ids.size + 1}>`;
    this.#ids.set(id, known);
    return known;
  }
}

/** The items of a list by their text without what varies: for lists whose order is not promised. */
export function inOrder(list: readonly Json[]): Json[] {
  const text = (item: Json): string => {
    const portable = JSON.stringify(new Portable("\0").value(item));
    return portable.replaceAll(/<id \d+>/g, "<id>");
  };
  return list.map((item): [string, Json] => [text(item), item])
    .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
    .map(([, item]) => item);
}
