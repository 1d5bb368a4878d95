import assert from "node:assert/strict";
import { CONTROL_CONFIGS, type ControlArm } from "./control_arms.ts";
import { modesOf } from "./layers.ts";

const ENFORCED: Record<ControlArm, string[]> = {
  "always-block": ["always-block"],
  "always-confirm": ["always-confirm"],
  "rbac-only": [],
};

for (const [arm, enforced] of Object.entries(ENFORCED)) {
  Deno.test(`the control arm ${arm} enforces ${enforced.join() || "no layer"} and nothing else`, () => {
    const config = CONTROL_CONFIGS[arm as ControlArm];
    const modes = modesOf({ ...config, critic: "nano-critic" });
    const names = Object.keys(modes).filter((name) => modes[name] === "enforce");
    assert.deepEqual(names, enforced);
    assert.equal(config.credential, arm === "rbac-only" ? "persona" : "agent");
    assert.equal(modes["audit-namespace-guard"], "observe");
  });
}
