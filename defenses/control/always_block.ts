import type { AnyDefense, Defense, Stage } from "../defense.ts";

/** Options for {@linkcode alwaysBlock}. */
export interface AlwaysBlockOptions {
  /**
   * Where it stands.
   * @default {"intent"}
   */
  stage?: Stage;
}

/**
 * A control arm that blocks everything that reaches its stage. What a measured layer prevents means
 * little without what this one prevents, and what it costs.
 */
export function alwaysBlock(options: AlwaysBlockOptions = {}): AnyDefense {
  const defense: Defense = {
    name: "always-block",
    stage: options.stage ?? "intent",
    deterministic: true,
    blockingOnly: true,
    review: () => ({
      action: "block",
      rule: "always",
      reason: "This control arm blocks everything",
    }),
  };
  return defense as AnyDefense;
}
