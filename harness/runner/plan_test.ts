import assert from "node:assert/strict";
import { openScripted } from "../inference/mod.ts";
import { DEFAULT_LIMITS } from "../pipeline/episode.ts";
import { probeOf } from "../pipeline/testing/scripted.ts";
import { type Arm, armHash, type ArmParts, describeArm } from "./arm.ts";
import { executionOrder, planUnits, unitKey } from "./plan.ts";

const parts: ArmParts = {
  inference: openScripted(() => "").info,
  context: null,
  rules: { limits: DEFAULT_LIMITS, decision: "parsed", threshold: 0.5, temperature: 0 },
  defenses: { "audit-namespace-guard": "enforce", "always-block": "off" },
  layers: "l",
  attackers: {},
  approver: "deny",
  credential: "agent",
  world: { stack: "embedded", digest: "d" },
};

/** Spelled out, so that a change of prompts or limits does not hide behind a change of identity. */
const GOLDEN_ARM: Arm = {
  schema: "argus.arm/1",
  verdict: "argus.verdict/1",
  models: { gateway: { base: "b", adapter: "a", template: "t" } },
  compute: { backend: "llama", device: "cpu", kvType: "Q8_0", context: null },
  revision: 1,
  prompts: "p",
  rules: {
    limits: { gatewayTokens: 160, executorTokens: 256, steps: 8, invalid: 2, turns: 8 },
    decision: "parsed",
    threshold: 0.5,
    temperature: 0,
  },
  defenses: { "audit-namespace-guard": "enforce" },
  layers: "l",
  attackers: {},
  approver: "deny",
  credential: "agent",
  world: { stack: "embedded", digest: "d" },
};

Deno.test("the identity of an arm and of a unit never changes within a schema version", () => {
  assert.equal(armHash(GOLDEN_ARM), "5a0d56562099c10d");
  assert.equal(
    unitKey(probeOf(), "arm", 0, 1),
    "3500791f619214d0c66ecefd7a096a69c55f7f66520518c6b7e3a1b201069bf8",
  );
});

Deno.test("an arm does not depend on what only changes speed, names or paths", () => {
  const { inference } = parts;
  const faster: ArmParts = {
    ...parts,
    inference: { ...inference, threads: 64, batch: 32, versions: { deno: "3" } },
    defenses: { "audit-namespace-guard": "enforce" },
  };
  assert.equal(armHash(describeArm(faster)), armHash(describeArm(parts)));
});

Deno.test("an arm depends on everything that can change a verdict", () => {
  const { inference, rules } = parts;
  const model = {
    model: "m",
    sha256: "1",
    adapter: null,
    adapterSha256: null,
    templateSha256: "t",
  };
  const models = { ...inference.models, gateway: model };
  const others: Partial<ArmParts>[] = [
    { defenses: { "audit-namespace-guard": "observe" } },
    { layers: "other" },
    { context: 4096 },
    { attackers: { "acme/drill": "hash" } },
    { approver: "approve" },
    { credential: "persona" },
    { world: { stack: "embedded", digest: "other" } },
    { rules: { ...rules, temperature: 0.5 } },
    { rules: { ...rules, limits: { ...DEFAULT_LIMITS, steps: 3 } } },
    { inference: { ...inference, kvType: "F16" } },
    { inference: { ...inference, models } },
    {
      inference: {
        ...inference,
        models: { ...models, gateway: { ...model, adapter: "a", adapterSha256: "2" } },
      },
    },
  ];
  const hashes = [{}, ...others].map((change) => armHash(describeArm({ ...parts, ...change })));
  assert.equal(new Set(hashes).size, hashes.length);
});

Deno.test("a unit's key depends on the probe's content, the arm, the trial and the seed", () => {
  const probe = probeOf();
  const changed = probeOf({ messages: [{ role: "user", content: "other" }] });
  const keys = [
    unitKey(probe, "a", 0, 1),
    unitKey(changed, "a", 0, 1),
    unitKey(probe, "b", 0, 1),
    unitKey(probe, "a", 1, 1),
    unitKey(probe, "a", 0, 2),
  ];
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(unitKey(structuredClone(probe), "a", 0, 1), keys[0]);
});

Deno.test("shards of a plan are disjoint and complete, and run in an order that shares tools", () => {
  const probes = Array.from(
    { length: 50 },
    (_, i) => probeOf({ id: `t/f/x/${i}`, tools: i % 2 ? ["kc_get_user"] : ["kc_list_users"] }),
  );
  const whole = planUnits(probes, { arm: "a", seed: 1, trials: 2 });
  assert.equal(whole.length, 100);
  assert.deepEqual(whole.map(({ key }) => key), whole.map(({ key }) => key).sort());
  const shards = [1, 2, 3].flatMap((index) =>
    planUnits(probes, { arm: "a", seed: 1, trials: 2, shard: { index, count: 3 } })
  );
  assert.deepEqual(shards.map(({ key }) => key).sort(), whole.map(({ key }) => key));
  const tools = executionOrder(whole).map(({ probe }) => probe.tools[0]);
  assert.equal(tools.filter((tool, i) => tool !== tools[i + 1]).length, 2);
});
