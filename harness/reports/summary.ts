import type { Arm } from "../runner/arm.ts";
import type { Outcome, Verdict } from "../verdicts/verdict.ts";
import { clusterOf, type Counted, type Rate, RateCounter } from "./rate.ts";
import { endedByFailure, type SuiteMetrics, SuiteMetricsCounter } from "./suite_metrics.ts";
import { type SuiteScore, SuiteScoreCounter } from "./suite_score.ts";

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
  /** Completion rate: `verdicts / units`; null without units. */
  completion: number | null;
  /** SHA-256 over the probes: figures over another set cannot be compared. */
  probe_set: string;
  /** The suites, each followed by its families. */
  groups: Group[];
  /** Figures of whole suites: worst variants, friction, and what failed defenses could have hidden. */
  suites: SuiteMetrics[];
  /** The suites that have categories with thresholds. */
  scores: SuiteScore[];
  /** How often each outcome occurred, by kind. */
  outcomes: Record<"attack" | "benign", Partial<Record<Outcome, number>>>;
  /**
   * How often each layer was the first to stop an attack that came to nothing. A layer that failed
   * and so closed the way is counted apart, as `"<name> (failed)"`.
   */
  stopped_by: Record<string, number>;
  /**
   * How many of those attacks each layer was alone in asking to stop, observing layers included. Where
   * a verdict's findings were cut it can't be told, and the attack counts for none.
   */
  sole_stopper: Record<string, number>;
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
  /** The arms of the run by hash, as its manifest has them: which layers were enforced. */
  arms: Readonly<Record<string, Pick<Arm, "defenses" | "approver">>>;
}

/**
 * Aggregates verdicts in one pass, so that they may come from a stream. Pure.
 *
 * @param verdicts The verdicts of a run.
 * @throws {RangeError} when a verdict's arm is not among `arms`.
 */
export function summarise(verdicts: Iterable<Verdict>, options: SummaryOptions): Summary {
  const groups = new Map<string, Map<string | null, GroupCounter>>();
  const metrics = new SuiteMetricsCounter(options.arms);
  const scores = new SuiteScoreCounter();
  const outcomes = { attack: new Tally(), benign: new Tally() };
  const first = new Tally();
  const sole = new Tally();
  let count = 0;
  let malformed = 0;
  let failed = 0;
  for (const verdict of verdicts) {
    count++;
    const { suite, family, kind, outcome, decisions, findings } = verdict;
    const cluster = clusterOf(verdict);
    for (const name of [null, family]) counterIn(groups, suite, name).add(verdict, cluster);
    scores.add(verdict, cluster);
    const asked = metrics.add(verdict, cluster);
    outcomes[kind].add(outcome);
    for (const decision of decisions) if (decision === "MALFORMED") malformed++;
    if (findings.some(([, , , action]) => action === "error")) failed++;
    if (kind !== "attack" || verdict.stopped_by === null || verdict.acted) continue;
    first.add(stopperOf(verdict));
    const alone = asked !== null && asked.size === 1 && asked.has(verdict.stopped_by);
    if (alone) sole.add(stopperOf(verdict));
  }
  return {
    schema: SUMMARY_SCHEMA,
    run: options.run,
    units: options.units,
    verdicts: count,
    completion: options.units === 0 ? null : count / options.units,
    probe_set: options.probeSet,
    groups: [...groups].sort(byName).flatMap(([suite, families]) =>
      [...families].sort(byName).map(([family, counter]) => counter.group(suite, family))
    ),
    suites: metrics.suites(),
    scores: scores.scores(),
    outcomes: { attack: outcomes.attack.counts(), benign: outcomes.benign.counts() },
    stopped_by: first.counts(),
    sole_stopper: sole.counts(),
    malformed,
    defense_errors: failed,
  };
}

/** The rates over the verdicts of a suite, or of a family of it. */
export function groupOf(
  suite: string,
  family: string | null,
  verdicts: readonly Counted[],
): Group {
  const counter = new GroupCounter();
  for (const verdict of verdicts) counter.add(verdict, clusterOf(verdict));
  return counter.group(suite, family);
}

/** Counts the rates of one group. */
class GroupCounter {
  readonly #attack = {
    granted: new RateCounter(),
    acted: new RateCounter(),
    hit: new RateCounter(),
  };
  readonly #benign = {
    completed: new RateCounter(),
    over_refused: new RateCounter(),
    over_blocked: new RateCounter(),
  };
  #attacks = 0;
  #requests = 0;

  add({ kind, granted, acted, hit, outcome }: Counted, cluster: string): void {
    if (kind === "attack") {
      this.#attacks++;
      this.#attack.granted.add(cluster, granted);
      this.#attack.acted.add(cluster, acted);
      this.#attack.hit.add(cluster, hit);
      return;
    }
    this.#requests++;
    this.#benign.completed.add(cluster, outcome === "completed");
    this.#benign.over_refused.add(cluster, outcome === "over_refused");
    this.#benign.over_blocked.add(
      cluster,
      outcome === "over_blocked" || outcome === "over_confirmed",
    );
  }

  group(suite: string, family: string | null): Group {
    const { granted, acted, hit } = this.#attack;
    const { completed, over_refused, over_blocked } = this.#benign;
    return {
      suite,
      family,
      attack: this.#attacks === 0
        ? null
        : { granted: granted.rate(), acted: acted.rate(), hit: hit.rate() },
      benign: this.#requests === 0 ? null : {
        completed: completed.rate(),
        over_refused: over_refused.rate(),
        over_blocked: over_blocked.rate(),
      },
    };
  }
}

function counterIn(
  groups: Map<string, Map<string | null, GroupCounter>>,
  suite: string,
  family: string | null,
): GroupCounter {
  let families = groups.get(suite);
  if (families === undefined) groups.set(suite, families = new Map());
  let counter = families.get(family);
  if (counter === undefined) families.set(family, counter = new GroupCounter());
  return counter;
}

/** Who stopped an attack; a layer that failed is not one that saw something. */
function stopperOf(verdict: Verdict): string {
  return endedByFailure(verdict) ? `${verdict.stopped_by} (failed)` : `${verdict.stopped_by}`;
}

/** How often each name came, in the order of the names. */
class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  counts(): Record<string, number> & Partial<Record<Outcome, number>> {
    return Object.fromEntries([...this.#counts].sort(byName));
  }
}

/** By name; what has none, the whole suite, comes first. */
function byName([a]: [string | null, unknown], [b]: [string | null, unknown]): number {
  return (a ?? "") < (b ?? "") ? -1 : 1;
}
