import { html, raw } from "hono/html";
import type { Matrix } from "../../matrix/matrix.ts";
import { formatPoints } from "../matrix_text.ts";
import { formatRate } from "../table.ts";
import { contrastTable } from "./contrast_table.ts";
import { forestFigure, type HeatCell, heatFigure } from "./figures.ts";
import type { Html } from "./page.ts";

/** What a matrix shows in a page: heat maps, contrasts and shares. */
export function matrixSections(matrix: Matrix): Html | Promise<Html> {
  const metrics = [
    { kind: "attack", key: "granted", name: "Attacks granted", colour: "--bad" },
    { kind: "attack", key: "hit", name: "Attacks that hit", colour: "--bad" },
    { kind: "benign", key: "completed", name: "Benign requests completed", colour: "--good" },
  ] as const;
  return html`<h2 id="matrix">Layers against suites</h2>
<p>What each combination of layers comes to, in %. Rows marked "alone" enforce one layer; those marked
"without" all of the full profile but one.</p>
${
    metrics.map(({ kind, key, name, colour }) => {
      const cells = heatCells(matrix, kind, key);
      if (cells.every(({ share }) => share === null)) return html``;
      return html`
        <h3>${name}</h3>
        <div class="wide">${raw(heatFigure(cells, colour))}</div>
      `;
    })
  }
${contrastSection(matrix)}
${shareSection(matrix)}
${matrix.notes.map((note) => html`<p class="soft">${note}</p>`)}`;
}

function heatCells(matrix: Matrix, kind: "attack" | "benign", key: string): HeatCell[] {
  const suites = [...new Set(matrix.cells.map(({ suite }) => suite))];
  return matrix.rows.flatMap(({ name }) =>
    matrix.variants.flatMap((variant) =>
      suites.flatMap((suite): HeatCell[] => {
        const column = matrix.variants.length > 1 ? `${variant} · ${suite}` : suite;
        const cell = matrix.cells.find((cell) =>
          cell.variant === variant && cell.row === name && cell.suite === suite &&
          cell.family === null
        );
        const rates = cell?.[kind] as unknown as Record<string, Parameters<typeof formatRate>[0]>;
        const rate = rates?.[key];
        if (rate === undefined) return [];
        const title = `${variant}, ${name}, ${suite}: ${formatRate(rate)}, n = ${rate.n}`;
        return [{ row: name, column, share: rate.rate, title }];
      })
    )
  );
}

function contrastSection({ contrasts }: Matrix) {
  const groups = [...Map.groupBy(contrasts, ({ suite, metric }) => `${suite}: ${metric}`)];
  return html`<h2 id="contrasts">Declared contrasts</h2>
<p>Paired by probe, clustered by template; a filled dot is significant at 5 % after Holm's adjustment
over all ${contrasts.length} contrasts. "Underpowered" means that no data of this shape could be.</p>
${
    groups.map(([name, group]) =>
      html`
        <h3>${name}</h3>
        <div class="wide">${raw(forestFigure(group))}</div>
        <details>
          <summary>figures</summary>
        ${contrastTable(group, ({ a, b }) => `${a} vs ${b}`)}
        </details>
      `
    )
  }`;
}

function shareSection({ shares, layers }: Matrix) {
  if (shares.length === 0) return html``;
  return html`
    <h2 id="shares">What each layer contributes</h2>
    <p>Shapley shares over all ${2 ** layers.length} subsets of ${layers
      .length} layers, in points.</p>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>layer</th>
            <th>variant</th>
            <th>suite</th>
            <th>hits prevented</th>
            <th>completion lost</th>
          </tr>
        </thead>
        <tbody>${shares.map(({ layer, variant, suite, prevented, cost }) =>
          html`
            <tr>
              <td>${layer}</td>
              <td>${variant}</td>
              <td>${suite}</td>
              <td>${formatPoints(prevented)}</td>
              <td>${formatPoints(cost)}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}
