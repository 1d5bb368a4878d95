import {
  type Diff,
  FOREIGN,
  holds,
  type Persona,
  persona,
  type Probe,
  type ToolCall,
  type WorldPatch,
} from "../../probes/mod.ts";
import { lengthScores } from "./length_auroc.ts";
import {
  type NamedText,
  NEAR_DUPLICATE_THRESHOLD,
  type NearDuplicate,
  nearDuplicates,
  SIMILARITY,
} from "./near_duplicates.ts";
import { ngramScores, PARTITIONS } from "./ngram_scores.ts";
import { paperFaults } from "./_paperwork.ts";
import { clusterOf, requestText, type SurfaceScore } from "./surface.ts";
import { TECHNIQUES } from "./techniques.ts";
import { type AlikeTemplates, alikeTemplates } from "./template_pairs.ts";

/** A call carried out provisionally, as much of it as a proof needs. */
export interface CheckedCall {
  /** What came of it: `"executed"`, `"denied"`, `"invalid"` or `"error"`. */
  readonly status: string;
  /** What the tool answered. */
  readonly result: string;
  /** Makes the effect part of the episode. */
  commit(): Promise<void>;
  /** Takes the effect back. */
  rollback(): Promise<void>;
}

/** A world of one's own, as much of it as a proof needs. */
export interface CheckEpisode extends AsyncDisposable {
  /** Carries out one call provisionally. */
  prepare(call: Readonly<ToolCall>): Promise<CheckedCall>;
  /** What the committed calls changed or revealed so far. */
  diff(): Diff;
}

/** How an episode is opened. */
export interface CheckEpisodeOptions {
  /** Content planted before the first call. */
  patch?: WorldPatch;
  /** Whose rights the tools have. */
  credential?: "agent" | Persona;
}

/** Opens an episode of the world in which a catalog is proved. */
export type OpenEpisode = (options: CheckEpisodeOptions) => Promise<CheckEpisode>;

/**
 * What is wrong with a probe.
 *
 * - `id`: its id is taken by an earlier probe.
 * - `requester`: the enterprise has no such persona.
 * - `technique`: it names a technique that is not known, or is an attack without one.
 * - `twin`: its twin is missing, no benign probe, or differs in requester, tools or user turns.
 * - `unproved`: it has a target and no ground truth, or is scored by a tool that it does not offer.
 * - `tool`: its ground truth uses a tool that it does not offer.
 * - `paper`: it is benign, and the world contradicts it: a ticket that its request names is not
 *   there, or one that it plants is approved by whoever asked for it.
 * - `vacuous`: its target holds although nothing was done.
 * - `call`: a call of its ground truth was not executed with the agent's rights.
 * - `unreachable`: its target does not hold after its ground truth.
 * - `crossed`: its target holds after the ground truth of its twin.
 */
export type CheckRule =
  | "id"
  | "requester"
  | "technique"
  | "twin"
  | "unproved"
  | "tool"
  | "paper"
  | "vacuous"
  | "call"
  | "unreachable"
  | "crossed";

/** One thing that is wrong with one probe. */
export interface CheckFault {
  /** Id of the probe. */
  probe: string;
  /** What is wrong, for programs. */
  rule: CheckRule;
  /** What is wrong, for people. */
  problem: string;
}

/** Whether the requester's own rights would have stopped the ground truth. */
export type RbacVerdict = "stops" | "allows";

/** What came of checking a catalog. */
export interface CatalogReport {
  /** Number of probes. */
  probes: number;
  /** Number of attacks. */
  attacks: number;
  /** Number of benign probes. */
  benign: number;
  /** Number of attacks with a twin that matches. */
  twinned: number;
  /** Number of probes whose target was proved to be neither vacuous nor unreachable. */
  proved: number;
  /** Ids of the probes without a target, which can't be proved. */
  undecidable: string[];
  /** Everything that is wrong. */
  faults: CheckFault[];
  /** What role-based access control alone would have done, by id of the probe with a requester. */
  rbac: Record<string, RbacVerdict>;
  /** Texts that are too much alike; an attack and its own twin are meant to be alike. */
  duplicates: NearDuplicate[];
  /** How likeness was measured, and from where on it counts. */
  similarity: {
    /** The measure. */
    measure: string;
    /** Similarity from which two texts count as near-duplicates. */
    threshold: number;
  };
  /** Number of attack ideas: templates with an attack. */
  templates: number;
  /** Attack templates that differ in fewer than two of tools, target, pretext and route. */
  alike: AlikeTemplates[];
  /** What the surface of the requests gives away, for an AUROC of attack against benign. */
  surface: {
    /** Characters of each request. */
    length: SurfaceScore[];
    /**
     * Log-odds of a classifier that never saw the template, once for each split of the templates into
     * folds; empty where there is too little.
     */
    ngrams: SurfaceScore[][];
  };
}

/** Options for {@linkcode checkCatalog}. */
export interface CheckCatalogOptions {
  /** Texts of which no probe may be a near-duplicate: the training corpus. */
  against?: readonly NamedText[];
  /**
   * Similarity from which two texts count as near-duplicates.
   * @default {0.6}
   */
  threshold?: number;
  /**
   * Episodes in flight.
   * @default {4}
   */
  lanes?: number;
  /** Called after each probe with the number of probes done. */
  onProgress?: (done: number) => void;
}

/**
 * Proves a catalog: each target is false when nothing is done, true after the probe's ground truth
 * with the agent's rights, and false after the twin's.
 *
 * @param probes The catalog; twins must be in it.
 * @param openEpisode Opens an episode of the world; what it rejects with is passed on.
 *
 * @example
 * ```ts ignore
 * const report = await checkCatalog(probes, (options) => world.episode(options));
 * console.log(`${report.proved} of ${report.probes} proved, ${report.faults.length} faults`);
 * ```
 */
export async function checkCatalog(
  probes: readonly Probe[],
  openEpisode: OpenEpisode,
  options: CheckCatalogOptions = {},
): Promise<CatalogReport> {
  const faults: CheckFault[] = [];
  const byId = new Map<string, Probe>();
  const done = new Map<string, Diff>();
  const rbac: Record<string, RbacVerdict> = {};
  // By position, so that a report does not depend on which lane was faster.
  const found: CheckFault[][] = [];
  const verdicts: (RbacVerdict | undefined)[] = [];
  const fault: Blame = (probe, rule, problem) => faults.push({ probe: probe.id, rule, problem });
  for (const probe of probes) {
    if (byId.has(probe.id)) fault(probe, "id", "An earlier probe has the same id");
    else byId.set(probe.id, probe);
  }
  const queue = probes.entries();
  let finished = 0;
  const lane = async (): Promise<void> => {
    for (const [index, probe] of queue) {
      const mine: CheckFault[] = found[index] = [];
      const fault: Blame = (probe, rule, problem) => mine.push({ probe: probe.id, rule, problem });
      checkNames(probe, fault);
      const diff = await proveTarget(probe, openEpisode, fault);
      if (diff) done.set(probe.id, diff);
      verdicts[index] = await rbacVerdict(probe, openEpisode);
      options.onProgress?.(++finished);
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: options.lanes ?? 4 }, lane));
  const failed = settled.find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  faults.push(...found.flat());
  for (const [index, verdict] of verdicts.entries()) {
    const id = probes[index]?.id;
    if (verdict !== undefined && id !== undefined) rbac[id] = verdict;
  }
  let twinned = 0;
  for (const probe of probes) {
    const twin = probe.twin === undefined ? undefined : byId.get(probe.twin);
    if (probe.twin === undefined || !checkTwin(probe, twin, fault) || !twin) continue;
    twinned++;
    checkCrossing(probe, done.get(twin.id), fault);
    checkCrossing(twin, done.get(probe.id), fault);
  }
  const broken = new Set(faults.map(({ probe }) => probe));
  return {
    probes: probes.length,
    attacks: probes.filter(({ kind }) => kind === "attack").length,
    benign: probes.filter(({ kind }) => kind === "benign").length,
    twinned,
    proved: probes.filter(({ id, target }) => target && done.has(id) && !broken.has(id)).length,
    undecidable: probes.filter(({ target }) => target === undefined).map(({ id }) => id),
    faults,
    rbac,
    duplicates: duplicates(probes, byId, options),
    similarity: {
      measure: SIMILARITY,
      threshold: options.threshold ?? NEAR_DUPLICATE_THRESHOLD,
    },
    templates: new Set(probes.filter(({ kind }) => kind === "attack").map(clusterOf)).size,
    alike: alikeTemplates(probes),
    surface: {
      length: lengthScores(probes),
      ngrams: Array.from({ length: PARTITIONS }, (_, partition) => ngramScores(probes, partition))
        .filter((scores) => scores.length > 0),
    },
  };
}

type Blame = (probe: Probe, rule: CheckRule, problem: string) => void;

function checkNames(probe: Probe, fault: Blame): void {
  if (probe.requester !== undefined && persona(probe.requester) === undefined) {
    fault(probe, "requester", `There is no persona "${probe.requester}"`);
  }
  // A foreign catalog names what its authors named.
  const techniques = probe.suite.startsWith(FOREIGN) ? [] : probe.references?.mitre ?? [];
  if (!probe.suite.startsWith(FOREIGN) && probe.kind === "attack" && techniques.length === 0) {
    fault(probe, "technique", 'An attack names its techniques in "references.mitre"');
  }
  for (const id of techniques) {
    if (!TECHNIQUES.has(id)) fault(probe, "technique", `There is no technique "${id}"`);
  }
  for (const { name } of probe.groundTruth ?? []) {
    if (!probe.tools.includes(name)) fault(probe, "tool", `Its ground truth calls "${name}"`);
  }
  if (probe.target && probe.groundTruth === undefined) {
    fault(probe, "unproved", "A target needs a ground truth that reaches it");
  }
  if (probe.expect.by !== "tool") return;
  const { tool } = probe.expect;
  if (!probe.tools.includes(tool)) fault(probe, "unproved", `It does not offer the tool "${tool}"`);
  else if (probe.groundTruth && !probe.groundTruth.some(({ name }) => name === tool)) {
    fault(probe, "unproved", `Its ground truth does not call "${tool}"`);
  }
}

/** Proves one target with the agent's rights; returns what the ground truth changed. */
async function proveTarget(
  probe: Probe,
  openEpisode: OpenEpisode,
  fault: Blame,
): Promise<Diff | undefined> {
  await using episode = await openEpisode(settings(probe, "agent"));
  if (probe.target && holds(probe.target, episode.diff())) {
    fault(probe, "vacuous", "Its target holds although nothing was done");
  }
  for (const problem of await paperFaults(probe, episode)) fault(probe, "paper", problem);
  if (probe.groundTruth === undefined) return undefined;
  for (const [index, call] of probe.groundTruth.entries()) {
    const made = await episode.prepare(call);
    if (made.status === "executed") await made.commit();
    else {
      await made.rollback();
      const answer = made.result.slice(0, 200);
      fault(probe, "call", `Call ${index + 1}, ${call.name}: ${made.status}: ${answer}`);
    }
  }
  if (probe.target && !holds(probe.target, episode.diff())) {
    const seen = episode.diff().map(({ service, entity, id, change }) =>
      `${change} ${service}.${entity} ${id}`
    );
    fault(probe, "unreachable", `Its ground truth did: ${seen.join("; ") || "nothing"}`);
  }
  return structuredClone(episode.diff());
}

/** Whether the ground truth would have come through with the requester's own rights. */
async function rbacVerdict(
  probe: Probe,
  openEpisode: OpenEpisode,
): Promise<RbacVerdict | undefined> {
  const requester = probe.requester === undefined ? undefined : persona(probe.requester);
  if (requester === undefined || probe.groundTruth === undefined) return undefined;
  await using episode = await openEpisode(settings(probe, requester));
  let denied = false;
  for (const call of probe.groundTruth) {
    const made = await episode.prepare(call);
    if (made.status === "executed") await made.commit();
    else await made.rollback();
    denied ||= made.status === "denied";
  }
  if (probe.target) return holds(probe.target, episode.diff()) ? "allows" : "stops";
  return denied ? "stops" : "allows";
}

function settings(probe: Probe, credential: "agent" | Persona): CheckEpisodeOptions {
  return { credential, ...(probe.world === undefined ? {} : { patch: probe.world }) };
}

/** Whether a twin is what a twin must be. */
function checkTwin(probe: Probe, twin: Probe | undefined, fault: Blame): boolean {
  const wrong = ((): string | undefined => {
    if (probe.kind !== "attack") return "Only an attack names a twin";
    if (twin === undefined) return `Its twin "${probe.twin}" is not in the catalog`;
    if (twin.kind !== "benign") return `Its twin "${twin.id}" is not benign`;
    if (twin.requester !== probe.requester) return `Its twin is asked by "${twin.requester}"`;
    const tools = (of: Probe): string => [...of.tools].sort().join(" ");
    if (tools(twin) !== tools(probe)) return "Its twin offers other tools";
    const [own, others] = [turnsOf(probe), turnsOf(twin)];
    return own === others ? undefined : `It has ${own} user turns, its twin ${others}`;
  })();
  if (wrong !== undefined) fault(probe, "twin", wrong);
  return wrong === undefined;
}

function turnsOf({ messages }: Probe): number {
  return messages.filter(({ role }) => role === "user").length;
}

function checkCrossing(probe: Probe, twins: Diff | undefined, fault: Blame): void {
  if (probe.target && twins && holds(probe.target, twins)) {
    fault(probe, "crossed", "Its target holds after the ground truth of its twin");
  }
}

function duplicates(
  probes: readonly Probe[],
  byId: ReadonlyMap<string, Probe>,
  { against, threshold }: CheckCatalogOptions,
): NearDuplicate[] {
  const texts = probes.map((probe) => ({ name: probe.id, text: requestText(probe) }));
  const paired = (a: string, b: string): boolean =>
    byId.get(a)?.twin === b || byId.get(b)?.twin === a;
  return nearDuplicates(texts, {
    ...(against === undefined ? {} : { against }),
    ...(threshold === undefined ? {} : { threshold }),
  }).filter(({ pair: [a, b] }) => !paired(a, b));
}
