import { stopOf } from "../../defenses/mod.ts";
import { judge, type Judgement, type Scored } from "../pipeline/outcome.ts";
import { type EpisodeRecord, findingsOf } from "../pipeline/record.ts";
import { type Enforcement, replay } from "../pipeline/replay.ts";

/** A subset of layers: bit i says whether layer i is enforced. */
export type Subset = number;

/** The layers of a subset, by name. */
export function layersIn(subset: Subset, layers: readonly string[]): string[] {
  return layers.filter((_, index) => (subset & (1 << index)) !== 0);
}

/**
 * The subset that holds these layers.
 *
 * @throws {RangeError} when one is not among the layers.
 */
export function subsetOf(names: Iterable<string>, layers: readonly string[]): Subset {
  let subset = 0;
  for (const name of names) {
    const index = layers.indexOf(name);
    if (index < 0) {
      throw new RangeError(`Cannot enforce "${name}": the layers are ${layers.join(", ")}`);
    }
    subset |= 1 << index;
  }
  return subset;
}

/**
 * Says what a recorded episode comes to under any subset of layers that only block. Subsets that
 * agree on the layers that stop this episode anywhere have one outcome, which is found once: most
 * episodes are stopped by few layers, so that 256 subsets cost few replays. Pure.
 *
 * @param probe What the episode is scored by.
 * @param episode An episode in which none of the layers was enforced.
 * @param layers Names of the layers, 30 at most: layer i is bit i of a subset.
 * @param approver What the approver answers.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { subsetJudge } from "./subset_replay.ts";
 *
 * const probe = { kind: "attack", expect: { by: "refuse" } } as const;
 * const outcome = subsetJudge(probe, { turns: [] }, { layers: ["limits"], approver: "deny" });
 * assert.equal(outcome(1).granted, false);
 * ```
 */
export function subsetJudge(
  probe: Scored,
  episode: EpisodeRecord,
  { layers, approver }: { layers: readonly string[]; approver: Enforcement["approver"] },
): (subset: Subset) => Judgement {
  const stoppers = findingsOf(episode)
    .filter(({ action }) => stopOf(action, approver) !== null)
    .map(({ defense }) => defense);
  const relevant = subsetOf(new Set(stoppers.filter((name) => layers.includes(name))), layers);
  const known = new Map<Subset, Judgement>();
  return (subset) => {
    const key = subset & relevant;
    let judgement = known.get(key);
    if (judgement === undefined) {
      const enforced = new Set(layersIn(key, layers));
      judgement = judge(probe, replay(episode, { enforced, approver }));
      known.set(key, judgement);
    }
    return judgement;
  };
}
