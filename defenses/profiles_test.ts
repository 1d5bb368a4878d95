import assert from "node:assert/strict";
import { auditNamespaceGuard } from "./audit_namespace_guard/guard.ts";
import { chain } from "./chain.ts";
import { confirmation } from "./confirmation/confirmation.ts";
import { alwaysBlock } from "./control/always_block.ts";
import { alwaysConfirm } from "./control/always_confirm.ts";
import { diffGate } from "./diff_gate/diff_gate.ts";
import { intentCritic } from "./intent_critic/intent_critic.ts";
import { limits } from "./limits/limits.ts";
import {
  CONTROL_ARMS,
  profileModes,
  type ProfileName,
  PROFILES,
  REWRITING_BASELINES,
} from "./profiles.ts";
import { provenance } from "./provenance/provenance.ts";
import { sandwich } from "./rewriting/sandwich.ts";
import { sanitiser } from "./rewriting/sanitiser.ts";
import { toolPolicy } from "./tool_policy/tool_policy.ts";
import { truthVerifier } from "./truth_verifier/truth_verifier.ts";

const layers = [
  intentCritic({ chat: () => Promise.resolve("OK") }),
  truthVerifier(),
  auditNamespaceGuard(),
  toolPolicy(),
  provenance(),
  limits(),
  confirmation(),
  diffGate(),
  sanitiser(),
  sandwich(),
  alwaysBlock(),
  alwaysConfirm(),
];

Deno.test("profileModes() observes what a profile does not enforce and leaves control arms and baselines off", () => {
  assert.deepEqual(profileModes("none", layers), {
    "intent-critic": "observe",
    "truth-verifier": "observe",
    "audit-namespace-guard": "observe",
    "tool-policy": "observe",
    "provenance": "observe",
    "limits": "observe",
    "confirmation": "observe",
    "diff-gate": "observe",
    "sanitiser": "off",
    "sandwich": "off",
    "always-block": "off",
    "always-confirm": "off",
  });
  assert.deepEqual(profileModes("seed", layers), {
    "intent-critic": "enforce",
    "truth-verifier": "observe",
    "audit-namespace-guard": "enforce",
    "tool-policy": "observe",
    "provenance": "observe",
    "limits": "observe",
    "confirmation": "observe",
    "diff-gate": "observe",
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
