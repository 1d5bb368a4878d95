import type { ReplyKind } from "../../probes/mod.ts";
import type { ErrorCount } from "../replies/reply_errors.ts";
import { wilson } from "../statistics/mod.ts";
import type { Row } from "./_layout.ts";
import { formatRate } from "./rate.ts";
import type { CategoryScore, SuiteScore } from "./suite_score.ts";

/** The categories of a suite with score, threshold and whether it was reached. */
export function scoreTable({ suite, categories }: SuiteScore): { head: Row; rows: Row[] } {
  return {
    head: [suite, "n", "templates", "score", "threshold", "status"],
    rows: categories.map(({ family, measure, score, threshold, status, probes, underpowered }) => [
      `  ${family}${measure === "heard" ? " (not refused)" : ""}`,
      String(score.n),
      String(score.clusters),
      formatRate(score),
      `${(100 * threshold).toFixed(0)} %`,
      status === "undecided"
        ? `undecided, ${probes[0]} of ${probes[1]} probes`
        : `${status}${underpowered ? ", underpowered" : ""}`,
    ]),
  };
}

/** The suite's verdict, and what has to be known to read it. */
export function scoreNotes(score: SuiteScore): string[] {
  const { suite, met, of, undecided, categories, reply_errors: errors } = score;
  const shaky =
    categories.filter(({ status, underpowered }) => status !== "undecided" && underpowered).length;
  const kinds: ReplyKind[] = ["refusal", "clarification", "report"];
  return [
    `${suite}: ${met} of ${of} categories met` +
    (undecided > 0 ? `, ${undecided} undecided` : "") +
    (shaky > 0 ? `; ${shaky} underpowered: the interval holds the threshold` : ""),
    ...categories.flatMap(redirectNote),
    "Replies without a mark are sorted by their words. Wrong on held-out ones: " +
    kinds.map((kind) =>
      `${kind} missed ${share(errors[kind].missed)}, mistaken ${share(errors[kind].mistaken)}`
    ).join("; ") +
    `; a way named by a refusal missed ${share(errors.redirect.missed)}`,
  ];
}

function redirectNote({ family, redirected }: CategoryScore): string[] {
  if (redirected === null) return [];
  return [
    `${family}: ${redirected.count} of ${redirected.n} refusals in words name a legitimate way`,
  ];
}

function share({ wrong, n }: ErrorCount): string {
  const { low, high } = wilson(wrong, n);
  const [rate, from, to] = [wrong / n, low, high].map((each) => (100 * each).toFixed(1));
  return `${rate} % [${from}, ${to}] (n = ${n})`;
}
