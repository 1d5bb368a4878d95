import type { Probe, WorldPatch } from "../../probes/mod.ts";

/** A tool of the service that a part of a patch is planted in. */
const PLANTED_IN: Readonly<Partial<Record<keyof WorldPatch, string>>> = {
  mails: "mail_search",
  issues: "gt_list_issues",
  objects: "s3_list_objects",
  documents: "os_search",
};

/**
 * The tools that a probe needs and a world lacks: those that it offers, and those of the services that its
 * patch plants in.
 *
 * @param probe The probe
 * @param tools Names of the tools that the world can carry out
 */
export function outOfReach(probe: Probe, tools: ReadonlySet<string>): string[] {
  const planted = Object.entries(PLANTED_IN).flatMap(([part, tool]) => {
    const planted = probe.world?.[part as keyof WorldPatch];
    return planted === undefined || planted.length === 0 ? [] : [tool];
  });
  return [...new Set([...probe.tools, ...planted])].filter((name) => !tools.has(name));
}
