import type { Chain, Context, LayerReview, Stage, Subject } from "../../defenses/mod.ts";
import type { LayerFinding } from "./record.ts";
import type { Stop } from "./replay.ts";

/** What all layers of a stage said about one subject. */
export interface StageReview<S extends Stage> {
  /** Every finding, in the order of the chain. */
  findings: LayerFinding[];
  /** The subject to go on with. */
  subject: Subject<S>;
  /** Whether a layer replaced the subject. */
  rewritten: boolean;
  /** What stops the episode; null when it goes on. */
  stop: Stop | null;
}

/** The defenses of an arm, as the pipeline asks them. */
export interface Reviewer {
  /**
   * Has every layer of a stage review one subject.
   *
   * @throws when a layer failed for lack of its infrastructure: that is no verdict.
   */
  review<S extends Stage>(
    stage: S,
    subject: Subject<S>,
    context: Context,
  ): Promise<StageReview<S>>;
}

/** Where a layer's port leaves an infrastructure failure, which the chain itself can't tell apart. */
export interface PortFailure {
  /** The failure; undefined as long as there is none. */
  error?: unknown;
}

/**
 * Puts a chain behind the pipeline's port.
 *
 * @param chain The layers with their modes.
 * @param failure Where the ports of this chain's layers (the critic's model) leave their failures.
 * @param spent Where they leave the tokens that a layer's review took, by its name.
 */
export function chainReviewer(
  chain: Chain,
  failure: PortFailure = {},
  spent: Map<string, number> = new Map(),
): Reviewer {
  return {
    async review<S extends Stage>(stage: S, subject: Subject<S>, context: Context) {
      if (!chain.has(stage)) return { findings: [], subject, rewritten: false, stop: null };
      spent.clear();
      const review = await chain.review(stage, subject, context);
      if (failure.error !== undefined) throw failure.error;
      const stopper = review.layers.find(({ defense }) => defense === review.stoppedBy);
      return {
        findings: review.layers.map((layer) => {
          const tokens = spent.get(layer.defense);
          return { ...findingOf(stage, layer), ...(tokens === undefined ? {} : { tokens }) };
        }),
        subject: review.subject,
        rewritten: review.layers.some(({ mode, finding }) =>
          mode === "enforce" && finding?.action === "rewrite"
        ),
        stop: stopper === undefined
          ? null
          : { by: stopper.defense, stage, how: stopper.stops ?? "block" },
      };
    },
  };
}

function findingOf(stage: Stage, layer: LayerReview): LayerFinding {
  const { defense, finding, error, ms } = layer;
  if (finding === null) {
    return { defense, stage, action: "error", rule: "failed", reason: error ?? "", ms };
  }
  const { action, rule, reason, evidence } = finding;
  return {
    defense,
    stage,
    action,
    rule,
    reason,
    ...(evidence === undefined ? {} : { evidence }),
    ms,
  };
}
