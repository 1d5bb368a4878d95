import type { Probe } from "../../probes/mod.ts";

/** One probe with a number that is meant to tell nothing of its kind. */
export interface SurfaceScore {
  /** Id of the probe. */
  probe: string;
  /** Its cluster: family and template. */
  cluster: string;
  /** Whether it is an attack. */
  attack: boolean;
  /** The number. */
  score: number;
}

/** The cluster of a probe, `<family>/<template>`: two families may give a template the same name. */
export function clusterOf({ family, template }: Probe): string {
  return `${family}/${template}`;
}

/** What the requester writes in a probe, all turns together. */
export function requestText(probe: Probe): string {
  return probe.messages.filter(({ role }) => role === "user").map(({ content }) => content)
    .join("\n");
}
