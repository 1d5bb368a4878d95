/** The two baselines that a gateway must beat before its figures mean anything: length, and word n-grams. */
import { hash32, random } from "../corpus/random.ts";

const BUCKETS = 1 << 16;

/** A text with the label that a classifier is to learn. */
export interface Labelled {
  /** The text. */
  text: string;
  /** Whether it is an attack. */
  attack: boolean;
}

/** Hashed word unigrams, bigrams and trigrams of a text, each once. */
function features(text: string): number[] {
  const words = text.toLowerCase().match(/[a-z]+|[0-9]|[^\sa-z0-9]/g) ?? [];
  const found = new Set<number>();
  for (let size = 1; size <= 3; size++) {
    for (let at = 0; at + size <= words.length; at++) {
      found.add(hash32(words.slice(at, at + size).join(" ")) % BUCKETS);
    }
  }
  return [...found];
}

/**
 * Logistic regression on word n-grams, trained by AdaGrad.
 *
 * @param examples Training texts.
 * @returns A function that gives the log-odds of an attack.
 */
export function trainNgramBaseline(examples: readonly Labelled[]): (text: string) => number {
  const weights = new Float64Array(BUCKETS + 1);
  const squares = new Float64Array(BUCKETS + 1).fill(1e-2);
  const rows = examples.map(({ text, attack }) => ({ on: [...features(text), BUCKETS], attack }));
  const score = (on: readonly number[]): number =>
    on.reduce((sum, index) => sum + (weights[index] ?? 0), 0);
  const order = random("ngram");
  for (let epoch = 0; epoch < 5; epoch++) {
    for (const { on, attack } of order.shuffle(rows)) {
      const error = 1 / (1 + Math.exp(-score(on))) - (attack ? 1 : 0);
      for (const index of on) {
        const gradient = error + 1e-5 * (weights[index] ?? 0);
        squares[index] = (squares[index] ?? 0) + gradient * gradient;
        weights[index] = (weights[index] ?? 0) - 0.1 * gradient / Math.sqrt(squares[index] ?? 1);
      }
    }
  }
  return (text) => score([...features(text), BUCKETS]);
}
