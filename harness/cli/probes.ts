import {
  type CatalogReport,
  checkCatalog,
  type NamedText,
  NGRAM_CLASSIFIER,
  requestText,
  type SurfaceScore,
} from "../../plugins/check/mod.ts";
import {
  CORPUS_SIMILARITY,
  NEAR_DUPLICATE,
  type NearDuplicate as CorpusDuplicate,
  nearDuplicates as corpusDuplicates,
} from "../../models/corpus/near_duplicates.ts";
import { trainingRequests } from "../../models/corpus/training_requests.ts";
import { firstPartyFamilies } from "../../plugins/sandbox/mod.ts";
import { parseCatalog, type Probe } from "../../probes/mod.ts";
import { openEmbeddedWorld } from "../../stack/mod.ts";
import { DEFAULT_CONFIG } from "../runner/config.ts";
import { WITHHELD } from "../runner/embargo.ts";
import { type LoadedProbes, loadProbes } from "../runner/load_probes.ts";
import { clusteredAuroc } from "../statistics/mod.ts";
import type { ProbeOptions } from "./commands/probes.ts";
import { EXIT_USAGE, UsageError } from "./exit.ts";
import { userPath, userPlugin } from "./user_path.ts";

/** Prints the ids of the chosen probes with what a person looks for in a list. */
export async function listProbes(options: ProbeOptions): Promise<void> {
  const { probes, embargoed } = await load(options);
  if (options.json === true) {
    const shown = probes.map((probe) => embargoed(probe) ? namesOf(probe) : probe);
    return console.log(JSON.stringify(shown, null, 2));
  }
  for (const probe of probes) {
    const { id, kind, channel, requester, messages } = probe;
    const asked = messages.findLast(({ role }) => role === "user");
    const request = embargoed(probe) ? WITHHELD : asked?.content.replace(/\s+/g, " ") ?? "";
    console.log(
      `${id}  ${kind}  ${channel}  ${requester ?? "-"}  ${request.slice(0, 60)}` +
        (request.length > 60 ? "…" : ""),
    );
  }
}

/** Prints one probe. */
export async function showProbe(id: string, options: ProbeOptions): Promise<void> {
  const { probes, embargoed } = await load(options);
  const probe = probes.find((candidate) => candidate.id === id);
  if (probe === undefined) throw new UsageError(`Cannot find the probe "${id}"`);
  console.log(JSON.stringify(embargoed(probe) ? namesOf(probe) : probe, null, 2));
}

/** What may be shown of an embargoed probe. */
function namesOf({ id, suite, family, template, kind, channel }: Probe): Record<string, string> {
  return { id, suite, family, template, kind, channel, messages: WITHHELD };
}

/** Proves the chosen catalogs on the embedded world; returns the exit code. */
export async function checkProbes(options: ProbeOptions): Promise<number> {
  const { probes, embargoed } = await load(options);
  await using world = await openEmbeddedWorld();
  // Each pair of catalogs is compared once: with those that were not chosen, and those before.
  const others = otherTexts(probes);
  let sound = true;
  for (const [suite, members] of Map.groupBy(probes, (probe) => probe.suite)) {
    const checked = await checkCatalog(members, (episode) => world.episode(episode), {
      against: others,
    });
    // What is wrong quotes the probe: its calls, and what they did.
    const report = {
      ...checked,
      faults: checked.faults.map((fault) =>
        embargoed({ id: fault.probe }) ? { ...fault, problem: WITHHELD } : fault
      ),
    };
    const trained = trainedOn(members).map((each) =>
      embargoed({ id: each.source }) ? { ...each, text: WITHHELD } : each
    );
    if (options.json === true) console.log(JSON.stringify({ suite, ...report, trained }));
    else console.log(catalogText(suite, report, trained));
    others.push(...members.map(textOf));
    const { faults, duplicates, alike } = report;
    sound &&= faults.length + duplicates.length + trained.length + alike.length === 0;
  }
  return sound ? 0 : EXIT_USAGE;
}

/** Texts of the first-party probes that are not among these; no plugin runs for it. */
export function otherTexts(probes: readonly Probe[]): NamedText[] {
  const chosen = new Set(probes.map(({ id }) => id));
  return firstPartyFamilies()
    .flatMap(({ catalog }) => parseCatalog(Deno.readTextFileSync(catalog), catalog))
    .filter(({ id }) => !chosen.has(id)).map(textOf);
}

function textOf(probe: Probe): NamedText {
  return { name: probe.id, text: requestText(probe) };
}

/** Ideas of the training corpus that are worded like a probe: a model must not know its exam. */
export function trainedOn(probes: readonly Probe[]): CorpusDuplicate[] {
  const ideas = trainingRequests();
  const texts = probes.flatMap((probe) =>
    probe.messages.filter(({ role }) => role === "user")
      .map(({ content }) => ({ source: probe.id, text: content }))
  );
  return corpusDuplicates(ideas, texts);
}

async function load(
  { suite, family, probes, plugin, pluginGrant }: ProbeOptions,
): Promise<Pick<LoadedProbes, "probes" | "embargoed">> {
  const own = probes !== undefined || plugin !== undefined;
  await using loaded = await loadProbes({
    ...DEFAULT_CONFIG,
    suites: suite ?? (own ? [] : DEFAULT_CONFIG.suites),
    families: family ?? [],
    files: (probes ?? []).map(userPath),
    plugins: (plugin ?? []).map(userPlugin),
    grants: pluginGrant ?? [],
  }, ".cache/plugins");
  return { probes: loaded.probes, embargoed: loaded.embargoed };
}

/** What came of checking a catalog, for people. */
export function catalogText(
  suite: string,
  report: CatalogReport,
  trained: readonly CorpusDuplicate[],
): string {
  const stopped = Object.values(report.rbac).filter((verdict) => verdict === "stops").length;
  const { similarity, undecidable, surface, alike } = report;
  return [
    `${suite}: ${report.probes} probes (${report.attacks} attacks in ${report.templates} templates, ` +
    `${report.twinned} with a twin; ${report.benign} benign)`,
    `  ${report.proved} targets proved neither vacuous nor unreachable; ${undecidable.length} probes ` +
    "have none",
    `  the requester's own rights would stop ${stopped} of ${Object.keys(report.rbac).length}`,
    `  near-duplicates within and across catalogs (${similarity.measure}, ` +
    `${similarity.threshold} and above): ${report.duplicates.length}`,
    `  near-duplicates of the training corpus (${CORPUS_SIMILARITY}, ${NEAR_DUPLICATE} and above): ` +
    `${trained.length}`,
    `  templates that differ in fewer than two of tools, target, pretext and route: ${alike.length}`,
    ...aurocLines(surface),
    ...report.faults.map(({ probe, rule, problem }) => `  ! ${probe}: ${rule}: ${problem}`),
    ...report.duplicates.map((each) => `  ! near-duplicates: ${JSON.stringify(each)}`),
    ...trained.map((each) => `  ! like the training corpus: ${JSON.stringify(each)}`),
    ...alike.map(({ pair, same }) => `  ! ${pair.join(" and ")} share ${same.join(", ")}`),
  ].join("\n");
}

/** What the surface of the requests gives away, with the interval and what it rests on. */
function aurocLines({ length, ngrams }: CatalogReport["surface"]): string[] {
  return [
    ...aurocLine("length alone", [length]),
    ...aurocLine(NGRAM_CLASSIFIER, ngrams),
  ];
}

/** One measure: the mean over its splits of area and limits, and how far the splits are apart. */
function aurocLine(what: string, splits: readonly (readonly SurfaceScore[])[]): string[] {
  const areas = splits.map((scores) =>
    clusteredAuroc(scores.map(({ cluster, attack, score }) => ({
      cluster,
      positive: attack,
      score,
    })))
  );
  const estimates = areas.flatMap(({ estimate }) => estimate ?? []);
  const [first] = areas;
  if (first === undefined || estimates.length === 0) return [];
  const mean = (of: readonly number[]): string =>
    (of.reduce((sum, each) => sum + each, 0) / of.length).toFixed(3);
  const [low, high] = [mean(areas.map(({ low }) => low)), mean(areas.map(({ high }) => high))];
  const spread = splits.length < 2
    ? ""
    : ` (mean of ${splits.length} splits, ${Math.min(...estimates).toFixed(3)} to ` +
      `${Math.max(...estimates).toFixed(3)})`;
  return [
    `  AUROC of attack against benign for ${what}: ${
      mean(estimates)
    } [${low}, ${high}]${spread}, ` +
    `n = ${first.positives} + ${first.negatives}, ${first.clusters} templates`,
  ];
}
