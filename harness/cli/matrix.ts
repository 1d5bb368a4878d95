import { join } from "node:path";
import { CATALOG_URL, readCatalog } from "../../models/catalog.ts";
import { buildMatrix, type Matrix, type RecordedVariant } from "../matrix/matrix.ts";
import { recordVariants, type Variant } from "../matrix/record_variants.ts";
import { readRecorded } from "../matrix/recorded_run.ts";
import { type MatrixRow, matrixRows } from "../matrix/rows.ts";
import { gatewayName } from "../reports/gateway_name.ts";
import { matrixPage } from "../reports/html/matrix_page.ts";
import { matrixCsv, matrixMarkdown, matrixText } from "../reports/matrix_text.ts";
import type { EvalConfig } from "../runner/config.ts";
import { DEFAULT_CONFIG } from "../runner/config.ts";
import { rowLayers } from "../runner/layers.ts";
import { hashOf } from "../verdicts/canonical.ts";
import type { MatrixOptions } from "./commands/matrix.ts";
import { UsageError } from "./exit.ts";
import { findRun, RUNS } from "./find_run.ts";
import { ProgressLine } from "./progress.ts";
import { StopOnSignal } from "./stop_on_signal.ts";
import { userModel, userPath } from "./user_path.ts";

/** Folder that holds the matrices, in {@linkcode RUNS}. */
const MATRICES = "matrices";

/** Runs `argus matrix`: prints the tables, and writes a page, JSON, Markdown and CSV. */
export async function runMatrix(options: MatrixOptions): Promise<void> {
  const { matrix } = options.run === undefined ? await record(options) : replayOnly(options);
  const folder = options.out === undefined
    ? join(RUNS, MATRICES, hashOf([matrix.probe_set, matrix.cells]).slice(0, 12))
    : userPath(options.out);
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(join(folder, "matrix.json"), `${JSON.stringify(matrix, null, 2)}\n`);
  Deno.writeTextFileSync(join(folder, "matrix.md"), matrixMarkdown(matrix));
  Deno.writeTextFileSync(join(folder, "matrix.csv"), matrixCsv(matrix));
  Deno.writeTextFileSync(join(folder, "matrix.html"), await matrixPage(matrix));
  console.log(options.json === true ? JSON.stringify(matrix, null, 2) : matrixText(matrix));
  console.error(`matrix.html, matrix.json, matrix.md and matrix.csv are in ${folder}`);
}

/** Records what is not there yet, and builds the matrix. */
async function record(options: MatrixOptions): Promise<{ matrix: Matrix }> {
  const variants = variantsOf(options);
  const rows = matrixRows(rowLayers());
  const progress = new ProgressLine();
  using stop = new StopOnSignal();
  Deno.mkdirSync(RUNS, { recursive: true });
  const recorded = await recordVariants(variants, {
    runs: RUNS,
    rows,
    config: configOf(options),
    live: options.live ?? false,
    signal: stop.signal,
    onRun: ({ variant, row, folder, reused }) => {
      progress.end();
      console.error(`${variant}, ${row}: ${reused ? "already in" : "to"} ${folder}`);
    },
    onProgress: (state) => progress.update(state),
  });
  progress.end();
  return { matrix: build(recorded, rows) };
}

/** Replays named runs; what would have to be run live is left out, and said so. */
function replayOnly(options: MatrixOptions): { matrix: Matrix } {
  const runs = (options.run ?? []).map((name) => readRecorded(findRun(name)));
  const names = runs.map(({ manifest }) => gatewayName(manifest));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UsageError(`Cannot tell two runs of "${twice}" apart: name one of each gateway`);
  }
  const recorded = runs.map((run, index): RecordedVariant => ({
    name: names[index] as string,
    recorded: run,
    live: new Map(),
  }));
  const observed = new Set(runs[0]?.layers);
  const rows = matrixRows(rowLayers()).filter(({ how, layers }) =>
    how === "replayed" && layers.every((name) => observed.has(name))
  );
  return { matrix: build(recorded, rows) };
}

function build(recorded: readonly RecordedVariant[], rows: readonly MatrixRow[]): Matrix {
  const { blocking } = rowLayers();
  const observed = new Set(recorded[0]?.recorded.layers);
  return buildMatrix(recorded, rows, blocking.filter((name) => observed.has(name)));
}

/** The base without adapter, and with each adapter that is named or that the catalog has. */
function variantsOf({ gateway: given, adapter: named }: MatrixOptions): Variant[] {
  const gateway = given === undefined ? DEFAULT_CONFIG.gateway : userModel(given);
  const { models } = readCatalog(Deno.readTextFileSync(CATALOG_URL));
  const shipped = Object.hasOwn(models, gateway)
    ? Object.keys(models[gateway]?.adapters ?? {})
    : [];
  const adapters = named?.map(userModel) ?? shipped;
  return [
    { name: gateway, gateway, adapter: "none" },
    ...adapters.filter((adapter) => adapter !== "none")
      .map((adapter) => ({ name: `${gateway}+${adapter}`, gateway, adapter })),
  ];
}

function configOf(options: MatrixOptions): Partial<EvalConfig> {
  const { suite, family, limit, seed, executor, critic } = options;
  const given = {
    suites: suite,
    families: family,
    limit,
    seed,
    executor: executor && userModel(executor),
    critic: critic && userModel(critic),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
