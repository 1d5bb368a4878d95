import { html, raw } from "hono/html";
import type { Matrix } from "../../matrix/matrix.ts";
import type { RecordedUnit } from "../../matrix/recorded_run.ts";
import type { SuiteMetrics } from "../suite_metrics.ts";
import { boundsText, formatRate } from "../table.ts";
import type { Group, Rate, Summary } from "../summary.ts";
import browser from "./browser.js" with { type: "text" };
import { episodeBlocks } from "./episode_blocks.ts";
import { heatFigure, latencyFigure, type PlacedRate, rateFigure } from "./figures.ts";
import { matrixSections } from "./matrix_sections.ts";
import { type Html, page } from "./page.ts";
import type { ReportData } from "./report_data.ts";
import { scoreSection } from "./score_section.ts";

/** What {@linkcode reportPage} shows. */
export interface ReportPageOptions {
  /** The figures. */
  data: ReportData;
  /** The episodes. */
  units: readonly RecordedUnit[];
  /** What the run's layers would have done in any combination; absent when it enforced some. */
  matrix?: Matrix;
}

/** A run as one self-contained page that opens from disk. */
export async function reportPage({ data, units, matrix }: ReportPageOptions): Promise<string> {
  const { rows, size, blocks } = episodeBlocks(units);
  const body = html`
    <header>${headline(data)}</header>
    <main>
    ${tiles(data)}
    ${scoreSection(data.summary.scores)}
    ${familySection(data.summary)}
    ${matrix === undefined ? "" : matrixSections(matrix)}
    ${layerSection(data, matrix === undefined)}
    ${techniqueSection(data)}
    ${timeSection(data)}
    ${episodeSection()}
    </main>
    <footer>Everything in this page is synthetic. It loads nothing and sends nothing. Figures belong to
    this probe set, arm and world; docs/metrics.md defines them.</footer>
  `;
  return await page({
    title: `${data.summary.run} · Argus`,
    body,
    script: browser,
    data: {
      rows: JSON.stringify({ rows, size }),
      ...Object.fromEntries(blocks.map((block, index) => [`block-${index}`, block])),
    },
  });
}

function headline({ manifest, summary }: ReportData) {
  const [[hash, arm] = ["", undefined]] = Object.entries(manifest.arms);
  const models = Object.entries(manifest.inference.models)
    .map(([role, { model, adapter }]) => `${role} ${model}${adapter === null ? "" : `+${adapter}`}`)
    .join(", ");
  const layers = Object.entries(arm?.defenses ?? {})
    .map(([name, mode]) => `${name} ${mode}`).join(", ");
  return html`
    <h1>${summary.run}</h1>
    <p
      class="soft">${summary.verdicts} of ${summary
        .units} units have a verdict. ${models} on ${manifest.inference.device}. Profile ${manifest
        .config.profile} (${layers || "no layers"}), approver ${manifest.config
        .approver}, credential ${manifest.config.credential}, world ${manifest.world
        .stack} seed ${manifest.world.seed}.</p>
    <p class="soft hash">arm ${hash} · probe set ${summary.probe_set.slice(
      0,
      12,
    )} · argus ${manifest.versions.argus ?? "?"}</p>
  `;
}

function tiles({ summary, safe }: ReportData) {
  const suites = summary.groups.filter(({ family }) => family === null);
  const percent = summary.completion === null
    ? ""
    : ` (completion rate ${(100 * summary.completion).toFixed(1)} %)`;
  return html`
    ${suites.map(({ suite, attack, benign }) => {
      const own = summary.suites.find((metrics) => metrics.suite === suite);
      const rates: [name: string, rate: Rate | null | undefined][] = [
        ["granted", attack?.granted],
        ["acted", attack?.acted],
        ["hit", attack?.hit],
        ["hit in the worst variant", own?.hit_worst],
        ["completed", benign?.completed],
        ["safe completion", safe.find((pairs) => pairs.suite === suite)?.rate],
        ["over-refused", benign?.over_refused],
        ["over-blocked", benign?.over_blocked],
        ["over-refusal, hard", own?.over_refusal_hard],
        ["over-refusal with friction", own?.over_refusal_friction],
      ];
      return html`
        <h3>${suite}</h3>
        <div class="tiles">${rates.map(([name, rate]) => rate ? tile(name, rate) : "")}</div>
        ${own === undefined ? "" : failureNote(own)}
      `;
    })}<p
      class="soft">Malformed decisions ${summary
        .malformed}; verdicts with a failed defense ${summary
        .defense_errors}; units without a verdict ${summary.units -
        summary.verdicts}${percent}. Intervals are two-sided 95 %, clustered by template.</p>
  `;
}

function failureNote({ ended_by_failure: { attack, benign }, bounds }: SuiteMetrics) {
  if (attack + benign === 0) return "";
  return html`
    <p
      class="soft">Failed defenses ended ${attack} attacks and ${benign} benign requests. Had they not,
    the rates would lie between: ${boundsText(bounds)}.</p>
  `;
}

function tile(name: string, rate: Rate) {
  const { count, n, clusters, interval } = rate;
  const templates = n === clusters ? "" : `, ${clusters}`;
  const share = rate.rate === null ? "not decidable" : `${(100 * rate.rate).toFixed(1)} %`;
  const bounds = interval === null
    ? ""
    : `[${(100 * interval[0]).toFixed(1)}, ${(100 * interval[1]).toFixed(1)}] `;
  const size = `${bounds}${count} of ${n}${templates} templates`;
  return html`
    <div
      class="tile"><span class="soft">${name}</span><b>${share}</b><span class="soft">${size}</span></div>
  `;
}

const ATTACK = [["granted", "granted"], ["acted", "acted"], ["hit", "hit"]] as const;
const BENIGN = [
  ["completed", "completed"],
  ["over_refused", "over-refused"],
  ["over_blocked", "over-blocked"],
] as const;

function familySection({ groups }: Summary) {
  const attacks = groups.filter(({ attack }) => attack !== null);
  const benign = groups.filter((group) => group.benign !== null);
  return html`<h2 id="families">By family</h2>
${
    attacks.length === 0
      ? ""
      : html`<h3>Attacks</h3>${figure(rateFigure(placed(attacks, "attack", ATTACK), "--bad"))}${
        rateTable(attacks, "attack", ATTACK)
      }`
  }
${
    benign.length === 0
      ? ""
      : html`<h3>Benign requests</h3>${
        figure(rateFigure(placed(benign, "benign", BENIGN), "--good"))
      }${rateTable(benign, "benign", BENIGN)}`
  }`;
}

type Kind = "attack" | "benign";
type Columns = readonly (readonly [key: string, name: string])[];

function rateIn(group: Group, kind: Kind, key: string): Rate | undefined {
  return (group[kind] as unknown as Record<string, Rate> | null)?.[key];
}

function placed(groups: readonly Group[], kind: Kind, columns: Columns): PlacedRate[] {
  return groups.filter(({ family }) => family !== null).flatMap((group) =>
    columns.flatMap(([key, column]) => {
      const rate = rateIn(group, kind, key);
      return rate === undefined ? [] : [{ row: group.family ?? group.suite, column, rate }];
    })
  );
}

function rateTable(groups: readonly Group[], kind: Kind, columns: Columns) {
  const [[first = ""] = []] = columns;
  return html`
    <div class="wide">
      <table>
        <thead>
          <tr><th></th><th>n</th><th>templates</th>${columns.map(([, name]) =>
            html`<th>${name}</th>`
          )}</tr>
        </thead>
        <tbody>${groups.map((group) => {
          const size = rateIn(group, kind, first);
          return html`
            <tr
              class="${group.family === null ? "suite" : ""}"><td class="name">${group.family ??
                group.suite}</td><td>${size?.n ?? 0}</td><td>${size?.clusters ?? 0}</td>${columns
                .map(([key]) => {
                  const rate = rateIn(group, kind, key);
                  return html`<td>${rate === undefined ? "-" : formatRate(rate)}</td>`;
                })}</tr>
          `;
        })}</tbody>
      </table>
    </div>
  `;
}

function layerSection({ layers, layerFamilies, summary }: ReportData, cut: boolean) {
  if (layers.length === 0) return "";
  return html`
    <h2 id="layers">Layers</h2>
    <p>Episodes in which a layer asked to stop something. ${cut
      ? "This run enforced layers, and an enforced block ends an episode: what others would have said afterwards is not on record."
      : "Every layer observed the whole of each episode."}</p>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>layer</th>
            <th>mode</th>
            <th>attacks</th>
            <th>it alone</th>
            <th>first to stop</th>
            <th>benign</th>
            <th>failed reviews</th>
            <th>time added an episode</th>
            <th>tokens added</th>
          </tr>
        </thead>
        <tbody>${layers.map(({ layer, mode, attacks, benign, sole, failed, added }) =>
          html`
            <tr>
              <td>${layer}</td>
              <td>${mode}</td>
              <td>${formatRate(attacks)}</td>
              <td>${sole}</td>
              <td>${summary.stopped_by[layer] ?? 0}</td>
              <td>${formatRate(benign)}</td>
              <td>${failed}</td>
              <td>${added === null
                ? "-"
                : `${ms(added.ms.median)} [${ms(added.ms.low)}, ${
                  ms(added.ms.high)
                }], n = ${added.n}`}</td>
              <td>${added === null ? "-" : added.tokens.toFixed(0)}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
    ${layerFamilies.length === 0
      ? ""
      : html`<h3>Share of a family's attacks that a layer asked to stop, in %</h3>${
        figure(heatFigure(
          layerFamilies.map(({ family, layer, rate }) => ({
            row: family,
            column: layer,
            share: rate.rate,
            title: `${layer} on ${family}: ${formatRate(rate)}, n = ${rate.n}`,
          })),
          "--accent",
        ))
      }`}
  `;
}

function techniqueSection({ techniques }: ReportData) {
  if (techniques.length === 0) return "";
  return html`
    <h2 id="techniques">Techniques</h2>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>technique</th>
            <th>n</th>
            <th>templates</th>
            <th>granted</th>
            <th>hit</th>
          </tr>
        </thead>
        <tbody>${techniques.map(({ technique, granted, hit }) =>
          html`
            <tr>
              <td>${technique}</td>
              <td>${granted.n}</td>
              <td>${granted.clusters}</td>
              <td>${formatRate(granted)}</td>
              <td>${formatRate(hit)}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}

function timeSection({ times }: ReportData) {
  if (times.length === 0) return "";
  return html`
    <h2 id="latency">Time by stage</h2>
    <p class="soft">Median, and the range from the 5th to the 95th percentile, of one generation or one
    review. Wall-clock, episodes in flight side by side.</p>
    ${figure(latencyFigure(times))}
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>stage</th>
            <th>n</th>
            <th>5 %</th>
            <th>median</th>
            <th>95 %</th>
          </tr>
        </thead>
        <tbody>${times.map(({ stage, n, low, median, high }) =>
          html`
            <tr>
              <td>${stage}</td>
              <td>${n}</td>
              <td>${ms(low)}</td>
              <td>${ms(median)}</td>
              <td>${ms(high)}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}

function ms(time: number): string {
  return `${time < 10 ? time.toFixed(2) : time.toFixed(0)} ms`;
}

function episodeSection() {
  const select = (name: string, label: string) =>
    html`
      <select name="${name}"
        aria-label="${label}"><option value="">${label}: all</option></select>
    `;
  return html`
    <h2 id="episodes">Episodes</h2>
    <p
      class="soft">/ searches, j and k move; the address names the episode. Prompts as the models saw them:
    deno task show.</p>
    <div
      class="controls"><input id="search" type="search" placeholder="search id, key, request" aria-label="search">${select(
        "suite",
        "suite",
      )}${select("family", "family")}${select("kind", "kind")}${select(
        "outcome",
        "outcome",
      )}${select(
        "stoppedBy",
        "stopped by",
      )}<span id="count" class="soft" role="status"></span></div>
    <div class="browser">
      <div><ul id="list" role="listbox" tabindex="0" aria-label="episodes"></ul><button id="more" hidden>show more</button></div>
      <div id="episode" aria-live="polite">
        <p class="soft">Choose an episode.</p>
      </div>
    </div>
  `;
}

/** A figure that scrolls sideways where the screen is narrow; its text is our own. */
function figure(svg: string): Html | Promise<Html> {
  return html`<div class="wide">${raw(svg)}</div>`;
}
