/** A text with a name to report it by. */
export interface NamedText {
  /** Name: the id of a probe, or where a foreign text comes from. */
  name: string;
  /** The text. */
  text: string;
}

/** Two texts that are too much alike. */
export interface NearDuplicate {
  /** Names of the two. */
  pair: readonly [string, string];
  /** Their similarity, from 0 to 1. */
  similarity: number;
}

/** Options for {@linkcode nearDuplicates}. */
export interface NearDuplicateOptions {
  /**
   * Texts that are compared with the first ones but not with each other.
   * @default {[]}
   */
  against?: readonly NamedText[];
  /**
   * Similarity from which two texts count as near-duplicates.
   * @default {0.6}
   */
  threshold?: number;
}

/** Similarity from which two texts count as near-duplicates, unless another is named. */
export const NEAR_DUPLICATE_THRESHOLD = 0.6;

/** What {@linkcode nearDuplicates} measures, in words for a report. */
export const SIMILARITY =
  "Jaccard similarity of character 5-grams, case and white space folded, digits made equal";

/** Length of the pieces that texts are compared by. */
const GRAM = 5;

/** The pairs of texts whose similarity reaches the threshold, most similar first. */
export function nearDuplicates(
  texts: readonly NamedText[],
  options: NearDuplicateOptions = {},
): NearDuplicate[] {
  const threshold = options.threshold ?? NEAR_DUPLICATE_THRESHOLD;
  const sets = texts.map(({ text }) => grams(text));
  const holders = new Map<string, number[]>();
  for (const [index, set] of sets.entries()) {
    for (const gram of set) holders.set(gram, [...holders.get(gram) ?? [], index]);
  }
  const found: NearDuplicate[] = [];
  const compare = (name: string, set: ReadonlySet<string>, before: number): void => {
    const shared = new Map<number, number>();
    for (const gram of set) {
      for (const index of holders.get(gram) ?? []) {
        if (index < before) shared.set(index, (shared.get(index) ?? 0) + 1);
      }
    }
    for (const [index, count] of shared) {
      const other = texts[index];
      const similarity = count / (set.size + (sets[index]?.size ?? 0) - count);
      if (other && similarity >= threshold) found.push({ pair: [other.name, name], similarity });
    }
  };
  for (const [index, { name }] of texts.entries()) {
    compare(name, sets[index] ?? new Set(), index);
  }
  for (const { name, text } of options.against ?? []) compare(name, grams(text), texts.length);
  return found.sort((a, b) => b.similarity - a.similarity);
}

function grams(text: string): Set<string> {
  const folded = ` ${text.toLowerCase().replace(/\s+/g, " ").replace(/\d/g, "0").trim()} `;
  const pieces = new Set<string>();
  for (let at = 0; at + GRAM <= folded.length; at++) pieces.add(folded.slice(at, at + GRAM));
  return pieces;
}
