import { html } from "hono/html";
import type { Contrast } from "../../matrix/contrasts.ts";
import { formatP, formatPoints } from "../matrix_text.ts";
import type { Html } from "./page.ts";

/**
 * Contrasts as a table: pairs, templates, difference with its interval, adjusted p.
 *
 * @param contrasts The rows.
 * @param nameOf What a row is called.
 */
export function contrastTable(
  contrasts: readonly Contrast[],
  nameOf: (contrast: Contrast) => string,
): Html | Promise<Html> {
  return html`
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th></th>
            <th>n</th>
            <th>templates</th>
            <th>difference</th>
            <th>p (Holm)</th>
          </tr>
        </thead>
        <tbody>${contrasts.map((contrast) => {
          const { n, clusters, difference, interval, underpowered, adjusted } = contrast;
          return html`
            <tr>
              <td>${nameOf(contrast)}</td>
              <td>${n}</td>
              <td>${clusters}</td>
              <td>${difference === null || interval === null
                ? "-"
                : `${formatPoints(difference)} [${formatPoints(interval[0])}, ${
                  formatPoints(interval[1])
                }]`}</td>
              <td>${underpowered ? "underpowered" : formatP(adjusted)}</td>
            </tr>
          `;
        })}</tbody>
      </table>
    </div>
  `;
}
