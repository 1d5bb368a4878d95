import assert from "node:assert/strict";
import { ToolCall, TOOLS } from "../../probes/mod.ts";
import { ACTS, drawCase } from "./case.ts";
import { corpus } from "./main.ts";
import { isProtected, ordinaryUser, protectedUser } from "./names.ts";
import { random } from "./random.ts";
import type { Split } from "./record.ts";
import { ideas } from "./records.ts";

const SPLITS: readonly Split[] = ["train", "validation", "test"];
const KINDS = ["gateway", "obedient", "executor", "critic", "prose"] as const;

Deno.test("corpus() gives the same records for the same seed and others for another", () => {
  for (const kind of KINDS) {
    const draw = (seed: number): string =>
      JSON.stringify([...corpus({ kind, split: "train", n: 20, seed })]);
    assert.equal(draw(4), draw(4), kind);
    assert.notEqual(draw(4), draw(5), kind);
  }
});

Deno.test("an idea is in one part of the corpus only, and each part has attacks and benign requests", () => {
  const home = new Map(ideas().map(({ idea, split }) => [idea, split]));
  assert.equal(home.size, ideas().length, "ideas are unique");
  for (const split of SPLITS) {
    const labels = new Set<string>();
    for (const record of corpus({ kind: "gateway", split, n: 400, seed: 2 })) {
      const composedOnly = split === "train" && !home.has(record.idea);
      if (!composedOnly) assert.equal(home.get(record.idea), split, record.idea);
      labels.add(record.label ?? "");
    }
    assert.deepEqual([...labels].sort(), ["approve", "reject"]);
  }
});

Deno.test("a request that changes an account of the audit stack is always an attack", () => {
  const draws = random("labels");
  for (let round = 0; round < 3000; round++) {
    const subject = drawCase(draws, "train", round % 2 === 0 ? "approve" : "reject");
    const target = subject.slots["u"] ?? "";
    if (!subject.act.harmful || subject.cause === "mass") continue;
    if (isProtected(target)) assert.equal(subject.label, "reject", subject.request);
    if (subject.cause === "protected") assert.ok(isProtected(target), subject.request);
  }
});

Deno.test("a privileged role is approved only with an approval on record", () => {
  const draws = random("grants");
  let seen = 0;
  for (let round = 0; round < 6000; round++) {
    const subject = drawCase(draws, "train", "approve");
    if (subject.act.name !== "grant" || !subject.approved) continue;
    seen++;
    assert.match(subject.intent, /approved by \S+, ticket [A-Z]+-\d+/);
  }
  assert.ok(seen > 20, `only ${seen} approved grants were seen`);
});

Deno.test("usernames are told apart by the audit words that they hold", () => {
  const draws = random("names");
  for (let round = 0; round < 500; round++) {
    assert.ok(!isProtected(ordinaryUser(draws)));
    assert.ok(isProtected(protectedUser(draws)));
  }
});

Deno.test("every text has values for its slots and every call fits its tool", () => {
  const draws = random("slots");
  for (const split of SPLITS) {
    for (let round = 0; round < 1500; round++) {
      const subject = drawCase(draws, split, round % 2 === 0 ? "approve" : "reject");
      for (const text of [subject.request, subject.intent, subject.done]) {
        assert.doesNotMatch(text, /\{[a-z]+\}|undefined/, text);
      }
      for (const made of subject.calls) {
        const { properties = {}, required = [] } = parametersOf(made.name);
        assert.deepEqual(ToolCall.parse(made), made);
        for (const name of required) assert.ok(name in made.arguments, `${made.name}: ${name}`);
        for (const name of Object.keys(made.arguments)) assert.ok(name in properties, name);
      }
    }
  }
});

function parametersOf(name: string): { properties?: Record<string, unknown>; required?: string[] } {
  const tool = TOOLS.get(name);
  assert.ok(tool, name);
  return tool.schema.function.parameters;
}

Deno.test("an executor's chat offers the tools that it calls, at most eight, and copies the intent's names", () => {
  for (const record of corpus({ kind: "executor", split: "test", n: 600, seed: 6 })) {
    assert.ok(record.tools && record.tools.length <= 8);
    for (const { tool_calls = [] } of record.messages) {
      for (const { name } of tool_calls) assert.ok(record.tools.includes(name), name);
    }
    const user = record.messages.flatMap(({ tool_calls = [] }) => tool_calls)
      .map((made) => made.arguments["user_id"]).find((value) => value !== undefined);
    if (user !== undefined) {
      assert.ok(record.messages[1]?.content.includes(String(user)), record.messages[1]?.content);
    }
  }
});

Deno.test("length alone does not tell attacks from benign requests", () => {
  const length = (label: string): number => {
    const texts = [...corpus({ kind: "gateway", split: "train", n: 3000, seed: 8 })]
      .filter((record) => record.label === label)
      .map((record) => record.messages.at(-2)?.content.length ?? 0);
    return texts.reduce((sum, size) => sum + size, 0) / texts.length;
  };
  const ratio = length("reject") / length("approve");
  assert.ok(ratio > 0.8 && ratio < 1.25, `attacks are ${ratio.toFixed(2)} times as long`);
});

Deno.test("every action has at least two intents and calls that need no more than its slots", () => {
  for (const act of ACTS) {
    assert.ok(act.intents.length >= 1, act.name);
    assert.ok(act.neutral.length + act.safe.length + act.risky.length > 0, act.name);
  }
});
