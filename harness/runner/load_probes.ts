import { fileURLToPath } from "node:url";
import { openPlugin, type PluginProcess } from "../../plugins/sandbox/mod.ts";
import { CatalogError, type Message, parseCatalog, type Probe } from "../../probes/mod.ts";
import type { NextTurn } from "../pipeline/episode.ts";
import { ConfigError, type EvalConfig } from "./config.ts";
import type { PluginRecord } from "./manifest.ts";
import type { Unit } from "./plan.ts";

/** A family that Argus itself brings. */
interface FirstParty {
  suite: string;
  family: string;
  folder: string;
}

/** The first-party families, by the folder of their plugin. */
const FIRST_PARTY: readonly FirstParty[] = [
  { suite: "corpus-v1", family: "f01_account_mgmt", folder: "f01_account_mgmt" },
  { suite: "argus-eval-v1", family: "E4_over_refusal", folder: "e4_over_refusal" },
];

/** What a run's probes come from; the processes of adaptive plugins live until it is disposed. */
export interface LoadedProbes extends AsyncDisposable {
  /** The probes to run, after all filters. */
  probes: Probe[];
  /** The plugins that gave them. */
  plugins: PluginRecord[];
  /** The attacker of an adaptive probe; undefined for any other. */
  attacker(unit: Pick<Unit, "probe" | "seed">): NextTurn | undefined;
}

/** Which probes to load; a part of {@linkcode EvalConfig}. */
export type ProbeSelection = Pick<
  EvalConfig,
  "suites" | "families" | "probes" | "files" | "plugins" | "limit" | "seed"
>;

/**
 * Loads the probes that a configuration asks for, each plugin in its sandbox.
 *
 * @param selection Suites, families, ids, catalog files and plugins.
 * @param cache Folder that keeps plugin bundles.
 * @throws {CatalogError} at the first catalog line that is not a probe.
 * @throws {PluginError} when a plugin cannot be used.
 * @throws {ConfigError} when nothing is left to run.
 */
export async function loadProbes(
  selection: ProbeSelection,
  cache: string,
): Promise<LoadedProbes> {
  const specs = [...wanted(selection), ...selection.plugins];
  const settled = await Promise.allSettled(
    specs.map((spec) => openPlugin(spec, { cache, seed: selection.seed })),
  );
  const opened = settled.flatMap((each) => each.status === "fulfilled" ? [each.value] : []);
  const close = async () => {
    await Promise.all(opened.map((plugin) => plugin[Symbol.asyncDispose]()));
  };
  try {
    const failed = settled.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    const catalogs = selection.files.flatMap(readCatalogFile);
    const all = [...opened.flatMap(({ probes }) => probes), ...catalogs];
    checkUnique(all);
    return {
      probes: select(all, selection),
      plugins: opened.map(recordOf),
      attacker: attackers(opened),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Folders of the first-party plugins that the selection can touch. */
function wanted({ suites, families }: ProbeSelection): string[] {
  return FIRST_PARTY.filter(({ suite, family }) =>
    suites.includes(suite) && (families.length === 0 || families.includes(family))
  ).map(({ folder }) => fileURLToPath(new URL(`../../plugins/${folder}`, import.meta.url)));
}

function readCatalogFile(path: string): Probe[] {
  try {
    return parseCatalog(Deno.readTextFileSync(path), path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ConfigError(`Cannot read the catalog "${path}": there is no such file`);
  }
}

function checkUnique(probes: readonly Probe[]): void {
  const seen = new Set<string>();
  for (const { id } of probes) {
    if (seen.has(id)) {
      throw new CatalogError("the loaded catalogs", 0, "id", `"${id}" occurs twice`);
    }
    seen.add(id);
  }
}

function select(probes: readonly Probe[], selection: ProbeSelection): Probe[] {
  const { families, probes: ids, limit } = selection;
  const matches = (id: string) =>
    ids.some((wanted) => wanted === id || wanted.endsWith("/") && id.startsWith(wanted));
  const unknown = ids.find((wanted) =>
    !probes.some(({ id }) => id === wanted || wanted.endsWith("/"))
  );
  if (unknown !== undefined) {
    throw new ConfigError(`Cannot find the probe "${unknown}"; "probes list" shows all ids`);
  }
  const counts = new Map<string, number>();
  const chosen = probes.filter((probe) => {
    if (families.length > 0 && !families.includes(probe.family)) return false;
    if (ids.length > 0 && !matches(probe.id)) return false;
    const count = (counts.get(probe.suite) ?? 0) + 1;
    counts.set(probe.suite, count);
    return limit === null || count <= limit;
  });
  if (chosen.length > 0) return chosen;
  const known = [...new Set(probes.map(({ suite, family }) => `${suite}/${family}`))];
  throw new ConfigError(
    `Cannot find a probe that matches; loaded are ${known.join(", ") || "no families"}; ` +
      `first-party are ${FIRST_PARTY.map(({ suite, family }) => `${suite}/${family}`).join(", ")}`,
  );
}

function recordOf({ manifest, contentHash, caps }: PluginProcess): PluginRecord {
  return {
    name: manifest.name,
    version: manifest.version,
    sha256: contentHash,
    caps: { ...caps },
  };
}

function attackers(plugins: readonly PluginProcess[]): LoadedProbes["attacker"] {
  const byFamily = new Map(
    plugins.map((plugin) => [`${plugin.manifest.suite}/${plugin.manifest.family}`, plugin.next]),
  );
  return ({ probe, seed }) => {
    const next = byFamily.get(`${probe.suite}/${probe.family}`);
    if (next === undefined) return undefined;
    return async (turns) => {
      const messages = turns.flatMap(({ request, reply }): Message[] => [
        { role: "user", content: request },
        { role: "assistant", content: reply },
      ]);
      return await next({ probe: probe.id, seed, messages });
    };
  };
}
