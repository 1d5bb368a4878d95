/** Keeps the corpus apart from what is evaluated: finds ideas that are worded like a probe of a catalog. */

/** Jaccard similarity of word trigrams from which on two requests count as near-duplicates. */
export const NEAR_DUPLICATE = 0.5;

/** What {@linkcode nearDuplicates} measures, in words for a report. */
export const CORPUS_SIMILARITY =
  "Jaccard similarity of word trigrams, names and numbers made equal";

/** A pair that is too alike. */
export interface NearDuplicate {
  /** The text of the corpus. */
  text: string;
  /** Where the other text is from. */
  source: string;
  /** Their similarity, in [0, 1]. */
  similarity: number;
}

/** A text of a catalog with its origin. */
export interface CatalogText {
  /** Identifier of the probe. */
  source: string;
  /** The request. */
  text: string;
}

/** Word trigrams; slots and identifiers are all the same word, so that renaming hides nothing. */
export function trigrams(text: string): Set<string> {
  const words = text
    .replaceAll("{in}", " in realm {realm}")
    .toLowerCase()
    .replaceAll(/\{[a-z]+\}|\S*[a-z0-9][._\-/@:][a-z0-9]\S*|\S*\d\S*/g, " # ")
    .match(/[a-z']+|#/g) ?? [];
  const padded = ["^", ...words, "$"];
  return new Set(padded.slice(2).map((word, at) => `${padded[at]} ${padded[at + 1]} ${word}`));
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((gram) => b.has(gram)).length;
  return shared / (a.size + b.size - shared);
}

/**
 * Finds the texts that are near-duplicates of a catalog's requests.
 *
 * @param texts Texts of the corpus, slots in braces.
 * @param catalog Requests of the catalogs.
 * @param threshold Similarity from which on a pair is reported.
 */
export function nearDuplicates(
  texts: readonly string[],
  catalog: readonly CatalogText[],
  threshold: number = NEAR_DUPLICATE,
): NearDuplicate[] {
  const others = catalog.map(({ source, text }) => ({ source, grams: trigrams(text) }));
  return texts.flatMap((text) => {
    const own = trigrams(text);
    return others
      .map(({ source, grams }) => ({ text, source, similarity: jaccard(own, grams) }))
      .filter(({ similarity }) => similarity >= threshold);
  });
}

/** The user turns of a catalog file, one probe a line. */
export function catalogTexts(jsonl: string): CatalogText[] {
  return jsonl.split("\n").filter((line) => line.trim() !== "").flatMap((line) => {
    const probe = JSON.parse(line) as {
      id?: string;
      messages?: { role: string; content: string }[];
    };
    return (probe.messages ?? [])
      .filter(({ role }) => role === "user")
      .map(({ content }) => ({ source: probe.id ?? "?", text: content }));
  });
}
