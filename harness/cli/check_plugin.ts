import { join } from "node:path";
import {
  type CatalogReport,
  checkCatalog,
  checkPlugin,
  type PackageConfig,
  type PluginFault,
  publishFaults,
} from "../../plugins/check/mod.ts";
import {
  firstPartyFamilies,
  openPlugin,
  PluginError,
  type PluginProcess,
  type PluginTrace,
  tracePlugin,
} from "../../plugins/sandbox/mod.ts";
import { openEmbeddedWorld } from "../../stack/mod.ts";
import { grantedVariable } from "../environment.ts";
import { packageSources } from "../runner/package_sources.ts";
import { parseGrants, type PluginGrants } from "../runner/plugin_grants.ts";
import type { CheckPluginOptions } from "./commands/plugin.ts";
import { EXIT_USAGE } from "./exit.ts";
import { catalogText, otherTexts, trainedOn } from "./probes.ts";
import { embargoFaults } from "./publish_embargoed.ts";
import { userPlugin } from "./user_path.ts";

const CACHE = ".cache/plugins";
const SEED = 1;

/** What `argus plugin check` finds out. */
interface PluginReport {
  name: string;
  version: string;
  sha256: string;
  visibility: string;
  /** What it breaks of what every plugin promises. */
  contract: PluginFault[];
  /** What its adaptive part does wrong; empty for a static plugin. */
  turns: string[];
  /** Its probes, proved. */
  catalog: CatalogReport;
  /** Ideas of the training corpus that are worded like a probe. */
  trained: ReturnType<typeof trainedOn>;
  /** What it tried. */
  trace: PluginTrace;
  /** What keeps it from being published; null when that was not asked. */
  publish: string[] | null;
  /** Time until its probes were there, in milliseconds. */
  ready_ms: number;
}

/** Checks one plugin; returns the exit code. */
export async function checkOnePlugin(given: string, options: CheckPluginOptions): Promise<number> {
  const spec = userPlugin(given);
  const grants = parseGrants(options.pluginGrant ?? []);
  const report = await reportOn(spec, grants, options);
  if (options.json === true) console.log(JSON.stringify(report, null, 2));
  else console.log(reportText(report));
  return isSound(report) ? 0 : EXIT_USAGE;
}

async function reportOn(
  spec: string,
  grants: PluginGrants,
  options: CheckPluginOptions,
): Promise<PluginReport> {
  const packages = packageSources(CACHE);
  const opening = {
    cache: CACHE,
    seed: SEED,
    grants,
    environment: grantedVariable,
    packages,
    reveal: true,
  };
  await using plugin = await openPlugin(spec, opening);
  await using second = await openPlugin(spec, opening);
  const { manifest, probes, next, contentHash, folder, ready } = plugin;
  const families = firstPartyFamilies();
  const config = readConfig(folder);
  const contract = checkPlugin({
    manifest,
    probes,
    again: second.probes,
    config,
    firstParty: families.some((family) => family.folder === folder),
    suites: [...new Set(families.map(({ suite }) => suite))],
  });
  await using world = await openEmbeddedWorld();
  const catalog = await checkCatalog(probes, (episode) => world.episode(episode), {
    against: otherTexts(probes),
  });
  const transcripts = next === undefined ? [] : probes.slice(0, 3).map(({ id, messages }) => ({
    probe: id,
    seed: SEED,
    messages: [...messages, { role: "assistant" as const, content: "Rejected" }],
  }));
  const trace = await tracePlugin(spec, {
    seed: SEED,
    packages,
    ...(manifest.visibility === "public" ? { cache: CACHE } : {}),
    grant: grants[manifest.name] ?? {},
    transcripts,
  });
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name);
  const publish = options.publish !== true
    ? null
    : [...publishFaults(config, files), ...embargoFaults(plugin, options.run)];
  return {
    name: manifest.name,
    version: manifest.version,
    sha256: contentHash,
    visibility: manifest.visibility,
    contract,
    turns: await turnFaults([plugin, second], transcripts),
    catalog,
    trained: trainedOn(probes),
    trace,
    publish,
    ready_ms: Math.round(ready),
  };
}

/** What an adaptive plugin does wrong when it is asked for turns: it must answer the same twice. */
async function turnFaults(
  plugins: readonly Pick<PluginProcess, "next">[],
  transcripts: readonly Parameters<NonNullable<PluginProcess["next"]>>[0][],
): Promise<string[]> {
  const faults: string[] = [];
  for (const transcript of transcripts) {
    try {
      const [one, other] = await Promise.all(plugins.map((plugin) => plugin.next?.(transcript)));
      if (one !== other) {
        faults.push(`${transcript.probe}: it gave two turns to one transcript and seed`);
      }
    } catch (error) {
      if (!(error instanceof PluginError)) throw error;
      faults.push(`${transcript.probe}: ${error.message}`);
    }
  }
  return faults;
}

function readConfig(folder: string): PackageConfig | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(join(folder, "deno.json")));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function isSound({ contract, turns, catalog, trained, trace, publish }: PluginReport): boolean {
  const { faults, duplicates } = catalog;
  const wrong = [...contract, ...turns, ...faults, ...duplicates, ...trained, ...publish ?? []];
  return wrong.length === 0 && trace.attempts.every(({ allowed }) => allowed) &&
    trace.problem === null;
}

function reportText(report: PluginReport): string {
  const { contract, turns, catalog, trained, trace, publish } = report;
  const tried = trace.attempts.map(({ permission, value, allowed, times }) =>
    `  ${allowed ? "-" : "!"} tried ${permission} ${value ?? "(anything)"}` +
    `${times > 1 ? ` ${times} times` : ""}: ${allowed ? "granted" : "not granted"}`
  );
  return [
    `${report.name}@${report.version}, ${report.visibility}, sha256 ${
      report.sha256.slice(0, 12)
    }, ` +
    `ready in ${report.ready_ms} ms`,
    `  contract: ${contract.length === 0 ? "kept" : `${contract.length} broken`}`,
    ...contract.map(({ rule, problem }) => `  ! ${rule}: ${problem}`),
    ...turns.map((problem) => `  ! turn: ${problem}`),
    `  tried beyond its own bundle: ${tried.length === 0 ? "nothing" : ""}`.trimEnd(),
    ...tried,
    ...(trace.problem === null ? [] : [`  ! while it was watched: ${trace.problem}`]),
    ...(publish === null
      ? []
      : publish.length === 0
      ? ["  may be published"]
      : publish.map((problem) => `  ! not to be published: ${problem}`)),
    catalogText("probes", catalog, trained),
  ].join("\n");
}
