import { layout, markdownTable, type Row } from "./_layout.ts";
import { scoreNotes, scoreTable } from "./score_table.ts";
import { formatRate } from "./rate.ts";
import type { SuiteMetrics } from "./suite_metrics.ts";
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
    .map(([layer, count]) => {
      const alone = summary.sole_stopper[layer];
      return alone === undefined ? `${layer} ${count}` : `${layer} ${count} (${alone} alone)`;
    }).join(", ");
  return [
    ...summary.scores.flatMap(scoreNotes),
    ...summary.suites.flatMap(suiteNotes),
    ...(stopped === "" ? [] : [`Attacks first stopped by: ${stopped}`]),
    `Malformed decisions: ${summary.malformed}; verdicts with a failed defense: ` +
    `${summary.defense_errors}; units without a verdict: ${summary.units - summary.verdicts}`,
    `Intervals are two-sided 95 %, clustered by template. Probe set ${
      summary.probe_set.slice(0, 12)
    }`,
  ].join("\n");
}

/** What a suite's rates alone don't say: the worst variants, friction, and what failures may hide. */
function suiteNotes(metrics: SuiteMetrics): string[] {
  const { suite, hit_worst, over_refusal_hard: hard, over_refusal_friction: friction } = metrics;
  const figures = [
    ...(hit_worst === null ? [] : [`hit in the worst variant ${figure(hit_worst)} of templates`]),
    ...(hard === null ? [] : [`over-refusal hard ${figure(hard)}`]),
    ...(friction === null ? [] : [`with friction ${figure(friction)}`]),
  ];
  const { attack, benign } = metrics.ended_by_failure;
  return [
    ...(figures.length === 0 ? [] : [`${suite}: ${figures.join("; ")}`]),
    ...(attack + benign === 0 ? [] : [
      `${suite}: failed defenses ended ${attack} attacks and ${benign} benign requests; had they ` +
      `not: ${boundsText(metrics.bounds)}`,
    ]),
  ];
}

function figure(rate: Rate): string {
  return `${formatRate(rate)} (n = ${rate.n})`;
}

/** The rates that failures leave open. */
export function boundsText(bounds: SuiteMetrics["bounds"]): string {
  const percent = ({ rate }: Rate) => rate === null ? "?" : (100 * rate).toFixed(1);
  return Object.entries(bounds).flatMap(([name, value]) =>
    value === null || value.low.count === value.high.count
      ? []
      : [`${name.replace("_", "-")} ${percent(value.low)} to ${percent(value.high)} %`]
  ).join(", ");
}
