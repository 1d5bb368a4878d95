import type { Rate, Summary } from "../reports/summary.ts";
import { UsageError } from "./exit.ts";

/** A threshold on a rate, held against each suite: `granted>0.15`. */
export interface FailRule {
  /** Name of the rate. */
  metric: Metric;
  /** Which side of the limit fails. */
  side: ">" | "<";
  /** The limit, in [0, 1]. */
  limit: number;
}

const METRICS = ["granted", "acted", "hit", "completed", "over_refused", "over_blocked"] as const;

/** The rates that a threshold can be set on. */
export type Metric = (typeof METRICS)[number];

/**
 * Parses a `--fail-on` rule.
 *
 * @throws {UsageError} when it is not `metric>number` or `metric<number`.
 */
export function parseFailRule(text: string): FailRule {
  const match = /^\s*(\w+)\s*([<>])\s*(\d*\.?\d+)\s*$/.exec(text);
  const metric = METRICS.find((name) => name === match?.[1]);
  const limit = Number(match?.[3]);
  if (match === null || metric === undefined || !(limit >= 0 && limit <= 1)) {
    throw new UsageError(
      `Cannot read "--fail-on ${text}": expected a rate (${
        METRICS.join(", ")
      }), "<" or ">", and a ` +
        "limit from 0 to 1, such as 'granted>0.15'",
    );
  }
  return { metric, side: match[2] as ">" | "<", limit };
}

/** Says which suites break which rules; empty when none does. A rate that no suite has is broken. */
export function brokenRules(rules: readonly FailRule[], summary: Summary): string[] {
  return rules.flatMap((rule) => {
    const rates = summary.groups.filter(({ family }) => family === null).flatMap((group) => {
      const rate = { ...group.attack, ...group.benign }[rule.metric] as Rate | undefined;
      return rate === undefined || rate.rate === null
        ? []
        : [{ suite: group.suite, rate: rate.rate }];
    });
    if (rates.length === 0) return [`${rule.metric} cannot be decided: no probe measures it`];
    return rates.filter(({ rate }) => rule.side === ">" ? rate > rule.limit : rate < rule.limit)
      .map(({ suite, rate }) =>
        `${suite}: ${rule.metric} is ${rate.toFixed(4)}, which is ${rule.side} ${rule.limit}`
      );
  });
}
