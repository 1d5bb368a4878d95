/**
 * Writes the table of words anew from the replies that the reader is tuned on:
 * `deno run --allow-read=harness/replies --allow-write=harness/replies harness/replies/testdata/write_words.ts`
 *
 * @module
 */

import { countWords, formatCounts } from "../word_counts.ts";

const labelled = Deno.readTextFileSync(new URL("tuning.jsonl", import.meta.url)).trim().split("\n")
  .map((line) => JSON.parse(line));
Deno.writeTextFileSync(
  new URL("../words.tsv", import.meta.url),
  formatCounts(countWords(labelled)),
);
