import { html, raw } from "hono/html";
import { contrastTable } from "../reports/html/contrast_table.ts";
import { forestFigure } from "../reports/html/figures.ts";
import { page } from "../reports/html/page.ts";
import type { Group, Rate, Summary } from "../reports/summary.ts";
import { formatRate } from "../reports/table.ts";
import type { Comparison } from "./compare_runs.ts";
import live from "./live.js" with { type: "text" };
import type { RunState } from "./run_states.ts";

/** The list of runs with their progress, and a choice of two to compare. */
export async function listPage(states: readonly RunState[]): Promise<string> {
  const body = html`
    <header>
      <h1>Runs</h1>
      <p class="soft">Progress is live. Choose two runs to compare.</p>
    </header>
    <main>
      <form action="/compare" method="get">
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th>run</th>
                <th>gateway</th>
                <th>profile</th>
                <th>suites</th>
                <th>progress</th>
                <th></th>
                <th>a</th>
                <th>b</th>
              </tr>
            </thead>
            <tbody>${states.map((state, index) => stateRow(state, index))}</tbody>
          </table>
        </div>
        <p>${states.length > 1
          ? html`<button>Compare a with b</button>`
          : states.length === 0
          ? html`No runs yet; "deno task eval" makes one.`
          : ""}</p>
      </form>
    </main>
  `;
  return await page({
    title: "Runs · Argus",
    body,
    script: live,
    connect: "'self'",
    form: "'self'",
  });
}

function stateRow(state: RunState, index: number) {
  const { run, gateway, profile, suites, done, planned, problem } = state;
  if (problem !== null) {
    return html`
      <tr data-run="${run}">
        <td>${run}</td>
        <td colspan="7" class="bad">${problem}</td>
      </tr>
    `;
  }
  const choice = (name: string, at: number) =>
    html`
      <input type="radio" name="${name}" value="${run}" aria-label="${run} as ${name}"
        ${index === at ? raw("checked") : ""}>
    `;
  return html`
    <tr data-run="${run}">
      <td><a href="/runs/${encodeURIComponent(run)}/">${run}</a></td>
      <td>${gateway}</td>
      <td>${profile}</td>
      <td>${suites}</td>
      <td><progress value="${planned === 0 ? 0 : done / planned}"></progress></td>
      <td class="done">${done}/${planned}</td>
      <td>${choice("a", 1)}</td>
      <td>${choice("b", 0)}</td>
    </tr>
  `;
}

/** Two runs side by side. */
export async function comparePage(
  names: readonly [string, string],
  summaries: readonly [Summary, Summary],
  comparison: Comparison,
): Promise<string> {
  const { contrasts, changed, shared, problem } = comparison;
  const body = html`
    <header>
      <p><a href="/">all runs</a></p>
      <h1>Two runs side by side</h1>
      <p>a: ${runLink(names[0])}<br>b: ${runLink(names[1])}</p>
    </header>
    <main>
    ${sideBySide(summaries)}
    <h2>Paired differences, a less b</h2>
    ${problem === null ? "" : html`<p class="bad">${problem}.</p>`}
    ${[...Map.groupBy(contrasts, ({ suite }) => suite)].map(([suite, group]) =>
      html`
        <h3>${suite}</h3>
        <div class="wide">${raw(forestFigure(group, ({ metric }) => metric))}</div>
        ${contrastTable(group, ({ metric }) => metric)}
      `
    )}
    <h2>Units that came out differently: ${changed.length} of ${shared}</h2>
    <div class="wide"><table><thead><tr><th>probe</th><th>a</th><th>b</th></tr></thead><tbody>${changed
      .map(({ unit, a, b }) =>
        html`
          <tr>
            <td>${unit}</td>
            <td>${verdictLink(names[0], a)}</td>
            <td>${verdictLink(names[1], b)}</td>
          </tr>
        `
      )}</tbody></table></div>
    </main>
  `;
  return await page({ title: "Compare · Argus", body });
}

function runLink(run: string) {
  return html`<a href="/runs/${encodeURIComponent(run)}/">${run}</a>`;
}

function verdictLink(run: string, verdict: { key: string; outcome: string; pass: boolean }) {
  return html`<a class="${verdict.pass ? "good" : "bad"}" href="/runs/${
    encodeURIComponent(run)
  }/#${verdict.key}">${verdict.outcome}</a>`;
}

function sideBySide([first, second]: readonly [Summary, Summary]) {
  const rows = first.groups.flatMap((group) => {
    const other = second.groups.find(({ suite, family }) =>
      suite === group.suite && family === group.family
    );
    return ratesOf(group).map(([metric, rate]) => ({
      name: group.family ?? group.suite,
      suite: group.family === null,
      metric,
      rate,
      other: other && ratesOf(other).find(([name]) => name === metric)?.[1],
    }));
  });
  return html`
    <h2>Rates</h2>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th></th>
            <th>metric</th>
            <th>a</th>
            <th>b</th>
          </tr>
        </thead>
        <tbody>${rows.map(({ name, suite, metric, rate, other }) =>
          html`
            <tr class="${suite ? "suite" : ""}">
              <td class="name">${name}</td>
              <td>${metric}</td>
              <td>${formatRate(rate)}, n = ${rate.n}</td>
              <td>${other === undefined ? "-" : `${formatRate(other)}, n = ${other.n}`}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}

function ratesOf({ attack, benign }: Group): [metric: string, rate: Rate][] {
  return Object.entries({ ...attack, ...benign });
}
