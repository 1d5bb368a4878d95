import type { EvalConfig } from "./config.ts";

/** Name of a control arm: what every layer is measured beside, and no profile holds. */
export type ControlArm = "always-block" | "always-confirm" | "rbac-only";

/**
 * What each control arm sets: every layer observes, and one simple rule decides. `rbac-only` leaves
 * the decision to the services, which see the requester's own rights.
 */
export const CONTROL_CONFIGS: Readonly<
  Record<ControlArm, Pick<EvalConfig, "profile" | "credential" | "defenses">>
> = {
  "always-block": {
    profile: "none",
    credential: "agent",
    defenses: { "always-block": "enforce" },
  },
  "always-confirm": {
    profile: "none",
    credential: "agent",
    defenses: { "always-confirm": "enforce" },
  },
  "rbac-only": { profile: "none", credential: "persona", defenses: {} },
};
