import { createHash } from "node:crypto";
import type { Probe } from "../../probes/mod.ts";
import { clusterOf, requestText, type SurfaceScore } from "./surface.ts";

/** Number of folds. */
const FOLDS = 5;
/** Number of times that the templates are split into folds. */
export const PARTITIONS = 10;

/** What {@linkcode ngramScores} measures, in words for a report. */
export const NGRAM_CLASSIFIER =
  `logistic regression on words and pairs of words, ${FOLDS}-fold by template`;

/** Inverse strength of the L2 penalty. */
const COST = 10;
/** Steps of the optimiser; the objective is strongly convex, and more change no third digit. */
const STEPS = 300;

/** A text as indices of its n-grams with their weights; the weights have length 1 together. */
interface Vector {
  at: number[];
  weights: number[];
}

/**
 * Log-odds of an attack for each probe, by a classifier of word n-grams that never saw the probe's
 * template: what the words of a request give away of its kind. Empty when one kind is missing or
 * there are fewer templates than folds.
 *
 * L2-regularised logistic regression on binary unigrams and bigrams, rows scaled to length 1,
 * solved by Nesterov's accelerated gradient for strongly convex functions. Templates go to folds in
 * an order that a hash of their names and the partition's number gives, each to the smallest fold:
 * the result depends on nothing but the texts, and one lucky split can be told from the rest.
 *
 * @param probes The catalog.
 * @param partition Number of the split into folds, 0 to {@linkcode PARTITIONS} − 1.
 */
export function ngramScores(probes: readonly Probe[], partition = 0): SurfaceScore[] {
  const clusters = [...Map.groupBy(probes, clusterOf)];
  const kinds = new Set(probes.map(({ kind }) => kind));
  if (kinds.size < 2 || clusters.length < FOLDS) return [];
  const foldOf = new Map<string, number>();
  const sizes = Array.from({ length: FOLDS }, () => 0);
  const order = clusters.map(([name, members]) => ({
    name,
    size: members.length,
    rank: createHash("sha256").update(`${partition} ${name}`).digest("hex"),
  })).sort((a, b) => a.rank < b.rank ? -1 : 1);
  for (const { name, size } of order) {
    const fold = sizes.indexOf(Math.min(...sizes));
    sizes[fold] = (sizes[fold] ?? 0) + size;
    foldOf.set(name, fold);
  }
  const index = new Map<string, number>();
  const rows = probes.map((probe) => ({
    probe,
    fold: foldOf.get(clusterOf(probe)),
    vector: vectorOf(requestText(probe), index),
    label: probe.kind === "attack" ? 1 : -1,
  }));
  const scores = new Map<string, number>();
  for (let fold = 0; fold < FOLDS; fold++) {
    const model = train(rows.filter((row) => row.fold !== fold), index.size);
    for (const row of rows) {
      if (row.fold === fold) scores.set(row.probe.id, dot(row.vector, model));
    }
  }
  return probes.map((probe) => ({
    probe: probe.id,
    cluster: clusterOf(probe),
    attack: probe.kind === "attack",
    score: scores.get(probe.id) ?? 0,
  }));
}

/** The n-grams of a text; numbers are all the same word. */
function vectorOf(text: string, index: Map<string, number>): Vector {
  const words = text.toLowerCase().replace(/\d+/g, "0").match(/[\p{L}0]+|[^\s\p{L}\p{N}]/gu) ?? [];
  const grams = new Set([
    "",
    ...words,
    ...words.slice(1).map((word, at) => `${words[at]} ${word}`),
  ]);
  const at = [...grams].map((gram) => {
    const known = index.get(gram) ?? index.size;
    index.set(gram, known);
    return known;
  });
  const weight = 1 / Math.sqrt(at.length);
  return { at, weights: at.map(() => weight) };
}

function dot({ at, weights }: Vector, model: Float64Array): number {
  let sum = 0;
  for (const [i, column] of at.entries()) sum += (weights[i] ?? 0) * (model[column] ?? 0);
  return sum;
}

/** Minimises ½|w|² + COST · Σ log(1 + exp(−label · w·x)) over w. */
function train(rows: readonly { vector: Vector; label: number }[], width: number): Float64Array {
  // Every row has length 1, so that the curvature is at most this.
  const smoothness = 1 + COST * rows.length / 4;
  const root = Math.sqrt(smoothness);
  const momentum = (root - 1) / (root + 1);
  let before = new Float64Array(width);
  let ahead = new Float64Array(width);
  for (let step = 0; step < STEPS; step++) {
    const gradient = Float64Array.from(ahead);
    for (const { vector, label } of rows) {
      const push = -COST * label / (1 + Math.exp(label * dot(vector, ahead)));
      for (const [i, column] of vector.at.entries()) {
        gradient[column] = (gradient[column] ?? 0) + push * (vector.weights[i] ?? 0);
      }
    }
    const now = ahead.map((value, i) => value - (gradient[i] ?? 0) / smoothness);
    ahead = now.map((value, i) => value + momentum * (value - (before[i] ?? 0)));
    before = now;
  }
  return before;
}
