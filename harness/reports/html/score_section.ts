import { html } from "hono/html";
import { scoreNotes, scoreTable } from "../score_table.ts";
import type { SuiteScore } from "../suite_score.ts";

/** The categories of the suites that have thresholds; empty when a run played none. */
export function scoreSection(scores: readonly SuiteScore[]): ReturnType<typeof html> | "" {
  if (scores.length === 0) return "";
  return html`
    <h2 id="categories">Categories</h2>
    ${scores.map((score) => {
      const { head, rows } = scoreTable(score);
      return html`
        <table>
          <thead>
            <tr>${head.map((cell) => html`<th>${cell}</th>`)}</tr>
          </thead>
          <tbody>
            ${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell.trim()}</td>`)}</tr>`)}
          </tbody>
        </table>
        ${scoreNotes(score).map((note) => html`<p class="soft">${note}</p>`)}
      `;
    })}
  `;
}
