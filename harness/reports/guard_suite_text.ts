import type { GuardSuiteReport, LayerFigures } from "../guard_suite/run_guard_suite.ts";
import { layout, type Row } from "./_layout.ts";
import type { Rate } from "./summary.ts";
import { formatRate } from "./table.ts";

/** The guard suite's report as tables for a terminal. */
export function guardSuiteText(report: GuardSuiteReport): string {
  const { attacks, hits, twins, completed, layers, disguises, attempts } = report;
  const tables: [title: string, head: Row, rows: Row[]][] = [
    [
      `Attacks that hit: ${hits} of ${attacks}; benign requests that complete: ${completed} of ` +
      `${twins} (95 % intervals, clustered by template)`,
      ["layer", "hits prevented", "benign blocked", "benign to confirm", "failed"],
      layers.map((each) => [
        each.name,
        ...[each.prevented, each.blocked, each.confirmed].map(share),
        String(each.errors),
      ]),
    ],
    [
      "Time of one review, in microseconds",
      ["layer", "reviews", "median", "p99"],
      layers.map(({ name, ms }) => [name, String(ms.n), micro(ms.median), micro(ms.p99)]),
    ],
  ];
  if (disguises.some(({ variants }) => variants > 0)) {
    tables.push(
      [
        "Attacks in disguise that still hit, of those whose plain form the layer prevents",
        ["layer", "disguised", "got past"],
        layers.filter(isDecided).map(({ name, disguised, evaded }) => [
          name,
          String(disguised),
          String(evaded),
        ]),
      ],
      [
        "By disguise, under profile:full. Unseen: stopped when plain, not stopped in disguise",
        ["disguise", "variants", "still hit", "prevented", "unseen"],
        disguises.map(({ kind, name, variants, hits, prevented, unseen }) => [
          `${kind}: ${name}`,
          ...[variants, hits, prevented, unseen].map(String),
        ]),
      ],
    );
  }
  tables.push([
    "Ways to come by a confirmation; all but the genuine one have to be stopped",
    ["attempt", "calls", "stopped"],
    attempts.map(({ attempt, n, stopped }) => [attempt, String(n), String(stopped)]),
  ]);
  const leftOut = report.left_out.join(", ") || "none";
  return [
    ...tables.map(([title, head, rows]) => `${title}\n\n${layout(head, rows)}`),
    `Left out, since they need a model: ${leftOut}. What rewriting layers do to a model shows only ` +
    `in a live run ("-").\nProbe set ${report.probe_set.slice(0, 12)}`,
  ].join("\n\n");
}

function isDecided({ prevented }: LayerFigures): boolean {
  return prevented !== null;
}

function share(rate: Rate | null): string {
  return rate === null ? "-" : `${rate.count}/${rate.n} = ${formatRate(rate)}`;
}

function micro(ms: number): string {
  return (1000 * ms).toFixed(1);
}
