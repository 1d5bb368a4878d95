import type { Probe } from "../../probes/mod.ts";
import type { ResolvedManifest } from "../sdk/mod.ts";
import { clusterOf } from "./surface.ts";
import { TECHNIQUES } from "./techniques.ts";

/** The members of a package's `deno.json` that a contract looks at. */
export interface PackageConfig {
  /** Name of the package. */
  name?: unknown;
  /** Version of the package. */
  version?: unknown;
  /** License of the package. */
  license?: unknown;
  /** Entry points of the package. */
  exports?: unknown;
}

/** What a plugin handed over, and what lies in its folder. */
export interface PluginFacts {
  /** What it says about itself. */
  manifest: ResolvedManifest;
  /** Its probes. */
  probes: readonly Probe[];
  /** Its probes, asked for a second time with the same seed. */
  again: readonly Probe[];
  /** Its package's `deno.json`; undefined without one. */
  config?: PackageConfig | undefined;
  /** Whether it belongs to Argus. */
  firstParty: boolean;
  /** Suites of Argus. */
  suites: readonly string[];
}

/**
 * What a plugin breaks of its contract.
 *
 * - `package`: its manifest's name or version is not its package's.
 * - `suite`: it claims a suite of Argus.
 * - `id`: a probe's id does not begin with suite, family and template.
 * - `techniques`: its manifest names others than its attacks do, or ones that nobody knows.
 * - `seed`: it gave other probes when asked again with the same seed.
 */
export type PluginRule = "package" | "suite" | "id" | "techniques" | "seed";

/** One thing that a plugin breaks. */
export interface PluginFault {
  /** What it breaks, for programs. */
  rule: PluginRule;
  /** What it breaks, for people. */
  problem: string;
}

/**
 * Checks what every plugin promises, beside its probes' targets. Pure.
 *
 * @param facts What the plugin handed over.
 */
export function checkPlugin(facts: PluginFacts): PluginFault[] {
  return [
    ...packageFaults(facts),
    ...suiteFaults(facts),
    ...idFaults(facts),
    ...techniqueFaults(facts),
    ...seedFaults(facts),
  ];
}

function packageFaults({ manifest, config }: PluginFacts): PluginFault[] {
  if (config === undefined) return [];
  return (["name", "version"] as const).filter((field) =>
    config[field] !== undefined && config[field] !== manifest[field]
  ).map((field) => ({
    rule: "package",
    problem: `Its manifest has the ${field} "${manifest[field]}", its deno.json "${config[field]}"`,
  }));
}

function suiteFaults({ manifest, firstParty, suites }: PluginFacts): PluginFault[] {
  if (firstParty || !suites.includes(manifest.suite)) return [];
  return [{
    rule: "suite",
    problem: `"${manifest.suite}" is a suite of Argus: its figures would be mixed with others'`,
  }];
}

function idFaults({ probes }: PluginFacts): PluginFault[] {
  return probes.filter(({ id, suite, family, template }) =>
    !id.startsWith(`${suite}/${family}/${template}/`)
  ).map((probe) => ({
    rule: "id",
    problem: `"${probe.id}" does not begin with "${probe.suite}/${clusterOf(probe)}/"`,
  }));
}

function techniqueFaults({ manifest, probes }: PluginFacts): PluginFault[] {
  const declared = new Set(manifest.techniques);
  const used = new Set(
    probes.filter(({ kind }) => kind === "attack").flatMap((probe) =>
      probe.references?.mitre ?? []
    ),
  );
  const list = (ids: Iterable<string>): string => [...ids].sort().join(", ");
  const faults: [ids: Set<string>, problem: string][] = [
    [declared.difference(used), "Its manifest names techniques that no attack uses"],
    [used.difference(declared), "Its attacks use techniques that its manifest does not name"],
    [
      new Set([...declared].filter((id) => !TECHNIQUES.has(id))),
      "Its manifest names techniques that nobody knows",
    ],
  ];
  return faults.filter(([ids]) => ids.size > 0).map(([ids, problem]) => ({
    rule: "techniques",
    problem: `${problem}: ${list(ids)}`,
  }));
}

function seedFaults({ probes, again }: PluginFacts): PluginFault[] {
  if (JSON.stringify(probes) === JSON.stringify(again)) return [];
  return [{ rule: "seed", problem: "It gave other probes when asked again with the same seed" }];
}

/**
 * What keeps a public plugin's package from being published. Pure.
 *
 * @param config Its `deno.json`; undefined without one.
 * @param files Names of the files in its folder.
 */
export function publishFaults(
  config: PackageConfig | undefined,
  files: readonly string[],
): string[] {
  const has = (name: string): boolean => files.some((file) => file.toLowerCase() === name);
  const named = (["name", "version", "exports"] as const)
    .filter((field) => config?.[field] === undefined);
  return [
    ...(config === undefined ? ["It has no deno.json"] : []),
    ...(config !== undefined && named.length > 0
      ? [`Its deno.json has no ${named.join(", no ")}`]
      : []),
    ...(typeof config?.name === "string" && !/^@[^/]+\/[^/]+$/.test(config.name)
      ? [`Its name "${config.name}" has no scope: Expected "@scope/name"`]
      : []),
    ...(config?.license === undefined && !has("license") && !has("license.md")
      ? ["It has no license"]
      : []),
    ...(has("readme.md") ? [] : ["It has no README.md"]),
    ...(files.some((file) => file.endsWith("_test.ts")) ? [] : ["It has no test"]),
  ];
}
