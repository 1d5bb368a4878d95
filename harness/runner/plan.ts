import type { Probe } from "../../probes/mod.ts";
import { hashOf } from "../verdicts/canonical.ts";
import { VERDICT_SCHEMA } from "../verdicts/verdict.ts";

/** One thing to run: a probe under an arm, once. */
export interface Unit {
  /** Identity of the unit; its verdict is its only effect. */
  key: string;
  /** The probe. */
  probe: Probe;
  /** Hash of the arm. */
  arm: string;
  /** Number of the trial, from 0. */
  trial: number;
  /** Seed of this unit's samplers, 32 bits. */
  seed: number;
}

/** Options for {@linkcode planUnits}. */
export interface PlanOptions {
  /** Hash of the arm. */
  arm: string;
  /** Seed of the run. */
  seed: number;
  /**
   * Trials of each probe.
   * @default {1}
   */
  trials?: number;
  /** Only the units whose key falls into shard `index` of `count`. */
  shard?: {
    /** Number of the shard, from 1. */
    index: number;
    /** Number of shards. */
    count: number;
  };
}

/**
 * Key of a unit: a hash over the verdict schema, the probe's whole content, the arm, the trial and
 * the seed. Two units with one key are the same unit, wherever they run.
 */
export function unitKey(probe: Probe, arm: string, trial: number, seed: number): string {
  return hashOf([VERDICT_SCHEMA, probe, arm, trial, seed]);
}

/** Lists the units of a run, sorted by key. */
export function planUnits(probes: readonly Probe[], options: PlanOptions): Unit[] {
  const { arm, seed, trials = 1, shard } = options;
  const units = probes.flatMap((probe) =>
    Array.from({ length: trials }, (_, trial): Unit => {
      const key = unitKey(probe, arm, trial, seed);
      return { key, probe, arm, trial, seed: parseInt(hashOf([key, "seed"]).slice(0, 8), 16) };
    })
  );
  return units.filter(({ key }) => shard === undefined || inShard(key, shard))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * The order in which units run: those that offer the same tools follow each other, so that the
 * executor's prompt prefix is shared.
 */
export function executionOrder(units: readonly Unit[]): Unit[] {
  const rank = (unit: Unit) => `${[...unit.probe.tools].sort().join()} ${unit.probe.id}`;
  return units.map((unit) => ({ unit, rank: rank(unit) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.unit.trial - b.unit.trial))
    .map(({ unit }) => unit);
}

function inShard(key: string, shard: { index: number; count: number }): boolean {
  return parseInt(key.slice(0, 12), 16) % shard.count === shard.index - 1;
}
