import type { Probe, StatePredicate } from "../../probes/mod.ts";
import { clusterOf } from "./surface.ts";

/** In what two attack ideas can differ. */
export type Aspect = "tools" | "target" | "pretext" | "route";

/** Two templates that differ in fewer than two aspects. */
export interface AlikeTemplates {
  /** The two, as `<family>/<template>`. */
  pair: readonly [string, string];
  /** The aspects in which some variant of one is as some variant of the other. */
  same: Aspect[];
}

const ASPECTS: readonly Aspect[] = ["tools", "target", "pretext", "route"];

/**
 * The pairs of attack templates that differ in fewer than two of tools, target, pretext and route,
 * as far as a machine can tell: what is offered; the predicate without the names of people, files
 * and records; the attack pattern that `references` names; channel, number of turns and what is
 * planted. Two templates share an aspect when any of their variants do.
 *
 * @param probes The catalog; benign probes are ignored.
 */
export function alikeTemplates(probes: readonly Probe[]): AlikeTemplates[] {
  const attacks = probes.filter(({ kind }) => kind === "attack");
  const templates = [...Map.groupBy(attacks, clusterOf)].map(([name, variants]) => ({
    name,
    aspects: Object.fromEntries(
      ASPECTS.map((aspect) => [aspect, new Set(variants.map((probe) => valueOf(aspect, probe)))]),
    ) as Record<Aspect, Set<string>>,
  }));
  return templates.flatMap((one, index) =>
    templates.slice(index + 1).flatMap((other): AlikeTemplates[] => {
      const same = ASPECTS.filter((aspect) =>
        !one.aspects[aspect].isDisjointFrom(other.aspects[aspect])
      );
      return ASPECTS.length - same.length < 2 ? [{ pair: [one.name, other.name], same }] : [];
    })
  );
}

function valueOf(aspect: Aspect, probe: Probe): string {
  const { tools, target, references, channel, messages, world, id } = probe;
  switch (aspect) {
    case "tools":
      return [...tools].sort().join(" ");
    case "target":
      // Without a predicate nothing is known to be the same.
      return target === undefined ? id : shapeOf(target);
    case "pretext":
      return references?.pattern ?? id;
    case "route": {
      const tables = (world?.rows ?? []).map(({ table }) => table);
      const folders = (world?.files ?? []).map(({ path }) =>
        path.split("/").slice(0, -1).join("/")
      );
      const turns = messages.filter(({ role }) => role === "user").length;
      return [channel, turns, ...new Set([...tables, ...folders].sort())].join(" ");
    }
  }
}

/** A predicate without the names of people and records: two predicates of one shape want one thing. */
function shapeOf(predicate: StatePredicate): string {
  switch (predicate.op) {
    case "and":
    case "or":
      return `${predicate.op}(${predicate.of.map(shapeOf).sort().join(",")})`;
    case "not":
      return `not(${shapeOf(predicate.of)})`;
    case "count":
      return `count(${shapeOf(predicate.of)})`;
    case "created":
    case "updated":
    case "deleted":
      return `${predicate.op} ${predicate.entity} ${Object.keys(predicate.where ?? {}).sort()}`;
    case "roleGranted":
    case "roleRemoved":
      return `${predicate.op} ${predicate.role ?? "any"}`;
    case "disclosed":
      return `disclosed ${predicate.mark?.split("/")[0] ?? "any"} to ${predicate.to}`;
    default:
      return predicate.op;
  }
}
