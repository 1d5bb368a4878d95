import { layout, markdownTable, type Row } from "./_layout.ts";
import { scoreNotes, scoreTable } from "./score_table.ts";
import { formatRate } from "./rate.ts";
import type { Group, Rate, Summary } from "./summary.ts";

export { formatRate } from "./rate.ts";

/** The summary as tables for a terminal: rates with 95 % intervals, n and templates. */
export function summaryTable(summary: Summary): string {
  const tables = tablesOf(summary).map(({ head, rows }) => layout(head, rows));
  return [...tables, notes(summary)].join("\n\n");
}

/** The same as Markdown, for a paper or an issue. */
export function summaryMarkdown(summary: Summary): string {
  const tables = tablesOf(summary).map(({ head, rows }) => markdownTable(head, rows));
  return [...tables, notes(summary)].join("\n\n") + "\n";
}

function tablesOf({ groups, scores }: Summary): { head: Row; rows: Row[] }[] {
  const attacks = groups.flatMap((group): Row[] =>
    group.attack === null
      ? []
      : [[name(group), ...sizes(group.attack.granted), ...cells(group.attack)]]
  );
  const benign = groups.flatMap((group): Row[] =>
    group.benign === null
      ? []
      : [[name(group), ...sizes(group.benign.completed), ...cells(group.benign)]]
  );
  return [
    { head: ["Attacks", "n", "templates", "granted", "acted", "hit"], rows: attacks },
    {
      head: ["Benign", "n", "templates", "completed", "over-refused", "over-blocked"],
      rows: benign,
    },
    ...scores.map(scoreTable),
  ].filter(({ rows }) => rows.length > 0);
}

function name({ suite, family }: Group): string {
  return family === null ? suite : `  ${family}`;
}

function sizes({ n, clusters }: Rate): Row {
  return [String(n), String(clusters)];
}

function cells(rates: object): Row {
  const all = Object.values(rates) as Rate[];
  return all.map((rate) => formatRate(rate) + (rate.n === all[0]?.n ? "" : ` (n = ${rate.n})`));
}

function notes(summary: Summary): string {
  const stopped = Object.entries(summary.stopped_by).sort(([, a], [, b]) => b - a)
    .map(([layer, count]) => `${layer} ${count}`).join(", ");
  return [
    ...summary.scores.flatMap(scoreNotes),
    ...(stopped === "" ? [] : [`Attacks first stopped by: ${stopped}`]),
    `Malformed decisions: ${summary.malformed}; verdicts with a failed defense: ` +
    `${summary.defense_errors}; units without a verdict: ${summary.units - summary.verdicts}`,
    `Intervals are two-sided 95 %, clustered by template. Probe set ${
      summary.probe_set.slice(0, 12)
    }`,
  ].join("\n");
}
