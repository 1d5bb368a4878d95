import { type CatalogReport, checkCatalog } from "../../plugins/check/mod.ts";
import type { Probe } from "../../probes/mod.ts";
import { openEmbeddedWorld } from "../../stack/mod.ts";
import { DEFAULT_CONFIG } from "../runner/config.ts";
import { loadProbes } from "../runner/load_probes.ts";
import type { ProbeOptions } from "./commands/probes.ts";
import { EXIT_USAGE, UsageError } from "./exit.ts";
import { userPath } from "./user_path.ts";

/** Prints the ids of the chosen probes with what a person looks for in a list. */
export async function listProbes(options: ProbeOptions): Promise<void> {
  const probes = await load(options);
  if (options.json === true) return console.log(JSON.stringify(probes, null, 2));
  for (const { id, kind, channel, requester, messages } of probes) {
    const request = messages.at(-1)?.content.replace(/\s+/g, " ") ?? "";
    console.log(
      `${id}  ${kind}  ${channel}  ${requester ?? "-"}  ${request.slice(0, 60)}` +
        (request.length > 60 ? "…" : ""),
    );
  }
}

/** Prints one probe. */
export async function showProbe(id: string, options: ProbeOptions): Promise<void> {
  const probe = (await load(options)).find((candidate) => candidate.id === id);
  if (probe === undefined) throw new UsageError(`Cannot find the probe "${id}"`);
  console.log(JSON.stringify(probe, null, 2));
}

/** Proves the chosen catalogs on the embedded world; returns the exit code. */
export async function checkProbes(options: ProbeOptions): Promise<number> {
  const probes = await load(options);
  await using world = await openEmbeddedWorld();
  let sound = true;
  for (const [suite, members] of Map.groupBy(probes, (probe) => probe.suite)) {
    const report = await checkCatalog(members, (episode) => world.episode(episode));
    if (options.json === true) console.log(JSON.stringify({ suite, ...report }));
    else console.log(reportText(suite, report));
    sound &&= report.faults.length === 0 && report.duplicates.length === 0;
  }
  return sound ? 0 : EXIT_USAGE;
}

async function load({ suite, family, probes, plugin }: ProbeOptions): Promise<Probe[]> {
  const own = probes !== undefined || plugin !== undefined;
  await using loaded = await loadProbes({
    ...DEFAULT_CONFIG,
    suites: suite ?? (own ? [] : DEFAULT_CONFIG.suites),
    families: family ?? [],
    files: (probes ?? []).map(userPath),
    plugins: (plugin ?? []).map(userPath),
  }, ".cache/plugins");
  return loaded.probes;
}

function reportText(suite: string, report: CatalogReport): string {
  const stopped = Object.values(report.rbac).filter((verdict) => verdict === "stops").length;
  const { length, similarity, undecidable } = report;
  return [
    `${suite}: ${report.probes} probes (${report.attacks} attacks, ${report.twinned} with a twin; ` +
    `${report.benign} benign)`,
    `  ${report.proved} targets proved neither vacuous nor unreachable; ${undecidable.length} probes ` +
    "have none",
    `  the requester's own rights would stop ${stopped} of ${Object.keys(report.rbac).length}`,
    `  near-duplicates (${similarity.measure}, ${similarity.threshold} and above): ` +
    `${report.duplicates.length}`,
    ...(length === undefined
      ? []
      : [`  AUROC of attack against benign for length alone: ${length.auroc.toFixed(3)}`]),
    ...report.faults.map(({ probe, rule, problem }) => `  ! ${probe}: ${rule}: ${problem}`),
    ...report.duplicates.map((each) => `  ! near-duplicates: ${JSON.stringify(each)}`),
  ].join("\n");
}
