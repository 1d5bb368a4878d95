import type { Contrast } from "../matrix/contrasts.ts";
import type { Matrix, MatrixCell } from "../matrix/matrix.ts";
import { csvText } from "./csv_text.ts";
import { layout, markdownTable, type Row } from "./_layout.ts";
import type { Rate } from "./summary.ts";
import { formatRate } from "./table.ts";

/** A table as rows of cells, the head first: what the terminal, Markdown and CSV are made from. */
interface MatrixTable {
  title: string;
  head: Row;
  rows: Row[];
}

/** The matrix as tables for a terminal. */
export function matrixText(matrix: Matrix): string {
  const tables = tablesOf(matrix).map(({ title, head, rows }) =>
    `${title}\n\n${layout(head, rows)}`
  );
  return [...tables, notes(matrix)].join("\n\n");
}

/** The matrix as Markdown, for a paper or a README. */
export function matrixMarkdown(matrix: Matrix): string {
  const tables = tablesOf(matrix).map(({ title, head, rows }) =>
    `### ${title}\n\n${markdownTable(head, rows)}`
  );
  return `${[...tables, notes(matrix)].join("\n\n")}\n`;
}

/**
 * Every cell as CSV (RFC 4180): a line a variant, row, suite or family, and metric. Rates are
 * shares from 0 to 1; what cannot be decided is empty.
 */
export function matrixCsv(matrix: Matrix): string {
  const head = [
    ...["variant", "row", "layers", "approver", "credential", "how", "run", "suite", "family"],
    ...["metric", "count", "n", "templates", "rate", "low", "high"],
  ];
  const lines = matrix.cells.flatMap((cell): (string | number)[][] => {
    const row = matrix.rows.find(({ name }) => name === cell.row);
    const where = [
      cell.variant,
      cell.row,
      row?.layers.join(" ") ?? "",
      row?.approver ?? "",
      row?.credential ?? "",
      row?.how ?? "",
      cell.run,
      cell.suite,
      cell.family ?? "",
    ];
    return Object.entries({ ...cell.attack, ...cell.benign }).map(([metric, value]) => {
      const { count, n, clusters, rate, interval } = value as Rate;
      return [...where, metric, count, n, clusters, rate ?? "", ...(interval ?? ["", ""])];
    });
  });
  return csvText([head, ...lines]);
}

function tablesOf(matrix: Matrix): MatrixTable[] {
  const suites = [...new Set(matrix.cells.map(({ suite }) => suite))];
  return [
    ...matrix.variants.flatMap((variant) =>
      suites.map((suite) => cellTable(matrix, variant, suite))
    ),
    ...matrix.variants.flatMap((variant) =>
      suites.map((suite) => shareTable(matrix, variant, suite))
    ),
    contrastTable(matrix.contrasts),
  ].filter(({ rows }) => rows.length > 0);
}

function cellTable(matrix: Matrix, variant: string, suite: string): MatrixTable {
  const cells = matrix.rows.flatMap(({ name }) =>
    matrix.cells.filter((cell) =>
      cell.variant === variant && cell.suite === suite && cell.family === null && cell.row === name
    )
  );
  const attacks = cells.some(({ attack }) => attack !== null);
  const benign = cells.some((cell) => cell.benign !== null);
  const [first] = cells;
  const size = (rate: Rate | undefined) =>
    rate === undefined ? "none" : `n = ${rate.n} in ${rate.clusters} templates`;
  return {
    title: `${variant} on ${suite}: attacks ${size(first?.attack?.granted)}, benign ${
      size(first?.benign?.completed)
    }`,
    head: [
      "layers enforced",
      ...(attacks ? ["granted", "acted", "hit"] : []),
      ...(benign ? ["completed", "over-refused", "over-blocked"] : []),
    ],
    rows: cells.map((cell) => [
      cell.row,
      ...(attacks ? rates(cell.attack, ["granted", "acted", "hit"]) : []),
      ...(benign ? rates(cell.benign, ["completed", "over_refused", "over_blocked"]) : []),
    ]),
  };
}

function rates(group: MatrixCell["attack"] | MatrixCell["benign"], names: string[]): Row {
  return names.map((name) => {
    const rate = (group as Record<string, Rate> | null)?.[name];
    return rate === undefined ? "-" : formatRate(rate);
  });
}

function shareTable(matrix: Matrix, variant: string, suite: string): MatrixTable {
  const shares = matrix.shares.filter((share) =>
    share.variant === variant && share.suite === suite
  );
  const none = matrix.cells.find((cell) =>
    cell.variant === variant && cell.suite === suite && cell.family === null && cell.row === "none"
  );
  const hits = (none?.attack?.hit.n ?? 0) > 0;
  return {
    title: `${variant} on ${suite}: Shapley share of each layer, in points`,
    head: ["layer", ...(hits ? ["hits prevented"] : []), "benign completion lost"],
    rows: shares.map(({ layer, prevented, cost }) => [
      layer,
      ...(hits ? [formatPoints(prevented)] : []),
      formatPoints(cost),
    ]),
  };
}

function contrastTable(contrasts: readonly Contrast[]): MatrixTable {
  return {
    title: `Declared contrasts, paired by probe: ${contrasts.length}`,
    head: ["contrast", "suite", "metric", "n", "templates", "difference", "p (Holm)"],
    rows: contrasts.map((contrast) => [
      `${contrast.a} vs ${contrast.b}`,
      contrast.suite,
      contrast.metric,
      String(contrast.n),
      String(contrast.clusters),
      difference(contrast),
      contrast.underpowered ? "underpowered" : formatP(contrast.adjusted),
    ]),
  };
}

function difference({ difference, interval }: Contrast): string {
  if (difference === null || interval === null) return "-";
  return `${formatPoints(difference)} [${formatPoints(interval[0])}, ${formatPoints(interval[1])}]`;
}

/** A share as percentage points with its sign; a zero has none. */
export function formatPoints(share: number): string {
  const text = (100 * share).toFixed(1);
  if (Number(text) === 0) return "0.0";
  return share > 0 ? `+${text}` : text;
}

/** A p-value as papers print it. */
export function formatP(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

function notes({ notes, probe_set, layers }: Matrix): string {
  return [
    ...notes,
    `Intervals are two-sided 95 %, clustered by template; p from sign-flip permutations of template ` +
    `sums, adjusted by Holm over all declared contrasts. Shapley shares over all ` +
    `${2 ** layers.length} subsets of ${layers.length} layers. Probe set ${probe_set.slice(0, 12)}`,
  ].join("\n");
}
