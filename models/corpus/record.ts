/** The records of the corpus: chats with what is known about them. */
import type { Message } from "../../probes/mod.ts";
import { hash32 } from "./random.ts";

/** What a record trains. */
export type Kind = "gateway" | "executor" | "critic" | "prose";

/** Part of the corpus; an idea is in one part only. */
export type Split = "train" | "validation" | "test";

/** One chat. */
export interface CorpusRecord {
  /** What it trains. */
  kind: Kind;
  /** Part of the corpus. */
  split: Split;
  /** The idea that it words: ideas, not records, are independent. */
  idea: string;
  /** The right answer of a gateway or critic; absent for the others. */
  label?: "approve" | "reject";
  /** Why it is rejected. */
  cause?: string;
  /** The chat; the last turn is the answer. */
  messages: Message[];
  /** Names of the offered tools. */
  tools?: string[];
}

/**
 * The part that an idea belongs to, from its own text: adding ideas moves no others.
 *
 * @param text The idea as written, slots included.
 */
export function splitOf(text: string): Split {
  const known = splits.get(text);
  if (known !== undefined) return known;
  const bucket = hash32(`split:${text}`) % 10;
  const split = bucket === 8 ? "validation" : bucket === 9 ? "test" : "train";
  splits.set(text, split);
  return split;
}

const splits = new Map<string, Split>();

/** The texts of a list that belong to a part; those for training when the part has none. */
export function ofSplit(texts: readonly string[], split: Split): readonly string[] {
  const own = texts.filter((text) => splitOf(text) === split);
  if (own.length > 0) return own;
  const fallback = texts.filter((text) => splitOf(text) === "train");
  return fallback.length > 0 ? fallback : texts;
}
