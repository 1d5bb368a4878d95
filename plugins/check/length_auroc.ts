import type { Probe } from "../../probes/mod.ts";
import { clusterOf, requestText, type SurfaceScore } from "./surface.ts";

/** How well one number tells attacks from benign probes. */
export interface Auroc {
  /** Chance that an attack's number is greater than a benign probe's, ties halved; 0.5 is blind. */
  auroc: number;
  /** Number of attacks. */
  attacks: number;
  /** Number of benign probes. */
  benign: number;
}

/** The length of each request in characters, as a score. */
export function lengthScores(probes: readonly Probe[]): SurfaceScore[] {
  return probes.map((probe) => ({
    probe: probe.id,
    cluster: clusterOf(probe),
    attack: probe.kind === "attack",
    score: requestText(probe).length,
  }));
}

/**
 * The AUROC of attack against benign by the length of the request alone, which a catalog should
 * keep near 0.5; undefined when one kind is missing. It is the Mann-Whitney statistic divided by
 * the number of pairs.
 */
export function lengthAuroc(probes: readonly Probe[]): Auroc | undefined {
  const lengths = (kind: Probe["kind"]): number[] =>
    probes.filter((probe) => probe.kind === kind).map((probe) => requestText(probe).length);
  const [attacks, benign] = [lengths("attack"), lengths("benign")];
  if (attacks.length === 0 || benign.length === 0) return undefined;
  let wins = 0;
  for (const attack of attacks) {
    for (const other of benign) wins += attack > other ? 1 : attack === other ? 0.5 : 0;
  }
  return {
    auroc: wins / (attacks.length * benign.length),
    attacks: attacks.length,
    benign: benign.length,
  };
}
