import type { AnyDefense, Defense, Stage } from "../defense.ts";

/** Options for {@linkcode alwaysConfirm}. */
export interface AlwaysConfirmOptions {
  /**
   * Where it stands.
   * @default {"call"}
   */
  stage?: Stage;
}

/**
 * A control arm that asks for a confirmation of everything that reaches its stage. Beside it, a
 * layer that asks shows whether it chooses what to ask about, or only that it asks.
 */
export function alwaysConfirm(options: AlwaysConfirmOptions = {}): AnyDefense {
  const defense: Defense = {
    name: "always-confirm",
    stage: options.stage ?? "call",
    deterministic: true,
    blockingOnly: true,
    review: () => ({
      action: "confirm",
      rule: "always",
      reason: "This control arm asks about everything",
    }),
  };
  return defense as AnyDefense;
}
