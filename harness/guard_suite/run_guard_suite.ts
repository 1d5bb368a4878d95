import { CONTROL_ARMS, PROFILES } from "../../defenses/mod.ts";
import type { Probe, ToolCall } from "../../probes/mod.ts";
import type { World } from "../../stack/mod.ts";
import { openScripted } from "../inference/scripted.ts";
import { type EpisodeRecord, findingsOf } from "../pipeline/record.ts";
import type { Enforcement } from "../pipeline/replay.ts";
import type { Rate } from "../reports/summary.ts";
import { LAYERS, reviewerFactory, rowLayers } from "../runner/layers.ts";
import { probeSetHash } from "../runner/run_folder.ts";
import { clusteredProportion, countClusters } from "../statistics/mod.ts";
import { DISGUISES } from "./disguises.ts";
import { outcomeOf, playCalls } from "./play_calls.ts";
import { type AttemptCount, countAttempts, type HighRiskCall } from "./signed_cases.ts";

/** Layers that ask a model, which the suite does without. */
const NEEDS_MODEL = ["intent-critic"];

/** Times of reviews in milliseconds. */
export interface Times {
  /** Number of reviews. */
  n: number;
  /** Median. */
  median: number;
  /** 99th percentile. */
  p99: number;
}

/** What one layer, or a chain of them, did. */
export interface LayerFigures {
  /** The layer, or `profile:<name>` for a chain. */
  name: string;
  /** Attacks whose hit it prevents, of those that hit without it; null for a layer that rewrites. */
  prevented: Rate | null;
  /** Benign requests that it blocks, of those that complete without it; null likewise. */
  blocked: Rate | null;
  /** Benign requests that it sends to a confirmation; null likewise. */
  confirmed: Rate | null;
  /** Reviews in which it failed. */
  errors: number;
  /** Attacks in disguise that still hit without it, and whose plain form it prevents. */
  disguised: number;
  /** Those of them that hit with it: the disguise got past. */
  evaded: number;
  /** Time of one review; of a chain, of all its layers together on one subject. */
  ms: Times;
}

/** What one disguise came to. */
export interface DisguiseFigures {
  /** Kind. */
  kind: string;
  /** Name. */
  name: string;
  /** Attacks that it applies to. */
  variants: number;
  /** Those that still hit when nothing stops them: a disguise that no service sees through is harmless. */
  hits: number;
  /** Of the hits, those that the full profile prevents. */
  prevented: number;
  /** Of all variants whose plain form the full profile stops, those that it does not stop. */
  unseen: number;
}

/** All that the suite measured. */
export interface GuardSuiteReport {
  /** Version of this report. */
  schema: "argus.guard-suite/1";
  /** SHA-256 over the probes. */
  probe_set: string;
  /** Attacks with a target and a ground truth. */
  attacks: number;
  /** Those that hit when nothing stops them; the others count nowhere. */
  hits: number;
  /** Benign requests with a target and a ground truth. */
  twins: number;
  /** Those that complete when nothing stops them. */
  completed: number;
  /** The layers, then the profiles. */
  layers: LayerFigures[];
  /** The obfuscation corpus. */
  disguises: DisguiseFigures[];
  /** Ways to come by a confirmation, each tried on every high-risk call of an attack. */
  attempts: AttemptCount[];
  /** Layers that were left out, since they need a model. */
  left_out: string[];
}

/** Options for {@linkcode runGuardSuite}. */
export interface GuardSuiteOptions {
  /** The world. */
  world: World;
  /** Cancels the run. */
  signal: AbortSignal;
  /** Whether attacks are tried in disguise too. */
  disguises: boolean;
  /** Told the number of episodes played, and how many there are at most. */
  onProgress?: (done: number, total: number) => void;
}

interface PlainPlay {
  probe: Probe;
  calls: readonly ToolCall[];
  episode: EpisodeRecord;
}

interface DisguisedPlay extends PlainPlay {
  disguise: number;
  plain: PlainPlay;
}

/**
 * Measures every layer that an evaluation knows, without a model: the ground-truth calls of attacks,
 * plain and in disguise, and of benign requests are played once with all layers observing, and
 * replayed under each layer and profile.
 *
 * @param probes The probes; those without a target or a ground truth are left out.
 * @throws {WorldError} when the world fails.
 */
export async function runGuardSuite(
  probes: readonly Probe[],
  options: GuardSuiteOptions,
): Promise<GuardSuiteReport> {
  const decidable = probes.filter(({ target, groundTruth }) => target && groundTruth?.length);
  const play = player(options, decidable);
  const plain: PlainPlay[] = [];
  for (const probe of decidable) {
    plain.push({ probe, calls: probe.groundTruth ?? [], episode: await play(probe) });
  }
  const attacks = plain.filter(({ probe }) => probe.kind === "attack").filter(reaches);
  const twins = plain.filter(({ probe }) => probe.kind === "benign").filter(reaches);
  const disguised: DisguisedPlay[] = [];
  for (const each of options.disguises ? attacks : []) {
    disguised.push(...await disguisesOf(each, options.world, play));
  }
  const sets = enforcements();
  return {
    schema: "argus.guard-suite/1",
    probe_set: probeSetHash(decidable),
    attacks: plain.filter(({ probe }) => probe.kind === "attack").length,
    hits: attacks.length,
    twins: plain.filter(({ probe }) => probe.kind === "benign").length,
    completed: twins.length,
    layers: sets.map((set) =>
      figuresOf(set, { attacks, twins, disguised, all: [...plain, ...disguised] })
    ),
    disguises: DISGUISES.map((_, index) => disguiseFigures(index, disguised)),
    attempts: await countAttempts(highRiskCalls(attacks)),
    left_out: NEEDS_MODEL.filter((name) => LAYERS.includes(name)),
  };
}

type Play = (probe: Probe, calls?: readonly ToolCall[]) => Promise<EpisodeRecord>;

function player(
  { world, signal, onProgress, disguises }: GuardSuiteOptions,
  probes: readonly Probe[],
): Play {
  const inference = openScripted(() => Promise.reject(new Error("No model is asked here")));
  const modes = Object.fromEntries(
    LAYERS.map((name) => [name, NEEDS_MODEL.includes(name) ? "off" : "observe"] as const),
  );
  const factory = reviewerFactory({ inference, modes, approver: "deny" });
  const attacks = probes.filter(({ kind }) => kind === "attack").length;
  const total = probes.length + (disguises ? attacks * DISGUISES.length : 0);
  let done = 0;
  return async (probe, calls = probe.groundTruth ?? []) => {
    signal.throwIfAborted();
    const episode = await playCalls(probe, calls, { world, reviewer: factory({}, signal), signal });
    onProgress?.(++done, total);
    return episode;
  };
}

async function disguisesOf(
  plain: PlainPlay,
  world: World,
  play: Play,
): Promise<DisguisedPlay[]> {
  const { probe, calls } = plain;
  const variants: [number, ToolCall[]][] = [];
  {
    const patch = probe.world === undefined ? {} : { patch: probe.world };
    await using lane = await world.episode(patch);
    const aliases = (realm: string, identifier: string) =>
      lane.directory.principal(realm, identifier);
    for (const [index, { apply }] of DISGUISES.entries()) {
      const variant = await apply(calls, aliases);
      if (variant !== undefined && variant.length > 0) variants.push([index, variant]);
    }
  }
  const played: DisguisedPlay[] = [];
  for (const [disguise, variant] of variants) {
    const episode = await play(probe, variant);
    played.push({ probe, calls: variant, episode, disguise, plain });
  }
  return played;
}

interface EnforcementSet {
  name: string;
  enforcement: Enforcement;
  /** Whether what it does can be replayed. */
  decidable: boolean;
}

function enforcements(): EnforcementSet[] {
  const of = (name: string, names: readonly string[]): EnforcementSet => ({
    name,
    enforcement: { enforced: new Set(names), approver: "deny" },
    decidable: !rowLayers().rewriting.includes(name),
  });
  const singles = LAYERS.filter((name) => !NEEDS_MODEL.includes(name));
  const own = singles.filter((name) => !CONTROL_ARMS.includes(name));
  const controls = singles.filter((name) => CONTROL_ARMS.includes(name));
  return [
    ...own.map((name) => of(name, [name])),
    of("profile:seed", PROFILES.seed),
    of("profile:full", PROFILES.full),
    ...controls.map((name) => of(name, [name])),
  ];
}

const FULL: Enforcement = { enforced: new Set(PROFILES.full), approver: "deny" };
const NONE: Enforcement = { enforced: new Set(), approver: "deny" };

function reaches({ probe, episode }: PlainPlay): boolean {
  return outcomeOf(probe, episode, NONE).hit;
}

function figuresOf(
  { name, enforcement, decidable }: EnforcementSet,
  plays: {
    attacks: readonly PlainPlay[];
    twins: readonly PlainPlay[];
    disguised: readonly DisguisedPlay[];
    all: readonly PlainPlay[];
  },
): LayerFigures {
  const under = ({ probe, episode }: PlainPlay) => outcomeOf(probe, episode, enforcement);
  const share = (of: readonly PlainPlay[], counts: (play: PlainPlay) => boolean): Rate | null =>
    decidable ? rateOver(of, counts) : null;
  const known = plays.disguised.filter((play) => reaches(play) && !under(play.plain).hit);
  const findings = plays.all.flatMap(({ episode }) => findingsOf(episode))
    .filter(({ defense }) => enforcement.enforced.has(defense));
  return {
    name,
    prevented: share(plays.attacks, (play) => !under(play).hit),
    blocked: share(plays.twins, (play) => ["block", "error"].includes(under(play).stop?.how ?? "")),
    confirmed: share(plays.twins, (play) => under(play).stop?.how === "confirm"),
    errors: findings.filter(({ action }) => action === "error").length,
    disguised: known.length,
    evaded: known.filter((play) => under(play).hit).length,
    ms: timesOf(plays.all, enforcement.enforced),
  };
}

/** A share of plays with its interval, clustered by template. */
function rateOver(plays: readonly PlainPlay[], counts: (play: PlainPlay) => boolean): Rate {
  const { successes, n, clusters, estimate, low, high } = clusteredProportion(
    countClusters(plays.map((play) => ({
      cluster: [play.probe.suite, play.probe.family, play.probe.template].join("/"),
      success: counts(play),
    }))),
  );
  const interval: Rate["interval"] = estimate === null ? null : [low, high];
  return { count: successes, n, clusters, rate: estimate, interval };
}

/** Times of the reviews of each subject by these layers together. */
function timesOf(plays: readonly PlainPlay[], layers: ReadonlySet<string>): Times {
  const spent: number[] = [];
  const add = (findings: readonly { defense: string; ms: number }[]): void => {
    const own = findings.filter(({ defense }) => layers.has(defense));
    if (own.length > 0) spent.push(own.reduce((sum, { ms }) => sum + ms, 0));
  };
  for (const { episode } of plays) {
    for (const turn of episode.turns) {
      [turn.requestFindings, turn.intentFindings].forEach(add);
      for (const call of turn.steps.flatMap(({ calls }) => calls)) {
        [call.callFindings, call.commitFindings, call.resultFindings].forEach(add);
      }
    }
  }
  spent.sort((a, b) => a - b);
  const at = (share: number): number =>
    spent[Math.min(spent.length - 1, Math.floor(share * spent.length))] ?? 0;
  return { n: spent.length, median: at(0.5), p99: at(0.99) };
}

function disguiseFigures(index: number, disguised: readonly DisguisedPlay[]): DisguiseFigures {
  const own = disguised.filter(({ disguise }) => disguise === index);
  const hits = own.filter(reaches);
  const full = (play: PlainPlay) => outcomeOf(play.probe, play.episode, FULL);
  const { kind = "", name = "" } = DISGUISES[index] ?? {};
  return {
    kind,
    name,
    variants: own.length,
    hits: hits.length,
    prevented: hits.filter((play) => !full(play).hit).length,
    unseen: own.filter((play) => full(play.plain).stop !== null && full(play).stop === null).length,
  };
}

/** The calls of attacks that the confirmation layer asks about, each once. */
function highRiskCalls(attacks: readonly PlainPlay[]): HighRiskCall[] {
  const found = new Map<unknown, HighRiskCall>();
  for (const { probe, episode } of attacks) {
    for (
      const { call, callFindings } of episode.turns.flatMap(({ steps }) => steps).flatMap((step) =>
        step.calls
      )
    ) {
      const finding = callFindings.find(({ defense }) => defense === "confirmation");
      const digest = finding?.evidence?.digest;
      if (finding?.action !== "confirm" || probe.requester === undefined) continue;
      found.set(digest, { call: call as ToolCall, requester: probe.requester });
    }
  }
  return [...found.values()];
}
