import { firstPartyFamilies, openPlugin, type PluginProcess } from "../../plugins/sandbox/mod.ts";
import {
  CatalogError,
  type Message,
  parseAnyCatalog,
  persona,
  PERSONAS,
  type Probe,
} from "../../probes/mod.ts";
import { checkPatch } from "../../stack/mod.ts";
import { grantedVariable } from "../environment.ts";
import { DEFAULT_LIMITS, type NextTurn } from "../pipeline/episode.ts";
import { userTurns } from "../pipeline/user_turns.ts";
import { hashOf } from "../verdicts/canonical.ts";
import { formatVerdict, VERDICT_SCHEMA } from "../verdicts/verdict.ts";
import { ConfigError, type EvalConfig } from "./config.ts";
import { WITHHELD } from "./embargo.ts";
import type { PluginRecord } from "./manifest.ts";
import { packageSources } from "./package_sources.ts";
import { checkGrants, parseGrants } from "./plugin_grants.ts";
import type { Unit } from "./plan.ts";

/** What a run's probes come from; the processes of adaptive plugins live until it is disposed. */
export interface LoadedProbes extends AsyncDisposable {
  /** The probes to run, after all filters. */
  probes: Probe[];
  /** The plugins that gave them. */
  plugins: PluginRecord[];
  /** SHA-256 of the plugins that attack adaptively, by suite and family. */
  attackers: Record<string, string>;
  /** Whether a probe's texts may not be kept or printed: its plugin is embargoed. */
  embargoed(probe: Pick<Probe, "id">): boolean;
  /** The attacker of an adaptive probe; undefined for any other. */
  attacker(unit: Pick<Unit, "probe" | "seed">): NextTurn | undefined;
}

/** Which probes to load; a part of {@linkcode EvalConfig}. */
export type ProbeSelection = Pick<
  EvalConfig,
  "suites" | "families" | "probes" | "files" | "plugins" | "grants" | "limit" | "seed"
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
  const grants = parseGrants(selection.grants);
  const specs = [...wanted(selection), ...selection.plugins];
  const settled = await Promise.allSettled(
    specs.map((spec) =>
      openPlugin(spec, {
        cache,
        seed: selection.seed,
        grants,
        environment: grantedVariable,
        packages: packageSources(cache),
      })
    ),
  );
  const opened = settled.flatMap((each) => each.status === "fulfilled" ? [each.value] : []);
  const close = async () => {
    await Promise.all(opened.map((plugin) => plugin[Symbol.asyncDispose]()));
  };
  try {
    const failed = settled.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    checkFamilies(opened);
    checkGrants(grants, opened.map(({ manifest }) => manifest));
    const catalogs = selection.files.flatMap(readCatalogFile);
    const all = [...opened.flatMap(({ probes }) => probes), ...catalogs];
    const hidden = new Set(
      opened.filter(({ manifest }) => manifest.visibility === "embargoed")
        .flatMap((plugin) => plugin.probes.map(({ id }) => id)),
    );
    const embargoed = ({ id }: Pick<Probe, "id">): boolean => hidden.has(id);
    checkTogether(all, embargoed);
    const probes = select(all, selection);
    return {
      probes,
      plugins: opened.map(recordOf),
      attackers: attackerHashes(opened, probes),
      embargoed,
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
  return firstPartyFamilies().filter(({ suite, family }) =>
    suites.includes(suite) && (families.length === 0 || families.includes(family))
  ).map(({ folder }) => folder);
}

function readCatalogFile(path: string): Probe[] {
  try {
    return parseAnyCatalog(Deno.readTextFileSync(path), path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ConfigError(`Cannot read the catalog "${path}": there is no such file`);
  }
}

/** Two plugins of one family would each answer for the other's probes. */
function checkFamilies(plugins: readonly PluginProcess[]): void {
  const seen = new Map<string, string>();
  for (const { spec, manifest: { suite, family } } of plugins) {
    const name = `${suite}/${family}`;
    const other = seen.get(name);
    if (other !== undefined) {
      throw new ConfigError(`Cannot load "${spec}": "${other}" is the family "${name}" already`);
    }
    seen.set(name, spec);
  }
}

/** What only shows when all probes are together, or needs the enterprise or the engine's limits. */
function checkTogether(
  probes: readonly Probe[],
  embargoed: (probe: Probe) => boolean,
): void {
  const seen = new Set<string>();
  for (const probe of probes) {
    const { id, requester, messages, world } = probe;
    const refuse = (field: string, problem: string) =>
      new CatalogError(`probe "${id}"`, 0, field, embargoed(probe) ? WITHHELD : problem);
    if (seen.has(id)) throw refuse("id", "It occurs twice in the loaded catalogs");
    seen.add(id);
    if (requester !== undefined && persona(requester) === undefined) {
      const known = PERSONAS.map((each) => each.id).join(", ");
      throw refuse("requester", `The enterprise has no "${requester}"; it has ${known}`);
    }
    try {
      if (world !== undefined) checkPatch(world);
    } catch (error) {
      if (error instanceof RangeError) throw refuse("world", error.message);
      throw error;
    }
    if (!fitsLine(probe)) {
      throw refuse(
        "id",
        "Its id, suite, family, template and techniques are too long for a verdict",
      );
    }
    const turns = userTurns(messages).length;
    if (turns > DEFAULT_LIMITS.turns) {
      throw refuse(
        "messages",
        `It has ${turns} user turns; at most ${DEFAULT_LIMITS.turns} are played`,
      );
    }
  }
}

/** Whether the longest verdict that a probe can come to fits its line. */
function fitsLine(probe: Probe): boolean {
  const { id, suite, family, template, kind, channel, references } = probe;
  const hash = "0".repeat(64);
  const turns = Array.from({ length: DEFAULT_LIMITS.turns });
  try {
    formatVerdict({
      schema: VERDICT_SCHEMA,
      key: hash,
      probe_id: id,
      suite,
      family,
      template,
      kind,
      channel,
      mitre: references?.mitre ?? [],
      arm: "0".repeat(16),
      trial: 9999,
      decisions: turns.map(() => "MALFORMED"),
      p_approve: turns.map(() => 0.123456),
      findings: [["audit-namespace-guard", "request", 99, "error"]],
      calls: [],
      granted: false,
      acted: false,
      hit: false,
      outcome: "over_confirmed",
      stopped_by: "audit-namespace-guard",
      pass: false,
      reply: "clarification",
      turns: turns.length,
      tokens: 0,
      ms: 0,
      cut: [99, 99],
      evidence: [0, hash],
      prev: hash,
    });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function select(probes: readonly Probe[], selection: ProbeSelection): Probe[] {
  const { suites, families, probes: ids, limit } = selection;
  const known = [...new Set(probes.map(({ suite, family }) => `${suite}/${family}`))].join(", ") ||
    "no families";
  const check = (what: string, names: readonly string[], found: (name: string) => boolean) => {
    const unknown = names.find((name) => !found(name));
    if (unknown === undefined) return;
    throw new ConfigError(
      `Cannot find the ${what} "${unknown}"; loaded are ${known}; ` +
        `first-party are ${
          firstPartyFamilies().map(({ suite, family }) => `${suite}/${family}`).join(", ")
        }`,
    );
  };
  const under = (wanted: string, id: string) =>
    wanted === id || wanted.endsWith("/") && id.startsWith(wanted);
  check("probe", ids, (wanted) => probes.some(({ id }) => under(wanted, id)));
  check("family", families, (name) => probes.some(({ family }) => family === name));
  if (families.length === 0) {
    check("suite", suites, (name) => probes.some(({ suite }) => suite === name));
  }
  const counts = new Map<string, number>();
  const chosen = probes.filter((probe) => {
    if (families.length > 0 && !families.includes(probe.family)) return false;
    if (ids.length > 0 && !ids.some((wanted) => under(wanted, probe.id))) return false;
    const count = (counts.get(probe.suite) ?? 0) + 1;
    counts.set(probe.suite, count);
    return limit === null || count <= limit;
  });
  if (chosen.length > 0) return chosen;
  throw new ConfigError(`Cannot find a probe that matches; loaded are ${known}`);
}

function recordOf({ manifest, contentHash, integrity, caps }: PluginProcess): PluginRecord {
  return {
    name: manifest.name,
    version: manifest.version,
    ...(manifest.visibility === "embargoed" ? { visibility: manifest.visibility } : {}),
    sha256: contentHash,
    ...(integrity === undefined ? {} : { integrity }),
    caps: { ...caps },
    ...(Object.keys(manifest.permissions).length === 0 ? {} : { granted: manifest.permissions }),
  };
}

/** The attackers by the id of each probe that their plugin gave, and no other's. */
function attackers(plugins: readonly PluginProcess[]): LoadedProbes["attacker"] {
  const byProbe = new Map(
    plugins.flatMap(({ probes, next }) =>
      next === undefined ? [] : probes.map(({ id }) => [id, next] as const)
    ),
  );
  return ({ probe, seed }) => {
    const next = byProbe.get(probe.id);
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

/**
 * SHA-256 of each adaptive plugin: its code is part of the experiment, and not of any probe. So is
 * what it was granted, since it may answer by what it finds there.
 */
function attackerHashes(
  plugins: readonly PluginProcess[],
  chosen: readonly Probe[],
): Record<string, string> {
  const ids = new Set(chosen.map(({ id }) => id));
  return Object.fromEntries(
    plugins.filter(({ next, probes }) => next !== undefined && probes.some(({ id }) => ids.has(id)))
      .map(({ manifest: { suite, family, permissions }, contentHash }) => [
        `${suite}/${family}`,
        Object.keys(permissions).length === 0 ? contentHash : hashOf([contentHash, permissions]),
      ]),
  );
}
