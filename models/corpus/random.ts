/** Seeded randomness for the corpus: the same seed gives the same records on every platform. */

/** A stream of random numbers and the draws that the generator needs. */
export interface Random {
  /** A number in [0, 1). */
  unit(): number;
  /** An integer in [0, below). */
  below(below: number): number;
  /** An integer in [low, high]. */
  between(low: number, high: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One item of a list. */
  pick<Item>(items: readonly Item[]): Item;
  /** A shuffled copy of a list. */
  shuffle<Item>(items: readonly Item[]): Item[];
}

/** Hashes a text to 32 bits (FNV-1a), to seed a stream or to assign a split. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}

/**
 * Creates a stream of random numbers (mulberry32).
 *
 * @param seed Any text or number; equal seeds give equal streams.
 */
export function random(seed: string | number): Random {
  let state = hash32(String(seed));
  const unit = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number): number => Math.floor(unit() * limit);
  const pick = <Item>(items: readonly Item[]): Item => {
    if (items.length === 0) throw new RangeError("Cannot pick from an empty list");
    return items[below(items.length)] as Item;
  };
  const shuffle = <Item>(items: readonly Item[]): Item[] => {
    const copy = [...items];
    for (let last = copy.length - 1; last > 0; last--) {
      const other = below(last + 1);
      [copy[last], copy[other]] = [copy[other] as Item, copy[last] as Item];
    }
    return copy;
  };
  return {
    unit,
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (probability) => unit() < probability,
    pick,
    shuffle,
  };
}
