import assert from "node:assert/strict";
import { auditNamespaceGuard } from "./audit_namespace_guard/guard.ts";
import { chain } from "./chain.ts";
import { confirmation } from "./confirmation/confirmation.ts";
import { alwaysBlock } from "./control/always_block.ts";
import { alwaysConfirm } from "./control/always_confirm.ts";
import { intentCritic } from "./intent_critic/intent_critic.ts";
import {
  CONTROL_ARMS,
  profileModes,
  type ProfileName,
  PROFILES,
  REWRITING_BASELINES,
} from "./profiles.ts";
import { sandwich } from "./rewriting/sandwich.ts";
import { sanitiser } from "./rewriting/sanitiser.ts";

const layers = [
  intentCritic({ chat: () => Promise.resolve("OK") }),
  auditNamespaceGuard(),
  confirmation(),
  sanitiser(),
  sandwich(),
  alwaysBlock(),
  alwaysConfirm(),
];

Deno.test("profileModes() observes what a profile does not enforce and leaves control arms and baselines off", () => {
  assert.deepEqual(profileModes("none", layers), {
    "intent-critic": "observe",
    "audit-namespace-guard": "observe",
    "confirmation": "observe",
    "sanitiser": "off",
    "sandwich": "off",
    "always-block": "off",
    "always-confirm": "off",
  });
  assert.deepEqual(profileModes("seed", layers), {
    "intent-critic": "enforce",
    "audit-namespace-guard": "enforce",
    "confirmation": "observe",
    "sanitiser": "off",
    "sandwich": "off",
    "always-block": "off",
    "always-confirm": "off",
  });
});

Deno.test("profileModes() gives modes that a chain of the same layers takes", () => {
  for (const profile of Object.keys(PROFILES) as ProfileName[]) {
    assert.equal(
      chain(layers, { modes: profileModes(profile, layers) }).layers.length,
      layers.length,
    );
  }
});

Deno.test("profileModes() refuses a profile that it does not know or whose layer is missing", () => {
  assert.throws(
    () => profileModes("toString" as ProfileName, layers),
    /Unknown profile "toString"/,
  );
  assert.throws(() => profileModes("seed", [auditNamespaceGuard()]), /enforces "intent-critic"/);
});

Deno.test("no profile enforces a control arm or a rewriting layer, and full enforces all that seed does", () => {
  for (const names of Object.values(PROFILES)) {
    assert.ok(names.every((name) => ![...CONTROL_ARMS, ...REWRITING_BASELINES].includes(name)));
  }
  assert.ok(PROFILES.seed.every((name) => PROFILES.full.includes(name)));
});
