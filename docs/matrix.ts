/**
 * Puts a matrix into the documentation: `docs/matrix.json` is what is shown, `docs/matrix.md` shows all
 * of it, and README.md its main rows between two marks. A test holds the texts to the JSON.
 *
 * @module
 */

import { join } from "node:path";
import type { Matrix } from "../harness/matrix/matrix.ts";
import { matrixMarkdown } from "../harness/reports/matrix_text.ts";
import { formatRate } from "../harness/reports/table.ts";

const ROOT = new URL("../", import.meta.url);
const OPEN = "<!-- matrix: written by deno task docs:matrix -->";
const CLOSE = "<!-- /matrix -->";

/** Rows that README shows: what one wants to know first. */
const BRIEF = ["none", "seed", "full", "full (approver approves)", "rbac-only"];

/** The matrix that the documentation shows. */
export function shownMatrix(): Matrix {
  return JSON.parse(Deno.readTextFileSync(new URL("docs/matrix.json", ROOT)));
}

/** Text of `docs/matrix.md`. */
export function matrixPageText(matrix: Matrix): string {
  return `# The matrix

Gateway variants against defense layers on both catalogs, as \`deno task matrix\` measured them on the
shipped nano models: one recorded run of each gateway, replayed, and runs of their own for the layers
that rewrite and for rbac-only. [metrics.md](metrics.md#the-matrix) says how. The models are weak: this shows what
the instrument gives, and is no finding about large models.

${matrixMarkdown(matrix)}`;
}

/** The part of README.md between the marks. */
export function briefText({ variants, cells, probe_set, rows }: Matrix): string {
  const suite = "corpus-v1";
  const lines = variants.flatMap((variant) =>
    rows.filter(({ name }) => BRIEF.includes(name)).flatMap(({ name }) => {
      const cell = cells.find((cell) =>
        cell.variant === variant && cell.row === name && cell.suite === suite &&
        cell.family === null
      );
      if (cell === undefined || cell.attack === null || cell.benign === null) return [];
      const { granted, acted, hit } = cell.attack;
      const rates = [granted, acted, hit, cell.benign.completed].map(formatRate);
      return [`| ${[variant, name, ...rates].join(" | ")} |`];
    })
  );
  const size = cells.find((cell) => cell.suite === suite && cell.family === null)?.attack?.granted;
  return [
    "| gateway | layers enforced | granted | acted | hit | twins completed |",
    "| --- | --- | ---: | ---: | ---: | ---: |",
    ...lines,
    "",
    `corpus-v1: ${size?.n} attacks in ${size?.clusters} templates and a benign twin for each; two-sided ` +
    `95 % intervals, clustered by template; probe set ${probe_set.slice(0, 12)}. ` +
    "[All of it](docs/matrix.md), with each layer alone, Shapley shares and paired tests.",
  ].join("\n");
}

/** README with the block replaced. */
export function withBlock(readme: string, block: string): string {
  const [from, to] = [readme.indexOf(OPEN), readme.indexOf(CLOSE)];
  if (from < 0 || to < from) throw new Error(`README.md lacks the marks "${OPEN}" and "${CLOSE}"`);
  return `${readme.slice(0, from + OPEN.length)}\n\n${block}\n\n${readme.slice(to)}`;
}

/** The newest matrix of `runs/matrices`, or the one that is named. */
function sourceOf(named: string | undefined): string {
  if (named !== undefined) return named;
  const folder = new URL("runs/matrices", ROOT).pathname;
  const all = [...Deno.readDirSync(folder)].map(({ name }) => join(folder, name, "matrix.json"))
    .map((path) => ({ path, time: Deno.statSync(path).mtime?.getTime() ?? 0 }))
    .sort((a, b) => b.time - a.time);
  const [newest] = all;
  if (newest === undefined) throw new Error('Cannot find a matrix: run "deno task matrix" first');
  return newest.path;
}

async function format(path: string): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", path],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(`Cannot format ${path}`);
}

if (import.meta.main) {
  const matrix: Matrix = JSON.parse(Deno.readTextFileSync(sourceOf(Deno.args[0])));
  // All subsets are many; the figures that the page shows are in cells, shares and contrasts.
  const shown: Matrix = { ...matrix, subsets: [] };
  Deno.writeTextFileSync(new URL("docs/matrix.json", ROOT), `${JSON.stringify(shown, null, 1)}\n`);
  Deno.writeTextFileSync(new URL("docs/matrix.md", ROOT), matrixPageText(shown));
  const readme = new URL("README.md", ROOT);
  Deno.writeTextFileSync(readme, withBlock(Deno.readTextFileSync(readme), briefText(shown)));
  await format("docs/matrix.json");
  await format("docs/matrix.md");
  await format("README.md");
}
