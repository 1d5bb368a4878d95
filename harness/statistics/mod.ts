/**
 * Statistics on verdicts: intervals that respect clusters, tests of paired arms, and what a test
 * can't show. Pure functions on numbers; what the numbers mean, and how they are drawn, is the
 * reports' business.
 *
 * @module
 */

export * from "./auroc.ts";
export * from "./clustered.ts";
export * from "./clustered_auroc.ts";
export * from "./interval.ts";
export * from "./paired_difference.ts";
export * from "./paired_tests.ts";
export * from "./pairs.ts";
export * from "./shapley.ts";
export * from "./worst_variant.ts";
