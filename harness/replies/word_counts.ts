import type { ReplyKind } from "../../probes/mod.ts";

/** The kinds in the order of the table's columns. */
export const KINDS: readonly ReplyKind[] = ["refusal", "clarification", "report", "answer"];

/** How often something was seen in replies of each kind, in the order of {@linkcode KINDS}. */
type Counts = readonly number[];

/** What was counted: replies of each kind, and in how many of them each word or pair stood. */
export interface WordCounts {
  /** Replies. */
  replies: Counts;
  /** Replies with a word or a pair of words. */
  words: ReadonlyMap<string, Counts>;
}

/** A word that stood in fewer replies tells nothing. */
const LEAST = 2;

/** Added to each count, so that a word that was never seen in a kind does not rule it out. */
const SMOOTHING = 0.3;

/** Words that are read: what a reply amounts to is said early. */
const LENGTH = 400;

/**
 * The words of a text and its pairs of neighbours, each once: letters with an apostrophe, numbers of
 * three digits (the codes of services) and question marks; `^` stands for the beginning.
 */
export function wordsOf(text: string): Set<string> {
  const folded = text.toLowerCase().replace(/[‘’]/g, "'");
  const words = ["^", ...folded.match(/[a-z]+(?:'[a-z]+)?|\d{3}|[?]/g)?.slice(0, LENGTH) ?? []];
  return new Set([...words, ...words.slice(1).map((word, index) => `${words[index]} ${word}`)]);
}

/** Counts the words of labelled replies. */
export function countWords(labelled: Iterable<{ reply: string; kind: ReplyKind }>): WordCounts {
  const replies = KINDS.map(() => 0);
  const words = new Map<string, number[]>();
  for (const { reply, kind } of labelled) {
    const column = KINDS.indexOf(kind);
    replies[column] = (replies[column] ?? 0) + 1;
    for (const word of wordsOf(reply)) {
      const counts = words.get(word) ?? KINDS.map(() => 0);
      counts[column] = (counts[column] ?? 0) + 1;
      words.set(word, counts);
    }
  }
  const kept = [...words].filter(([, counts]) => counts.reduce((a, b) => a + b) >= LEAST);
  return { replies, words: new Map(kept.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Counts as a table: a word and a count for each kind, parted by tabs; replies come first. */
export function formatCounts({ replies, words }: WordCounts): string {
  const line = (word: string, counts: Counts) => [word, ...counts].join("\t");
  return [line("", replies), ...[...words].map(([word, counts]) => line(word, counts)), ""]
    .join("\n");
}

/** Reads a table of counts. */
export function parseCounts(table: string): WordCounts {
  const rows = table.trimEnd().split("\n").map((line): [string, Counts] => {
    const [word = "", ...counts] = line.split("\t");
    return [word, counts.map(Number)];
  });
  return { replies: rows[0]?.[1] ?? [], words: new Map(rows.slice(1)) };
}

/**
 * The likeliest kind of a text by naive Bayes over the words that it has; the earlier kind of
 * {@linkcode KINDS} when two are as likely.
 */
export function likeliest(
  text: string,
  counts: WordCounts,
  among: readonly ReplyKind[],
): ReplyKind {
  const rows = [...wordsOf(text)].flatMap((word) => {
    const row = counts.words.get(word);
    return row === undefined ? [] : [row];
  });
  let best: ReplyKind = "answer";
  let most = -Infinity;
  for (const kind of among) {
    const column = KINDS.indexOf(kind);
    const replies = counts.replies[column] ?? 0;
    const score = rows.reduce(
      (sum, row) => sum + Math.log(((row[column] ?? 0) + SMOOTHING) / (replies + 2 * SMOOTHING)),
      Math.log(replies),
    );
    if (score > most) [best, most] = [kind, score];
  }
  return best;
}
