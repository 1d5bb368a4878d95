import type { Mode } from "./chain.ts";
import type { AnyDefense } from "./defense.ts";

/** Name of a set of modes. */
export type ProfileName = "none" | "seed" | "full";

/** The layers that each profile enforces, in the order in which a chain runs them. */
export const PROFILES: Readonly<Record<ProfileName, readonly string[]>> = {
  none: [],
  seed: ["intent-critic", "audit-namespace-guard"],
  full: [
    "intent-critic",
    "truth-verifier",
    "audit-namespace-guard",
    "tool-policy",
    "provenance",
    "limits",
    "confirmation",
    "diff-gate",
  ],
};

/** Names of the layers that are control arms, which belong to no profile. */
export const CONTROL_ARMS: readonly string[] = ["always-block", "always-confirm"];

/**
 * Names of the rewriting layers, baselines that belong to no profile: what they change can't be
 * replayed from a recorded run, so they run only where they are asked for.
 */
export const REWRITING_BASELINES: readonly string[] = ["sanitiser", "sandwich"];

/**
 * The modes that a profile gives to the layers of a chain: those that it names are enforced, the
 * others observed. Control arms and rewriting baselines are off until a caller turns them on by name.
 *
 * @param profile The profile.
 * @param defenses The layers of the chain.
 * @throws {RangeError} when the profile is unknown or enforces a layer that is not there.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { auditNamespaceGuard, profileModes } from "@argus-safety/argus/defenses";
 *
 * const modes = profileModes("none", [auditNamespaceGuard()]);
 * assert.deepEqual(modes, { "audit-namespace-guard": "observe" });
 * ```
 */
export function profileModes(
  profile: ProfileName,
  defenses: readonly Pick<AnyDefense, "name">[],
): Record<string, Mode> {
  if (!Object.hasOwn(PROFILES, profile)) {
    const known = Object.keys(PROFILES).join(", ");
    throw new RangeError(`Unknown profile "${profile}"; the profiles are ${known}`);
  }
  const enforced = PROFILES[profile];
  const names = defenses.map(({ name }) => name);
  const missing = enforced.find((name) => !names.includes(name));
  if (missing !== undefined) {
    throw new RangeError(
      `The profile "${profile}" enforces "${missing}", which is not among the layers: ${
        names.join(", ") || "none"
      }`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, modeOf(name, enforced)]));
}

function modeOf(name: string, enforced: readonly string[]): Mode {
  if (enforced.includes(name)) return "enforce";
  return CONTROL_ARMS.includes(name) || REWRITING_BASELINES.includes(name) ? "off" : "observe";
}
