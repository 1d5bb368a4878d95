import assert from "node:assert/strict";
import { auditNamespaceGuard } from "./audit_namespace_guard/guard.ts";
import { chain } from "./chain.ts";
import { alwaysBlock } from "./control/always_block.ts";
import { intentCritic } from "./intent_critic/intent_critic.ts";
import { CONTROL_ARMS, profileModes, type ProfileName, PROFILES } from "./profiles.ts";

const layers = [
  intentCritic({ chat: () => Promise.resolve("OK") }),
  auditNamespaceGuard(),
  alwaysBlock(),
];

Deno.test("profileModes() observes what a profile does not enforce and leaves control arms off", () => {
  assert.deepEqual(profileModes("none", layers), {
    "intent-critic": "observe",
    "audit-namespace-guard": "observe",
    "always-block": "off",
  });
  assert.deepEqual(profileModes("seed", layers), {
    "intent-critic": "enforce",
    "audit-namespace-guard": "enforce",
    "always-block": "off",
  });
});

Deno.test("profileModes() gives modes that a chain of the same layers takes", () => {
  for (const profile of Object.keys(PROFILES) as ProfileName[]) {
    assert.equal(chain(layers, { modes: profileModes(profile, layers) }).layers.length, 3);
  }
});

Deno.test("profileModes() refuses a profile that it does not know or whose layer is missing", () => {
  assert.throws(
    () => profileModes("toString" as ProfileName, layers),
    /Unknown profile "toString"/,
  );
  assert.throws(() => profileModes("seed", [auditNamespaceGuard()]), /enforces "intent-critic"/);
});

Deno.test("no profile enforces a control arm, and full enforces all that seed does", () => {
  for (const names of Object.values(PROFILES)) {
    assert.ok(names.every((name) => !CONTROL_ARMS.includes(name)));
  }
  assert.ok(PROFILES.seed.every((name) => PROFILES.full.includes(name)));
});
