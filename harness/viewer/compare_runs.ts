import { type Contrast, type ContrastMetric, testContrasts } from "../matrix/contrasts.ts";
import { unitName } from "../matrix/recorded_run.ts";
import { gatewayName } from "../reports/gateway_name.ts";
import type { RunFiles } from "../runner/run_folder.ts";
import type { Verdict } from "../verdicts/verdict.ts";

/** A unit that came out differently in two runs. */
export interface ChangedUnit {
  /** Probe and trial. */
  unit: string;
  /** Its verdict in the first run. */
  a: Verdict;
  /** Its verdict in the second run. */
  b: Verdict;
}

/** Two runs side by side. */
export interface Comparison {
  /** Paired differences, adjusted together; empty when the runs cannot be paired. */
  contrasts: Contrast[];
  /** Units whose outcome differs. */
  changed: ChangedUnit[];
  /** Number of units in both. */
  shared: number;
  /** Why the runs cannot be paired; null when they can. */
  problem: string | null;
}

const METRICS: readonly ContrastMetric[] = ["granted", "acted", "hit", "completed"];

/** Compares two runs, paired by probe and trial; pure. */
export function compareRuns(a: RunFiles, b: RunFiles): Comparison {
  const [first, second] = [a, b].map(({ verdicts }) =>
    verdicts.map((verdict) => ({ ...verdict, unit: unitName(verdict) }))
  ) as [(Verdict & { unit: string })[], (Verdict & { unit: string })[]];
  const other = new Map(second.map((verdict) => [verdict.unit, verdict]));
  const both = first.flatMap((verdict) => {
    const match = other.get(verdict.unit);
    return match === undefined ? [] : [{ unit: verdict.unit, a: verdict, b: match }];
  });
  const changed = both.filter(({ a, b }) => a.outcome !== b.outcome);
  const shared = { changed, shared: both.length };
  const differ = a.manifest.probes.sha256 !== b.manifest.probes.sha256;
  if (differ) {
    return { ...shared, contrasts: [], problem: "Their probe sets differ: rates are not paired" };
  }
  const suites = [...new Set(first.map(({ suite }) => suite))].sort();
  const names = [a, b].map(({ manifest }) =>
    `${gatewayName(manifest)}, ${manifest.config.profile}`
  );
  try {
    const contrasts = testContrasts(suites.flatMap((suite) =>
      METRICS.map((metric) => ({
        a: names[0] as string,
        b: names[1] as string,
        suite,
        metric,
        first,
        second,
      }))
    ));
    return { ...shared, contrasts, problem: null };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ...shared, contrasts: [], problem: error.message };
  }
}
