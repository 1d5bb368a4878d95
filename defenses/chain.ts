import type { Action, AnyDefense, Context, Finding, Stage, Subject } from "./defense.ts";
import { withDeadline } from "./_deadline.ts";
import { readFinding } from "./_finding.ts";
import { deepFreeze } from "./_freeze.ts";

/** What becomes of a layer's findings: not asked, recorded only, or enforced. */
export type Mode = "off" | "observe" | "enforce";

/** Who answers a `confirm` finding; it never knows whether the episode is an attack. */
export type Approver = "deny" | "approve";

/** Options for {@linkcode chain}. */
export interface ChainOptions {
  /**
   * Mode of each layer by name; a layer that is not named is enforced.
   * @default {{}}
   */
  modes?: Readonly<Record<string, Mode>>;
  /**
   * Who answers `confirm` findings of enforced layers.
   * @default {"deny"}
   */
  approver?: Approver;
  /**
   * Longest time of one review in milliseconds; a layer that takes longer has failed.
   * @default {30_000}
   */
  timeoutMs?: number;
  /**
   * Whether layers after the first enforced stop are spared. Evaluations leave it off, since a
   * recorded episode can be replayed under another set of layers only when each gave its finding.
   * @default {false}
   */
  stopAtFirst?: boolean;
}

/** What one layer made of a subject. */
export interface LayerReview<S extends Stage = Stage> {
  /** Name of the layer. */
  defense: string;
  /** Whether its finding counts. */
  mode: "observe" | "enforce";
  /** Its finding; null when it failed. */
  finding: Finding<S> | null;
  /** Why it failed: it threw, ran late, or broke the contract; null when it did not. */
  error: string | null;
  /**
   * Whether this layer stops the subject if it is enforced, given the chain's approver: by a block,
   * an unconfirmed `confirm`, or its own failure. Independent of its mode and of other layers.
   */
  stops: "block" | "confirm" | "error" | null;
  /** Wall-clock time of the review in milliseconds. */
  ms: number;
}

/** What a chain made of a subject. */
export interface Review<S extends Stage = Stage> {
  /**
   * `allow`: go on with `subject`. `block`: an enforced layer stopped it, by a block or an
   * unconfirmed `confirm`. `error`: an enforced layer failed before any other stopped it; what was
   * reviewed must not go on, and counts as an error rather than as a block.
   */
  verdict: "allow" | "block" | "error";
  /** Name of the first enforced layer that stopped it, or null. */
  stoppedBy: string | null;
  /** What each layer said, in order; layers that are off are absent. */
  layers: LayerReview<S>[];
  /** The subject after enforced rewrites, deeply frozen; the same object when there were none. */
  subject: Subject<S>;
}

/** One layer of a chain, as the manifest of a run lists it. */
export interface ChainLayer {
  /** Name of the layer. */
  name: string;
  /** Where it looks. */
  stage: Stage;
  /** Its mode. */
  mode: Mode;
  /** Whether the same subject and context always get the same finding. */
  deterministic: boolean;
  /** Whether its effect can be replayed from a recorded run. */
  blockingOnly: boolean;
}

/** Defense layers in order, each with its mode. */
export interface Chain {
  /** The layers in order, those that are off included. */
  readonly layers: readonly ChainLayer[];
  /** Who answers `confirm` findings. */
  readonly approver: Approver;
  /** Whether a layer of this stage is not off. */
  has(stage: Stage): boolean;
  /**
   * Reviews a subject with the layers of a stage, in order. The subject is deeply frozen in place,
   * so that what is reviewed is what goes on. Each layer sees the subject as rewritten by the
   * enforced layers before it.
   *
   * @throws the reason of `context.signal` when that aborts: a cancelled episode has no verdict.
   */
  review<S extends Stage>(
    stage: S,
    subject: Subject<S>,
    context: Context,
  ): Promise<Review<S>>;
}

/**
 * Builds a chain of defense layers.
 *
 * What an enforced layer's answer does (an observed one's is only recorded):
 *
 * | answer | approver `deny` | approver `approve` |
 * |---|---|---|
 * | `allow` | goes on | goes on |
 * | `rewrite` | goes on with the replacement | goes on with the replacement |
 * | `confirm` | stops | goes on |
 * | `block` | stops | stops |
 * | failure | stops as an error | stops as an error |
 *
 * @param defenses The layers in order; their names are unique.
 * @throws {RangeError} when two layers share a name, or `modes` names a layer that is not there.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { auditNamespaceGuard, chain } from "@argus-safety/argus/defenses";
 *
 * const guarded = chain([auditNamespaceGuard()], { modes: { "audit-namespace-guard": "observe" } });
 * assert.equal(guarded.layers[0]?.mode, "observe");
 * ```
 */
export function chain(defenses: readonly AnyDefense[], options: ChainOptions = {}): Chain {
  const { modes = {}, approver = "deny", timeoutMs = 30_000, stopAtFirst = false } = options;
  checkOptions(defenses, { modes, approver, timeoutMs });
  const modeOf = (name: string): Mode =>
    Object.hasOwn(modes, name) ? modes[name] as Mode : "enforce";
  const layers = defenses.map((defense) => ({ defense, mode: modeOf(defense.name) }));
  return {
    layers: layers.map(({ defense: { name, stage, deterministic, blockingOnly }, mode }) => ({
      name,
      stage,
      mode,
      deterministic,
      blockingOnly,
    })),
    approver,
    has: (stage) => layers.some(({ defense, mode }) => defense.stage === stage && mode !== "off"),
    async review<S extends Stage>(
      stage: S,
      subject: Subject<S>,
      context: Context,
    ): Promise<Review<S>> {
      const review: Review<S> = {
        verdict: "allow",
        stoppedBy: null,
        layers: [],
        subject: deepFreeze(subject),
      };
      for (const { defense, mode } of layers) {
        if (defense.stage !== stage || mode === "off") continue;
        const layer = await ask<S>(defense, review.subject, { context, timeoutMs, approver });
        review.layers.push({ ...layer, mode });
        if (mode !== "enforce") continue;
        if (layer.finding?.replacement !== undefined) {
          review.subject = deepFreeze(layer.finding.replacement);
        }
        if (layer.stops === null || review.stoppedBy !== null) continue;
        review.verdict = layer.stops === "error" ? "error" : "block";
        review.stoppedBy = defense.name;
        if (stopAtFirst) break;
      }
      return review;
    },
  };
}

/**
 * What an answer does when its layer is enforced: stops the subject, and as what, or null when the
 * subject goes on. Pure; replaying a recorded run under another set of layers rests on it.
 *
 * @param action The finding's action, or `"error"` for a layer that failed.
 * @param approver Who answers a `confirm`.
 */
export function stopOf(action: Action | "error", approver: Approver): LayerReview["stops"] {
  switch (action) {
    case "allow":
    case "rewrite":
      return null;
    case "confirm":
      return approver === "approve" ? null : "confirm";
    case "block":
    case "error":
      return action;
  }
}

interface AskOptions {
  context: Context;
  timeoutMs: number;
  approver: Approver;
}

async function ask<S extends Stage>(
  defense: AnyDefense,
  subject: Subject<S>,
  { context, timeoutMs, approver }: AskOptions,
): Promise<Omit<LayerReview<S>, "mode">> {
  const started = performance.now();
  let finding: Finding<S> | null = null;
  let error: string | null = null;
  try {
    const answer = await withDeadline(
      // The chain asks a layer only about its own stage, which the type of a mixed list can't say.
      (signal) =>
        (defense.review as (s: Subject<S>, c: Context) => unknown)
          .call(defense, subject, contextWith(context, signal)),
      { timeoutMs, signal: context.signal },
    );
    finding = readFinding<S>(answer, defense);
  } catch (cause) {
    context.signal.throwIfAborted();
    error = messageOf(cause);
  }
  const stops = stopOf(finding?.action ?? "error", approver);
  return { defense: defense.name, finding, error, stops, ms: performance.now() - started };
}

/** Copies member by member, since a context may be an instance whose getters a spread would lose. */
function contextWith(context: Context, signal: AbortSignal): Context {
  const { requester, intent, request, history, lookup, state, clock } = context;
  return {
    ...(requester === undefined ? {} : { requester }),
    ...(intent === undefined ? {} : { intent }),
    ...(request === undefined ? {} : { request }),
    history,
    lookup,
    state,
    clock,
    signal,
  };
}

function messageOf(cause: unknown): string {
  if (cause instanceof Error) return `${cause.name}: ${cause.message}`;
  try {
    return String(cause);
  } catch {
    return "Unprintable error";
  }
}

function checkOptions(
  defenses: readonly AnyDefense[],
  { modes, approver, timeoutMs }: Required<Pick<ChainOptions, "modes" | "approver" | "timeoutMs">>,
): void {
  const names = new Set<string>();
  for (const { name } of defenses) {
    if (names.has(name)) throw new RangeError(`Expected unique names, got "${name}" twice`);
    names.add(name);
  }
  for (const [name, mode] of Object.entries(modes)) {
    if (!names.has(name)) {
      const known = [...names].join(", ") || "none";
      throw new RangeError(`Cannot set the mode of "${name}": the chain's layers are ${known}`);
    }
    if (!["off", "observe", "enforce"].includes(mode)) {
      throw new RangeError(
        `Expected the mode of "${name}" to be "off", "observe" or "enforce", got "${mode}"`,
      );
    }
  }
  if (approver !== "deny" && approver !== "approve") {
    throw new RangeError(`Expected the approver to be "deny" or "approve", got "${approver}"`);
  }
  if (!(timeoutMs > 0)) {
    throw new RangeError(`Expected "timeoutMs" to be above 0, got ${timeoutMs}`);
  }
}
