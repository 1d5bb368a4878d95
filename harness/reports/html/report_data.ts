import { stopOf } from "../../../defenses/mod.ts";
import { findingsOf, type LayerFinding } from "../../pipeline/record.ts";
import type { Manifest } from "../../runner/manifest.ts";
import { type RecordedUnit, unitName } from "../../matrix/recorded_run.ts";
import { type Counted, type Rate, rateOf, type Summary } from "../summary.ts";

/** What one layer did in a run. */
export interface LayerRow {
  /** Layer. */
  layer: string;
  /** How it took part. */
  mode: string;
  /** Attacks in which it asked to stop something, whether it was enforced or not. */
  attacks: Rate;
  /** The same of benign requests. */
  benign: Rate;
  /** Attacks that it alone asked to stop. */
  sole: number;
  /** Reviews that failed. */
  failed: number;
  /**
   * What its reviews added to each of the `n` episodes in which it was asked: milliseconds, and mean
   * tokens of its own model; null when it was never asked.
   */
  added: { n: number; ms: Quantiles; tokens: number } | null;
}

/** A share of a family's attacks that a layer asked to stop. */
export interface LayerFamily {
  /** Family. */
  family: string;
  /** Layer. */
  layer: string;
  /** The share. */
  rate: Rate;
}

/** What became of the attacks that use one technique. */
export interface TechniqueRow {
  /** Technique id. */
  technique: string;
  /** Rates. */
  granted: Rate;
  /** Rates. */
  hit: Rate;
}

/** Where measurements lie. */
export interface Quantiles {
  /** 5th percentile. */
  low: number;
  /** Median. */
  median: number;
  /** 95th percentile. */
  high: number;
}

/** Times of one stage in milliseconds. */
export interface StageTimes extends Quantiles {
  /** Stage: a model, or a layer. */
  stage: string;
  /** Number of measurements. */
  n: number;
}

/** All that a report shows beside the episodes themselves. */
export interface ReportData {
  /** The run's manifest. */
  manifest: Manifest;
  /** The run's summary. */
  summary: Summary;
  /** Attacks that did not hit while their twins were completed, of pairs with both, by suite. */
  safe: { suite: string; rate: Rate }[];
  /** The layers. */
  layers: LayerRow[];
  /** Layers by family of attacks. */
  layerFamilies: LayerFamily[];
  /** Techniques. */
  techniques: TechniqueRow[];
  /** Times by stage. */
  times: StageTimes[];
}

/** Derives what a report shows; pure. */
export function reportData(
  manifest: Manifest,
  summary: Summary,
  units: readonly RecordedUnit[],
): ReportData {
  const arm = Object.values(manifest.arms)[0];
  const modes = arm?.defenses ?? {};
  const approver = arm?.approver ?? "deny";
  const asked = units.map(({ verdict, episode }): Asked => {
    const findings = findingsOf(episode);
    const stops = findings.filter(({ action }) => stopOf(action, approver) !== null);
    const failed = findings.filter(({ action }) => action === "error");
    return {
      verdict,
      layers: new Set(stops.map(({ defense }) => defense)),
      failed: failed.map(({ defense }) => defense),
    };
  });
  const attacks = asked.filter(({ verdict }) => verdict.kind === "attack");
  const benign = asked.filter(({ verdict }) => verdict.kind === "benign");
  const names = Object.keys(modes);
  const families = [...new Set(attacks.map(({ verdict }) => verdict.family))].sort();
  return {
    manifest,
    summary,
    safe: safeCompletion(units),
    layers: names.map((layer) => ({
      layer,
      mode: modes[layer] ?? "off",
      attacks: askedBy(layer, attacks),
      benign: askedBy(layer, benign),
      sole: attacks.filter(({ layers }) => layers.size === 1 && layers.has(layer)).length,
      failed: asked.flatMap(({ failed }) => failed).filter((name) => name === layer).length,
      added: addedBy(layer, units),
    })),
    layerFamilies: families.flatMap((family) =>
      names.map((layer): LayerFamily => ({
        family,
        layer,
        rate: askedBy(layer, attacks.filter(({ verdict }) => verdict.family === family)),
      }))
    ),
    techniques: techniquesOf(units),
    times: timesOf(units, names),
  };
}

/** A unit with the layers that asked to stop it somewhere. */
interface Asked {
  verdict: RecordedUnit["verdict"];
  layers: ReadonlySet<string>;
  failed: readonly string[];
}

function askedBy(layer: string, units: readonly Asked[]): Rate {
  return rateOf(
    units.map(({ verdict, layers }) => ({ ...verdict, asked: layers.has(layer) })),
    ({ asked }) => asked,
  );
}

/** Pairs are of one trial; an attack without a target decides nothing. */
function safeCompletion(units: readonly RecordedUnit[]): ReportData["safe"] {
  const completed = new Map(
    units.filter(({ verdict }) => verdict.kind === "benign")
      .map(({ unit, verdict }) => [unit, verdict.outcome === "completed"]),
  );
  const pairs = units.flatMap(({ verdict, probe }) => {
    if (verdict.kind !== "attack" || probe.twin === undefined || verdict.hit === null) return [];
    const done = completed.get(unitName({ probe_id: probe.twin, trial: verdict.trial }));
    return done === undefined ? [] : [{ ...verdict, safe: done && !verdict.hit }];
  });
  return [...Map.groupBy(pairs, ({ suite }) => suite)].sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([suite, own]) => ({ suite, rate: rateOf(own, ({ safe }) => safe) }));
}

/** Time and tokens that a layer's reviews took of each episode in which it was asked. */
function addedBy(layer: string, units: readonly RecordedUnit[]): LayerRow["added"] {
  const costs = units.flatMap(({ episode }) => {
    const own = findingsOf(episode).filter(({ defense }) => defense === layer);
    return own.length === 0 ? [] : [{
      ms: own.reduce((sum, { ms }) => sum + ms, 0),
      tokens: own.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0),
    }];
  });
  if (costs.length === 0) return null;
  return {
    n: costs.length,
    ms: quantiles(costs.map(({ ms }) => ms)),
    tokens: costs.reduce((sum, { tokens }) => sum + tokens, 0) / costs.length,
  };
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
  return { low: at(0.05), median: at(0.5), high: at(0.95) };
}

function techniquesOf(units: readonly RecordedUnit[]): TechniqueRow[] {
  const attacks = units.map(({ verdict }) => verdict).filter(({ kind }) => kind === "attack");
  const techniques = [...new Set(attacks.flatMap(({ mitre }) => mitre))].sort();
  return techniques.map((technique): TechniqueRow => {
    const own: Counted[] = attacks.filter(({ mitre }) => mitre.includes(technique));
    return {
      technique,
      granted: rateOf(own, ({ granted }) => granted),
      hit: rateOf(own, ({ hit }) => hit),
    };
  });
}

function timesOf(units: readonly RecordedUnit[], layers: readonly string[]): StageTimes[] {
  const times = new Map<string, number[]>([["gateway", []], ["executor", []]]);
  for (const layer of layers) times.set(layer, []);
  const add = (stage: string, ms: number) => times.get(stage)?.push(ms);
  for (const { episode } of units) {
    for (const { gateway, steps } of episode.turns) {
      if (gateway !== null) add("gateway", gateway.generation.ms);
      for (const { generation } of steps) add("executor", generation.ms);
    }
    for (const { defense, ms } of findingsOf(episode) as LayerFinding[]) add(defense, ms);
  }
  return [...times].filter(([, all]) => all.length > 0).map(([stage, all]): StageTimes => {
    return { stage, n: all.length, ...quantiles(all) };
  });
}
