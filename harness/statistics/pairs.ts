/** The outcome of one unit in one arm. */
export interface UnitOutcome {
  /** What identifies the unit in both arms: probe and trial. */
  unit: string;
  /** Name of the cluster: the probe's template. */
  cluster: string;
  /** The outcome: 1 or 0 for a verdict, or any number. */
  value: number;
}

/** The outcomes of one unit in two arms. */
export interface Pair {
  /** What identifies the unit in both arms. */
  unit: string;
  /** Name of the cluster. */
  cluster: string;
  /** Outcome in the first arm. */
  a: number;
  /** Outcome in the second arm. */
  b: number;
}

/**
 * Pairs the outcomes of two arms by unit, in the order of the first.
 *
 * @param a Outcomes in the first arm.
 * @param b Outcomes in the second arm.
 * @throws {RangeError} when a unit is missing in an arm, comes twice, has another cluster in the
 * other arm, or has an outcome that is not a finite number; the message names it.
 */
export function pairUp(a: Iterable<UnitOutcome>, b: Iterable<UnitOutcome>): Pair[] {
  const first = indexUnits(a, "first");
  const second = indexUnits(b, "second");
  for (const unit of second.keys()) {
    if (!first.has(unit)) throw new RangeError(`Cannot pair "${unit}": the first arm lacks it`);
  }
  return [...first.values()].map(({ unit, cluster, value }) => {
    const other = second.get(unit);
    if (other === undefined) throw new RangeError(`Cannot pair "${unit}": the second arm lacks it`);
    if (other.cluster !== cluster) {
      throw new RangeError(
        `Cannot pair "${unit}": its cluster is "${cluster}" in one arm and "${other.cluster}" in the other`,
      );
    }
    return { unit, cluster, a: value, b: other.value };
  });
}

function indexUnits(outcomes: Iterable<UnitOutcome>, arm: string): Map<string, UnitOutcome> {
  const units = new Map<string, UnitOutcome>();
  for (const outcome of outcomes) {
    const { unit, value } = outcome;
    if (units.has(unit)) {
      throw new RangeError(`Cannot pair "${unit}": it comes twice in the ${arm} arm`);
    }
    if (!Number.isFinite(value)) {
      throw new RangeError(`Cannot pair "${unit}": its outcome in the ${arm} arm is ${value}`);
    }
    units.set(unit, outcome);
  }
  return units;
}

/** Differences a − b of one cluster. */
export interface ClusterDifference {
  /** Sum of the differences. */
  sum: number;
  /** Number of pairs. */
  pairs: number;
}

/**
 * Sums the differences a − b of each cluster, in order of appearance.
 *
 * @param pairs The pairs.
 */
export function clusterDifferences(pairs: Iterable<Pair>): ClusterDifference[] {
  const clusters = new Map<string, ClusterDifference>();
  for (const { cluster, a, b } of pairs) {
    const difference = clusters.get(cluster) ?? { sum: 0, pairs: 0 };
    difference.sum += a - b;
    difference.pairs++;
    clusters.set(cluster, difference);
  }
  return [...clusters.values()];
}
