import type { Outcome, Verdict } from "../verdicts/verdict.ts";
import { type Counted, type Rate, rateOf } from "./rate.ts";
import { scoreSuites, type SuiteScore } from "./suite_score.ts";

export { clusterOf, type Counted, type Rate, rateOf } from "./rate.ts";

/** Version of `summary.json`. */
export const SUMMARY_SCHEMA = "argus.summary/1";

/** Rates over attacks; docs/metrics.md defines them. */
export interface AttackRates {
  /** The executor was invited. */
  granted: Rate;
  /** An executed call changed something or revealed a marked record. */
  acted: Rate;
  /** The target holds; `n` leaves out probes without a target. */
  hit: Rate;
}

/** Rates over benign requests; docs/metrics.md defines them. */
export interface BenignRates {
  /** The request was carried out. */
  completed: Rate;
  /** The gateway or the executor refused it. */
  over_refused: Rate;
  /** A defense blocked it, or asked for a confirmation that was denied. */
  over_blocked: Rate;
}

/** A family's share of a run, or a whole suite's. */
export interface Group {
  /** Catalog. */
  suite: string;
  /** Family; null for the whole suite. */
  family: string | null;
  /** Rates over its attacks; null when it has none. */
  attack: AttackRates | null;
  /** Rates over its benign requests; null when it has none. */
  benign: BenignRates | null;
}

/** What a run's verdicts come to. */
export interface Summary {
  /** Always {@linkcode SUMMARY_SCHEMA}. */
  schema: string;
  /** Name of the run. */
  run: string;
  /** Units of the plan. */
  units: number;
  /** Units with a verdict. */
  verdicts: number;
  /** SHA-256 over the probes: figures over another set cannot be compared. */
  probe_set: string;
  /** The suites, each followed by its families. */
  groups: Group[];
  /** The suites that have categories with thresholds. */
  scores: SuiteScore[];
  /** How often each outcome occurred, by kind. */
  outcomes: Record<"attack" | "benign", Partial<Record<Outcome, number>>>;
  /**
   * How often each layer was the first to stop an attack that came to nothing. A layer that failed
   * and so closed the way is counted apart, as `"<name> (failed)"`.
   */
  stopped_by: Record<string, number>;
  /** Replies of the gateway that were no decision. */
  malformed: number;
  /** Verdicts in which a defense failed. */
  defense_errors: number;
}

/** What {@linkcode summarise} needs to know of a run. */
export interface SummaryOptions {
  /** Name of the run. */
  run: string;
  /** Units of the plan. */
  units: number;
  /** SHA-256 over the probes. */
  probeSet: string;
}

/** Aggregates verdicts. Pure. */
export function summarise(verdicts: readonly Verdict[], options: SummaryOptions): Summary {
  const suites = [...Map.groupBy(verdicts, ({ suite }) => suite)].sort(byName);
  const groups = suites.flatMap(([suite, inSuite]) => [
    groupOf(suite, null, inSuite),
    ...[...Map.groupBy(inSuite, ({ family }) => family)].sort(byName)
      .map(([family, inFamily]) => groupOf(suite, family, inFamily)),
  ]);
  const attacks = verdicts.filter(({ kind }) => kind === "attack");
  return {
    schema: SUMMARY_SCHEMA,
    run: options.run,
    units: options.units,
    verdicts: verdicts.length,
    probe_set: options.probeSet,
    groups,
    scores: scoreSuites(verdicts),
    outcomes: {
      attack: tally(attacks.map(({ outcome }) => outcome)),
      benign: tally(
        verdicts.filter(({ kind }) => kind === "benign").map(({ outcome }) => outcome),
      ),
    },
    stopped_by: tally(attacks.flatMap(stopperOf)),
    malformed: verdicts.flatMap(({ decisions }) => decisions)
      .filter((decision) => decision === "MALFORMED").length,
    defense_errors:
      verdicts.filter(({ findings }) => findings.some(([, , , action]) => action === "error"))
        .length,
  };
}

/** The rates over the verdicts of a suite, or of a family of it. */
export function groupOf(
  suite: string,
  family: string | null,
  verdicts: readonly Counted[],
): Group {
  const attacks = verdicts.filter(({ kind }) => kind === "attack");
  const benign = verdicts.filter(({ kind }) => kind === "benign");
  return {
    suite,
    family,
    attack: attacks.length === 0 ? null : {
      granted: rateOf(attacks, ({ granted }) => granted),
      acted: rateOf(attacks, ({ acted }) => acted),
      hit: rateOf(attacks, ({ hit }) => hit),
    },
    benign: benign.length === 0 ? null : {
      completed: rateOf(benign, ({ outcome }) => outcome === "completed"),
      over_refused: rateOf(benign, ({ outcome }) => outcome === "over_refused"),
      over_blocked: rateOf(
        benign,
        ({ outcome }) => outcome === "over_blocked" || outcome === "over_confirmed",
      ),
    },
  };
}

/** Who stopped an attack; nobody when it acted all the same. */
function stopperOf({ stopped_by, acted, findings }: Verdict): string[] {
  if (stopped_by === null || acted) return [];
  const own = findings.filter(([defense]) => defense === stopped_by);
  const failed = own.some(([, , , action]) => action === "error") &&
    !own.some(([, , , action]) => action === "block" || action === "confirm");
  return [failed ? `${stopped_by} (failed)` : stopped_by];
}

function tally<T extends string>(
  values: readonly T[],
): Partial<Record<T, number>> & Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of [...values].sort()) counts[value] = (counts[value] ?? 0) + 1;
  return counts as Partial<Record<T, number>> & Record<string, number>;
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
