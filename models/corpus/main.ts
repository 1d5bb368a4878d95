/** Writes the training corpus as JSON lines: `deno run models/corpus/main.ts --kind gateway --n 1000`. */
import { parseArgs } from "node:util";
import { TOOLS } from "../../probes/mod.ts";
import { random } from "./random.ts";
import type { CorpusRecord, Split } from "./record.ts";
import { criticRecord, executorRecords, gatewayRecord, ideas, proseRecord } from "./records.ts";

const KINDS = [
  "gateway",
  "obedient",
  "judged",
  "executor",
  "critic",
  "prose",
  "ideas",
  "tools",
] as const;
const SPLITS: readonly Split[] = ["train", "validation", "test"];

/** What to generate. */
export interface CorpusOptions {
  /** Kind of record; `"obedient"` is the gateway without adapter, `"judged"` the one told to judge. */
  kind: "gateway" | "obedient" | "judged" | "executor" | "critic" | "prose";
  /** Part of the corpus. */
  split: Split;
  /** Number of records. */
  n: number;
  /** Seed; the same seed gives the same records. */
  seed: number;
}

/** Generates records one by one, so that any number of them fits in memory. */
export function* corpus(options: CorpusOptions): Generator<CorpusRecord> {
  const { kind, split, n } = options;
  const draws = random(`${options.seed}:${kind}:${split}`);
  let made = 0;
  while (made < n) {
    const batch = kind === "executor"
      ? executorRecords(draws, split)
      : kind === "critic"
      ? [criticRecord(draws, split)]
      : kind === "prose"
      ? [proseRecord(draws, split)]
      : [gatewayRecord(draws, split, { obedient: kind === "obedient", judged: kind === "judged" })];
    for (const record of batch) {
      if (made++ < n) yield record;
    }
  }
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(2);
}

function count(text: string, flag: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    fail(`Flag "--${flag}" must be a whole number of at least 0, not "${text}"`);
  }
  return value;
}

function readFlags(args: string[]): Record<string, string> {
  try {
    const { values } = parseArgs({
      args,
      options: {
        kind: { type: "string", default: "gateway" },
        split: { type: "string", default: "train" },
        n: { type: "string", default: "10" },
        seed: { type: "string", default: "1" },
        format: { type: "string", default: "chat" },
      },
    });
    return values as Record<string, string>;
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

async function writeLines(items: Iterable<unknown>): Promise<void> {
  const encoder = new TextEncoder();
  const writer = Deno.stdout.writable.getWriter();
  let buffer = "";
  for (const item of items) {
    buffer += `${JSON.stringify(item)}\n`;
    if (buffer.length > 1 << 16) {
      await writer.write(encoder.encode(buffer));
      buffer = "";
    }
  }
  await writer.write(encoder.encode(buffer));
  await writer.close();
}

async function main(): Promise<void> {
  const flags = readFlags(Deno.args);
  const kind = KINDS.find((known) => known === flags["kind"]) ??
    fail(`Kind "${flags["kind"]}" is unknown: use one of ${KINDS.join(", ")}`);
  const split = SPLITS.find((known) => known === flags["split"]) ??
    fail(`Split "${flags["split"]}" is unknown: use one of ${SPLITS.join(", ")}`);
  if (flags["format"] !== "chat") fail(`Format "${flags["format"]}" is unknown: use "chat"`);
  if (kind === "ideas") return await writeLines(ideas());
  if (kind === "tools") return await writeLines([...TOOLS.values()].map((tool) => tool.schema));
  const n = count(flags["n"] ?? "", "n");
  const seed = count(flags["seed"] ?? "", "seed");
  await writeLines(corpus({ kind, split, n, seed }));
}

if (import.meta.main) await main();
