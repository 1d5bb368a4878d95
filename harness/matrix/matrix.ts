import { type Counted, type Group, groupOf } from "../reports/summary.ts";
import { shapley } from "../statistics/mod.ts";
import { type Contrast, type Declared, type PairableUnit, testContrasts } from "./contrasts.ts";
import { type RecordedRun, unitName } from "./recorded_run.ts";
import { FULL, type MatrixRow, NONE } from "./rows.ts";
import { layersIn, type Subset, subsetJudge, subsetOf } from "./subset_replay.ts";
import type { Verdict } from "../verdicts/verdict.ts";

/** Version of `matrix.json`. */
export const MATRIX_SCHEMA = "argus.matrix/1";

/** One cell: a gateway variant under a row's layers, on one suite or family. */
export interface MatrixCell extends Group {
  /** Name of the variant. */
  variant: string;
  /** Name of the row. */
  row: string;
  /** Run that it was replayed from, or that was run for it. */
  run: string;
}

/** What any subset of the blocking layers comes to, without intervals. */
export interface SubsetCell {
  /** Name of the variant. */
  variant: string;
  /** Suite. */
  suite: string;
  /** The enforced layers. */
  layers: string[];
  /** Attacks, and how many were granted, acted and hit; `decidable` have a target. */
  attacks: { n: number; granted: number; acted: number; hit: number; decidable: number };
  /** Benign requests, and how many were completed. */
  benign: { n: number; completed: number };
}

/** What one layer contributes on average over all orders in which layers could be added. */
export interface LayerShare {
  /** Name of the variant. */
  variant: string;
  /** Suite. */
  suite: string;
  /** Layer. */
  layer: string;
  /** Share of attacks whose hit it prevents. */
  prevented: number;
  /** Share of benign requests whose completion it costs. */
  cost: number;
}

/** The matrix: gateway variants × layers × suites. */
export interface Matrix {
  /** Always {@linkcode MATRIX_SCHEMA}. */
  schema: string;
  /** SHA-256 over the probes: figures over another set cannot be compared. */
  probe_set: string;
  /** Seed of the runs. */
  seed: number;
  /** Blocking layers, in the order of the chain. */
  layers: string[];
  /** The rows. */
  rows: MatrixRow[];
  /** Names of the variants; the first is the reference of the contrasts between variants. */
  variants: string[];
  /** The cells: suites in every row, families in the rows of the profiles. */
  cells: MatrixCell[];
  /** Every subset of the layers. */
  subsets: SubsetCell[];
  /** Exact Shapley shares of the layers. */
  shares: LayerShare[];
  /** The declared contrasts. */
  contrasts: Contrast[];
  /** What a reader must know: units without a verdict, probes left out. */
  notes: string[];
}

/** One gateway variant: the run that recorded it, and those that were run for live rows. */
export interface RecordedVariant {
  /** Name: `"nano+baseline"`. */
  name: string;
  /** The recorded run; every layer observed. */
  recorded: RecordedRun;
  /** Verdicts of the live rows, by row, with the run's name. */
  live: ReadonlyMap<string, { run: string; verdicts: readonly Verdict[] }>;
}

/** Units of one variant in one row. */
type Units = readonly PairableUnit[];

/**
 * Builds the matrix from recorded runs; pure.
 *
 * @param variants The variants; the first is the reference.
 * @param rows The rows.
 * @param layers The blocking layers whose subsets are replayed.
 * @throws {RangeError} when the runs are of different probes or seeds: their cells could not be
 * compared.
 */
export function buildMatrix(
  variants: readonly RecordedVariant[],
  rows: readonly MatrixRow[],
  layers: readonly string[],
): Matrix {
  const [first] = variants;
  if (first === undefined) throw new RangeError("Cannot build a matrix without a variant");
  checkComparable(variants);
  const replays = new Map(variants.map((variant) => [variant.name, new Replay(variant, layers)]));
  const unitsOf = (variant: string, row: MatrixRow): Units =>
    (replays.get(variant) as Replay).row(row);
  const names = variants.map(({ name }) => name);
  return {
    schema: MATRIX_SCHEMA,
    probe_set: first.recorded.manifest.probes.sha256,
    seed: first.recorded.manifest.config.seed,
    layers: [...layers],
    rows: [...rows],
    variants: names,
    cells: variants.flatMap((variant) =>
      rows.flatMap((row) => {
        const run = variant.live.get(row.name)?.run ?? variant.recorded.run;
        const units = unitsOf(variant.name, row);
        return groupsOf(units, row.role === "profile")
          .map((group) => ({ variant: variant.name, row: row.name, run, ...group }));
      })
    ),
    subsets: names.flatMap((name) => (replays.get(name) as Replay).subsets()),
    shares: names.flatMap((name) =>
      sharesOf(name, (replays.get(name) as Replay).subsets(), layers)
    ),
    contrasts: testContrasts(declare(names, rows, unitsOf)),
    notes: variants.flatMap(notesOf),
  };
}

function checkComparable(variants: readonly RecordedVariant[]): void {
  const [first, ...rest] = variants.map(({ recorded }) => recorded);
  for (const { manifest, run } of rest) {
    const reference = first as RecordedRun;
    if (manifest.probes.sha256 !== reference.manifest.probes.sha256) {
      throw new RangeError(
        `Cannot compare "${run}" with "${reference.run}": their probe sets differ (` +
          `${manifest.probes.sha256.slice(0, 12)}, ${
            reference.manifest.probes.sha256.slice(0, 12)
          })`,
      );
    }
    if (manifest.world.digest !== reference.manifest.world.digest) {
      throw new RangeError(
        `Cannot compare "${run}" with "${reference.run}": their worlds differ; use one seed`,
      );
    }
  }
}

/** Replays one variant's record. */
class Replay {
  readonly #variant: RecordedVariant;
  readonly #layers: readonly string[];
  readonly #judges = new Map<string, Map<string, ReturnType<typeof subsetJudge>>>();
  #subsets: SubsetCell[] | undefined;

  constructor(variant: RecordedVariant, layers: readonly string[]) {
    this.#variant = variant;
    this.#layers = layers;
  }

  /** The units in a row: of its live run, or replayed. */
  row(row: MatrixRow): Units {
    const live = this.#variant.live.get(row.name);
    if (live !== undefined) {
      return live.verdicts.map((verdict) => ({ ...verdict, unit: unitName(verdict) }));
    }
    if (row.how === "live") return [];
    const { layers: observed } = this.#variant.recorded;
    // A control arm is no player of the game, but a layer of the record all the same.
    const all = row.layers.every((name) => this.#layers.includes(name)) ? this.#layers : observed;
    return this.#units(subsetOf(row.layers, all), { layers: all, approver: row.approver });
  }

  #units(
    subset: Subset,
    options: { layers: readonly string[]; approver: MatrixRow["approver"] },
  ): Units {
    const kind = `${options.approver} ${options.layers.join()}`;
    const judges = this.#judges.get(kind) ?? new Map<string, ReturnType<typeof subsetJudge>>();
    this.#judges.set(kind, judges);
    return this.#variant.recorded.units.map(({ unit, verdict, probe, episode }) => {
      const judge = judges.get(unit) ?? subsetJudge(probe, episode, options);
      judges.set(unit, judge);
      const { suite, family, template, kind } = verdict;
      return { unit, suite, family, template, kind, ...judge(subset) };
    });
  }

  /** Counts under every subset, by suite. */
  subsets(): SubsetCell[] {
    return this.#subsets ??= Array.from({ length: 2 ** this.#layers.length }, (_, subset) => {
      const units = this.#units(subset, { layers: this.#layers, approver: "deny" });
      return [...Map.groupBy(units, ({ suite }) => suite)].sort(byName)
        .map(([suite, inSuite]): SubsetCell => ({
          variant: this.#variant.name,
          suite,
          layers: layersIn(subset, this.#layers),
          ...countsOf(inSuite),
        }));
    }).flat();
  }
}

function countsOf(units: Units): Pick<SubsetCell, "attacks" | "benign"> {
  const attacks = { n: 0, granted: 0, acted: 0, hit: 0, decidable: 0 };
  const benign = { n: 0, completed: 0 };
  for (const { kind, granted, acted, hit, outcome } of units) {
    if (kind === "benign") {
      benign.n++;
      if (outcome === "completed") benign.completed++;
      continue;
    }
    attacks.n++;
    if (granted) attacks.granted++;
    if (acted) attacks.acted++;
    if (hit !== null) attacks.decidable++;
    if (hit === true) attacks.hit++;
  }
  return { attacks, benign };
}

function groupsOf(units: readonly Counted[], families: boolean): Group[] {
  const suites = [...Map.groupBy(units, ({ suite }) => suite)].sort(byName);
  return suites.flatMap(([suite, inSuite]) => [
    groupOf(suite, null, inSuite),
    ...(families ? [...Map.groupBy(inSuite, ({ family }) => family)].sort(byName) : [])
      .map(([family, inFamily]) => groupOf(suite, family, inFamily)),
  ]);
}

function sharesOf(
  variant: string,
  subsets: readonly SubsetCell[],
  layers: readonly string[],
): LayerShare[] {
  return [...Map.groupBy(subsets, ({ suite }) => suite)].flatMap(([suite, cells]) => {
    // Cells come in the order of their subsets.
    const at = (subset: Subset) => cells[subset] as SubsetCell;
    const share = (count: number, n: number) => n === 0 ? 0 : count / n;
    const prevented = shapley(layers.length, (subset) => {
      const { hit, decidable } = at(subset).attacks;
      return -share(hit, decidable);
    });
    const cost = shapley(layers.length, (subset) => {
      const { completed, n } = at(subset).benign;
      return -share(completed, n);
    });
    return layers.map((layer, index): LayerShare => ({
      variant,
      suite,
      layer,
      prevented: prevented[index] as number,
      cost: cost[index] as number,
    }));
  });
}

/**
 * The contrasts that are tested, declared before any figure is looked at: each variant against the
 * first without layers; for each variant the full profile, and each layer alone, against none.
 */
function declare(
  variants: readonly string[],
  rows: readonly MatrixRow[],
  unitsOf: (variant: string, row: MatrixRow) => Units,
): Declared[] {
  const none = rows.find(({ name }) => name === NONE);
  const [reference] = variants;
  if (none === undefined || reference === undefined) return [];
  const against = (
    first: { variant: string; row: MatrixRow },
    second: { variant: string; row: MatrixRow },
    metrics: readonly Declared["metric"][],
  ): Declared[] => {
    const arms = [first, second].map(({ variant, row }) => unitsOf(variant, row)) as [Units, Units];
    const suites = [...new Set(arms[1].map(({ suite }) => suite))].sort();
    return suites.flatMap((suite) =>
      metrics.map((metric): Declared => ({
        a: `${first.variant}, ${first.row.name}`,
        b: `${second.variant}, ${second.row.name}`,
        suite,
        metric,
        first: arms[0],
        second: arms[1],
      }))
    );
  };
  const tested = rows.filter(({ name, role }) => name === FULL || role === "alone");
  return [
    ...variants.slice(1).flatMap((variant) =>
      against({ variant, row: none }, { variant: reference, row: none }, [
        "granted",
        "hit",
        "completed",
      ])
    ),
    ...variants.flatMap((variant) =>
      tested.flatMap((row) =>
        against({ variant, row }, { variant, row: none }, ["hit", "completed"])
      )
    ),
  ];
}

function notesOf({ name, recorded }: RecordedVariant): string[] {
  if (recorded.missing === 0) return [];
  return [`${name}: ${recorded.missing} units without a verdict in ${recorded.run}`];
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
