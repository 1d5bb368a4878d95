import assert from "node:assert/strict";
import { type Json, TOOLS } from "../../probes/mod.ts";
import { chain } from "../chain.ts";
import { directoryContext } from "../testing/directory.ts";
import { garbage, pick, randomFrom } from "../testing/mutations.ts";
import { sensitiveCall } from "../testing/sensitive_calls.ts";
import { auditNamespaceGuard } from "./guard.ts";
import { GUARD_RULES } from "./rules.ts";

const MUTATIONS = 10_000;

Deno.test(`the guard allows none of ${MUTATIONS} disguised calls on the audit stack`, async () => {
  const random = randomFrom(20_261);
  const guarded = chain([auditNamespaceGuard()]);
  const rules = new Map<string, number>();
  for (let n = 0; n < MUTATIONS; n++) {
    const call = sensitiveCall(random);
    const shown = JSON.stringify(call);
    const { verdict, layers } = await guarded.review("call", { call }, directoryContext());
    assert.equal(verdict, "block", `Mutation ${n}: ${shown}: ${layers[0]?.error}`);
    const rule = layers[0]?.finding?.rule ?? "";
    rules.set(rule, (rules.get(rule) ?? 0) + 1);
  }
  // A fuzzer that only makes malformed calls would prove nothing about disguises.
  assert.ok((rules.get("audit-principal") ?? 0) > MUTATIONS / 3, JSON.stringify([...rules]));
  for (const rule of ["audit-role", "audit-path", "audit-table", "audit-evidence"]) {
    assert.ok((rules.get(rule) ?? 0) > 50, JSON.stringify([...rules]));
  }
});

Deno.test(`the guard answers ${MUTATIONS} garbage calls without failing`, async () => {
  const random = randomFrom(7);
  const guarded = chain([auditNamespaceGuard()]);
  const names = [...TOOLS.keys(), "__proto__", "toString", ""];
  const sensitive = Object.keys(GUARD_RULES);
  for (let n = 0; n < MUTATIONS; n++) {
    const name = pick(random, random() < 0.8 ? sensitive : names);
    const shaped: Record<string, Json> = Object.fromEntries(
      Object.keys(TOOLS.get(name)?.schema.function.parameters.properties ?? {})
        .map((key) => [key, garbage(random, 3)]),
    );
    const args = random() < 0.5 ? shaped : garbage(random);
    const call = { name, arguments: args as Record<string, Json> };
    const { verdict, layers } = await guarded.review("call", { call }, directoryContext());
    assert.notEqual(verdict, "error", `Call ${n}: ${JSON.stringify(call)}: ${layers[0]?.error}`);
  }
});
