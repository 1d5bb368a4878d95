import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Contrast } from "../../matrix/contrasts.ts";
import type { Rate } from "../summary.ts";

/**
 * The figures of the reports as SVG text. Colours are CSS variables of the page, so that one figure
 * serves light and dark; nothing in them runs.
 */

/** A rate with the place that it has in a figure. */
export interface PlacedRate {
  /** Row: a family. */
  row: string;
  /** Column: `"granted"`. */
  column: string;
  /** The rate; an undecidable one leaves its place empty. */
  rate: Rate;
}

/** A cell of a heat map. */
export interface HeatCell {
  /** Row. */
  row: string;
  /** Column. */
  column: string;
  /** Share from 0 to 1; null leaves the cell empty. */
  share: number | null;
  /** What the cell says on hover. */
  title: string;
}

/** Room for the names of rows, in pixels. */
function nameRoom(rows: readonly string[]): number {
  return Math.max(40, ...rows.map((row) => 18 + 6.9 * row.length));
}

function svgOf(options: Plot.PlotOptions): string {
  // The type of the page that it makes needs the browser's own types, which Deno does not load.
  const page = parseHTML("<!doctype html><html><body></body></html>") as unknown;
  const { document } = page as Required<Pick<Plot.PlotOptions, "document">>;
  const figure = Plot.plot({
    ...options,
    document,
    className: "plot",
    style: { fontSize: "12px", background: "transparent" },
  });
  figure.setAttribute("role", "img");
  return figure.outerHTML;
}

function percent(value: number): string {
  return value === 0 ? "0" : `${value} %`;
}

/**
 * Rates with their 95 % intervals, a panel a column.
 *
 * @param rates What is drawn; rows and columns keep their order.
 * @param colour Name of the page's variable for the dots: `"--bad"`.
 */
export function rateFigure(rates: readonly PlacedRate[], colour: string): string {
  const drawn = rates.flatMap(({ row, column, rate }) =>
    rate.rate === null || rate.interval === null ? [] : [{
      row,
      column,
      rate: 100 * rate.rate,
      low: 100 * rate.interval[0],
      high: 100 * rate.interval[1],
    }]
  );
  const rows = [...new Set(rates.map(({ row }) => row))];
  const columns = [...new Set(rates.map(({ column }) => column))];
  const left = nameRoom(rows);
  return svgOf({
    width: left + 230 * columns.length + 30,
    marginRight: 30,
    height: 60 + 22 * rows.length,
    marginLeft: left,
    marginTop: 30,
    x: { domain: [0, 100], label: null, ticks: [0, 50, 100], tickFormat: percent, grid: true },
    y: { domain: rows, label: null, tickSize: 0 },
    fx: { domain: columns, label: null },
    marks: [
      Plot.ruleY(drawn, { y: "row", x1: "low", x2: "high", fx: "column", strokeWidth: 1.5 }),
      Plot.dot(drawn, {
        y: "row",
        x: "rate",
        fx: "column",
        r: 4,
        fill: `var(${colour})`,
        title: ({ row, column, rate, low, high }: (typeof drawn)[number]) =>
          `${row}, ${column}: ${rate.toFixed(1)} % [${low.toFixed(1)}, ${high.toFixed(1)}]`,
      }),
    ],
  });
}

/**
 * A heat map of shares: the darker, the greater.
 *
 * @param cells What is drawn; rows and columns keep their order.
 * @param colour Name of the page's variable for a share of 1.
 */
export function heatFigure(cells: readonly HeatCell[], colour: string): string {
  const rows = [...new Set(cells.map(({ row }) => row))];
  const columns = [...new Set(cells.map(({ column }) => column))];
  const drawn = cells.filter(({ share }) => share !== null);
  const left = nameRoom(rows);
  return svgOf({
    width: left + Math.max(64, 7 * Math.max(...columns.map(({ length }) => length))) *
        columns.length +
      20,
    height: 50 + 24 * rows.length,
    marginLeft: left,
    marginTop: 36,
    x: { domain: columns, label: null, axis: "top", tickSize: 0 },
    y: { domain: rows, label: null, tickSize: 0 },
    marks: [
      Plot.cell(drawn, {
        x: "column",
        y: "row",
        fill: `var(${colour})`,
        fillOpacity: ({ share }: HeatCell) => 0.06 + 0.74 * (share ?? 0),
        inset: 1,
        title: "title",
      }),
      Plot.text(drawn, {
        x: "column",
        y: "row",
        text: ({ share }: HeatCell) => (100 * (share ?? 0)).toFixed(1),
        pointerEvents: "none",
      }),
    ],
  });
}

/**
 * A forest plot of paired differences with their 95 % intervals; one that is significant after the
 * adjustment is filled.
 *
 * @param contrasts What is drawn, from the top.
 * @param nameOf Name of a row; the arms unless given.
 */
export function forestFigure(
  contrasts: readonly Contrast[],
  nameOf: (contrast: Contrast) => string = contrastName,
): string {
  const drawn = contrasts.flatMap((contrast) =>
    contrast.difference === null || contrast.interval === null ? [] : [{
      name: nameOf(contrast),
      difference: 100 * contrast.difference,
      low: 100 * contrast.interval[0],
      high: 100 * contrast.interval[1],
      significant: !contrast.underpowered && contrast.adjusted < 0.05,
    }]
  );
  const names = drawn.map(({ name }) => name);
  const left = nameRoom(names);
  return svgOf({
    width: left + 380,
    height: 60 + 22 * drawn.length,
    marginLeft: left,
    x: { label: "difference in points", grid: true, nice: true },
    y: { domain: names, label: null, tickSize: 0 },
    marks: [
      Plot.ruleX([0], { strokeDasharray: "3,3" }),
      Plot.ruleY(drawn, { y: "name", x1: "low", x2: "high", strokeWidth: 1.5 }),
      Plot.dot(drawn, {
        y: "name",
        x: "difference",
        r: 4.5,
        stroke: "var(--accent)",
        fill: ({ significant }: (typeof drawn)[number]) =>
          significant ? "var(--accent)" : "var(--paper)",
      }),
    ],
  });
}

/** A contrast in few words: a variant that both arms share is named once. */
function contrastName({ a, b }: Contrast): string {
  const [variant, row] = a.split(/, (?=[^,]*$)/);
  const [other, against] = b.split(/, (?=[^,]*$)/);
  return variant === other ? `${variant}: ${row} vs ${against}` : `${a} vs ${b}`;
}

/** Times by stage in milliseconds: the median, and the range from the 5th to the 95th percentile. */
export function latencyFigure(
  stages: readonly { stage: string; low: number; median: number; high: number }[],
): string {
  // A logarithm has no place for what took no measurable time.
  const drawn = stages.map(({ stage, low, median, high }) => ({
    stage,
    low: Math.max(0.01, low),
    median: Math.max(0.01, median),
    high: Math.max(0.01, high),
  }));
  const names = drawn.map(({ stage }) => stage);
  const left = nameRoom(names);
  return svgOf({
    width: left + 460,
    height: 60 + 22 * drawn.length,
    marginLeft: left,
    x: { type: "log", label: "ms", grid: true, tickFormat: "~g", ticks: 6 },
    y: { domain: names, label: null, tickSize: 0 },
    marks: [
      Plot.ruleY(drawn, { y: "stage", x1: "low", x2: "high", strokeWidth: 1.5 }),
      Plot.dot(drawn, { y: "stage", x: "median", r: 4, fill: "var(--accent)" }),
    ],
  });
}
