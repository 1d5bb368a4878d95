import type { Manifest } from "../runner/manifest.ts";

/** The gateway of a run as tables name it: `"nano+baseline"`. */
export function gatewayName({ inference }: Pick<Manifest, "inference">): string {
  const gateway = inference.models.gateway;
  if (gateway === undefined) return "no gateway";
  return gateway.adapter === null ? gateway.model : `${gateway.model}+${gateway.adapter}`;
}
