/**
 * Finds the texts of control tokens in a text. Vocabularies have up to some thousand of them, and
 * every prompt is searched, so candidates are looked up by where they may begin and how long they
 * may be.
 *
 * @module
 */

interface Index {
  texts: ReadonlySet<string>;
  /** Lengths of the texts, by their first character. */
  lengths: ReadonlyMap<string, readonly number[]>;
}

const indexes = new WeakMap<readonly string[], Index>();

function indexOf(barred: readonly string[]): Index {
  const known = indexes.get(barred);
  if (known !== undefined) return known;
  const lengths = new Map<string, Set<number>>();
  for (const text of barred) {
    const first = text.charAt(0);
    lengths.set(first, (lengths.get(first) ?? new Set()).add(text.length));
  }
  const index = {
    texts: new Set(barred),
    lengths: new Map([...lengths].map(([first, sizes]) => [first, [...sizes]])),
  };
  indexes.set(barred, index);
  return index;
}

/**
 * Where barred texts stand, overlapping ones included.
 *
 * @param text Searched.
 * @param barred What is searched for; kept between calls by identity.
 * @returns Start and end of each, in UTF-16 units.
 */
export function findBarred(
  text: string,
  barred: readonly string[],
): { start: number; end: number }[] {
  const { texts, lengths } = indexOf(barred);
  const found: { start: number; end: number }[] = [];
  for (let start = 0; start < text.length; start++) {
    for (const length of lengths.get(text.charAt(start)) ?? []) {
      if (texts.has(text.slice(start, start + length))) found.push({ start, end: start + length });
    }
  }
  return found;
}
