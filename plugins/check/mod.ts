/**
 * Proves catalogs: that every target is neither vacuous nor unreachable, that twins match, that ids
 * and techniques are sound, that texts are no copies of each other, what their surface gives away. It owns the proofs and no
 * world: the caller hands one in.
 *
 * @module
 */

export * from "./check_catalog.ts";
export * from "./check_plugin.ts";
export * from "./length_auroc.ts";
export * from "./near_duplicates.ts";
export * from "./ngram_scores.ts";
export * from "./surface.ts";
export * from "./techniques.ts";
export * from "./template_pairs.ts";
