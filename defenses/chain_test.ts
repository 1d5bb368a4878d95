import assert from "node:assert/strict";
import { type Approver, chain, type Mode, type Review, stopOf } from "./chain.ts";
import { openContext } from "./context.ts";
import type { Action, Context, Defense, Finding, Subject } from "./defense.ts";

type Answer = Action | "throw";

const subject = (): Subject<"intent"> => ({ intent: "Disable alice.dev" });

function context(signal?: AbortSignal): Context {
  return openContext({
    lookup: { principal: () => Promise.resolve(undefined) },
    ...(signal === undefined ? {} : { signal }),
  });
}

function layer(name: string, answer: Answer, seen: string[] = []): Defense<"intent"> {
  return {
    name,
    stage: "intent",
    deterministic: true,
    blockingOnly: answer !== "rewrite",
    review({ intent }) {
      seen.push(`${name}: ${intent}`);
      if (answer === "throw") throw new Error("broken");
      const finding: Finding<"intent"> = { action: answer, rule: "test", reason: "Because" };
      if (answer === "rewrite") finding.replacement = { intent: `${intent}!` };
      return finding;
    },
  };
}

function reviewIntent(
  defenses: Defense<"intent">[],
  options: Parameters<typeof chain>[1] = {},
): Promise<Review<"intent">> {
  return chain(defenses, options).review("intent", subject(), context());
}

/** What the enforced answer does: the specification, written out. */
const TABLE: readonly [Answer, Approver, "allow" | "block" | "error"][] = [
  ["allow", "deny", "allow"],
  ["allow", "approve", "allow"],
  ["rewrite", "deny", "allow"],
  ["rewrite", "approve", "allow"],
  ["confirm", "deny", "block"],
  ["confirm", "approve", "allow"],
  ["block", "deny", "block"],
  ["block", "approve", "block"],
  ["throw", "deny", "error"],
  ["throw", "approve", "error"],
];

for (const [answer, approver, verdict] of TABLE) {
  for (const mode of ["off", "observe", "enforce"] as const satisfies readonly Mode[]) {
    for (const position of [0, 1, 2]) {
      Deno.test(`chain() with ${answer} at ${position}, ${mode}, approver ${approver}`, async () => {
        const seen: string[] = [];
        const defenses = [0, 1, 2].map((index) =>
          layer(
            index === position ? "subject" : `other-${index}`,
            index === position ? answer : "allow",
            seen,
          )
        );
        const review = await reviewIntent(defenses, { modes: { subject: mode }, approver });
        const expected = mode === "enforce" ? verdict : "allow";
        assert.equal(review.verdict, expected);
        assert.equal(review.stoppedBy, expected === "allow" ? null : "subject");
        assert.equal(review.layers.length, mode === "off" ? 2 : 3);
        assert.equal(seen.length, mode === "off" ? 2 : 3);
        const own = review.layers.find(({ defense }) => defense === "subject");
        assert.equal(
          own?.finding?.action,
          mode === "off" || answer === "throw" ? undefined : answer,
        );
        assert.equal(
          own?.error ?? null,
          mode !== "off" && answer === "throw" ? "Error: broken" : null,
        );
        const rewritten = answer === "rewrite" && mode === "enforce";
        assert.equal(review.subject.intent, rewritten ? "Disable alice.dev!" : "Disable alice.dev");
        const after = seen.filter((line) => Number(line.at(6)) > position);
        assert.ok(after.every((line) => line.endsWith("!") === rewritten));
      });
    }
  }
}

Deno.test("chain() asks every layer even after another blocked, and names the first that stopped", async () => {
  const seen: string[] = [];
  const review = await reviewIntent([
    layer("a", "allow", seen),
    layer("b", "block", seen),
    layer("c", "throw", seen),
    layer("d", "block", seen),
  ]);
  assert.equal(review.verdict, "block");
  assert.equal(review.stoppedBy, "b");
  assert.deepEqual(review.layers.map(({ stops }) => stops), [null, "block", "error", "block"]);
  assert.equal(seen.length, 4);
});

Deno.test("chain() calls a failure before a block an error, not a block", async () => {
  const review = await reviewIntent([layer("a", "throw"), layer("b", "block")]);
  assert.equal(review.verdict, "error");
  assert.equal(review.stoppedBy, "a");
});

Deno.test("chain() with stopAtFirst spares the layers after the first enforced stop", async () => {
  const seen: string[] = [];
  const review = await reviewIntent(
    [layer("a", "block", seen), layer("b", "block", seen), layer("c", "allow", seen)],
    { modes: { a: "observe" }, stopAtFirst: true },
  );
  assert.equal(review.stoppedBy, "b");
  assert.equal(seen.length, 2);
});

Deno.test("chain() asks only the layers of the stage", async () => {
  const call: Defense<"call"> = {
    ...layer("call", "block"),
    stage: "call",
    review: () => assert.fail(),
  };
  const guarded = chain([call, layer("a", "allow")]);
  const review = await guarded.review("intent", subject(), context());
  assert.deepEqual(review.layers.map(({ defense }) => defense), ["a"]);
  assert.equal(guarded.has("call"), true);
  assert.equal(guarded.has("commit"), false);
  assert.equal(chain([call], { modes: { call: "off" } }).has("call"), false);
});

Deno.test("stopOf() gives what a chain gives, so that replay agrees with a live run", async () => {
  for (const [answer, approver] of TABLE) {
    const review = await reviewIntent([layer("a", answer)], { modes: { a: "observe" }, approver });
    assert.equal(review.layers[0]?.stops, stopOf(answer === "throw" ? "error" : answer, approver));
  }
});

const MALFORMED: Record<string, unknown> = {
  "nothing": undefined,
  "null": null,
  "text": "allow",
  "a list": [],
  "an unknown action": { action: "permit", rule: "r", reason: "" },
  "an action in capitals": { action: "ALLOW", rule: "r", reason: "" },
  "no rule": { action: "allow", reason: "" },
  "an empty rule": { action: "allow", rule: "", reason: "" },
  "no reason": { action: "allow", rule: "r" },
  "a rewrite without replacement": { action: "rewrite", rule: "r", reason: "" },
  "a replacement for another stage": {
    action: "rewrite",
    rule: "r",
    reason: "",
    replacement: { content: "" },
  },
  "a replacement beside allow": { action: "allow", rule: "r", reason: "", replacement: subject() },
  "cyclic evidence": { action: "allow", rule: "r", reason: "", evidence: cyclic() },
  "evidence that is no object": { action: "allow", rule: "r", reason: "", evidence: "x" },
};

function cyclic(): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

for (const [what, answer] of Object.entries(MALFORMED)) {
  Deno.test(`chain() fails closed when a defense returns ${what}`, async () => {
    const defense: Defense<"intent"> = {
      ...layer("bad", "allow"),
      blockingOnly: false,
      review: () => answer as Finding<"intent">,
    };
    const enforced = await reviewIntent([defense]);
    assert.equal(enforced.verdict, "error");
    assert.equal(enforced.layers[0]?.finding, null);
    assert.match(enforced.layers[0]?.error ?? "", /^TypeError: /);
    const observed = await reviewIntent([defense], { modes: { bad: "observe" } });
    assert.equal(observed.verdict, "allow");
    assert.equal(observed.layers[0]?.stops, "error");
  });
}

Deno.test("chain() fails closed when a blocking-only defense rewrites", async () => {
  const review = await reviewIntent([{ ...layer("a", "rewrite"), blockingOnly: true }]);
  assert.equal(review.verdict, "error");
  assert.equal(review.subject.intent, "Disable alice.dev");
});

for (
  const thrown of [
    undefined,
    null,
    "text",
    Object.create(null),
    new DOMException("x", "AbortError"),
  ]
) {
  Deno.test(`chain() fails closed when a defense throws ${Object.prototype.toString.call(thrown)}`, async () => {
    const review = await reviewIntent([{
      ...layer("a", "allow"),
      review: () => Promise.reject(thrown),
    }]);
    assert.equal(review.verdict, "error");
    assert.equal(typeof review.layers[0]?.error, "string");
  });
}

Deno.test("chain() fails closed on a late defense, tells it so, and leaves no timer behind", async () => {
  let aborted = false;
  let late: (() => void) | undefined;
  const slow: Defense<"intent"> = {
    ...layer("slow", "allow"),
    review: (_, { signal }) => {
      signal.addEventListener("abort", () => aborted = true);
      return new Promise((_, reject) => late = () => reject(new Error("nobody hears this")));
    },
  };
  const review = await reviewIntent([slow, layer("next", "allow")], { timeoutMs: 5 });
  assert.equal(review.verdict, "error");
  assert.equal(review.layers[0]?.error, "LateDefenseError: No answer within 5 ms");
  assert.equal(review.layers[1]?.finding?.action, "allow");
  assert.ok(aborted);
  late?.();
});

Deno.test("chain() fails closed on a defense that blocks the thread past its time", async () => {
  const busy: Defense<"intent"> = {
    ...layer("busy", "allow"),
    review: (subject, context) => {
      const end = performance.now() + 5;
      while (performance.now() < end);
      return layer("busy", "allow").review(subject, context);
    },
  };
  assert.equal((await reviewIntent([busy], { timeoutMs: 1 })).verdict, "error");
});

Deno.test("chain() rejects with the reason when the episode is cancelled, and gives no verdict", async () => {
  const controller = new AbortController();
  const pending: Defense<"intent"> = {
    ...layer("pending", "allow"),
    review: () => new Promise(() => setTimeout(() => controller.abort(new Error("cancelled")), 1)),
  };
  const guarded = chain([pending]);
  await assert.rejects(
    guarded.review("intent", subject(), context(controller.signal)),
    /cancelled/,
  );
  await assert.rejects(
    guarded.review("intent", subject(), context(controller.signal)),
    /cancelled/,
  );
});

Deno.test("chain() freezes what is reviewed, however deep, and fails a defense that changes it", async () => {
  let nested: unknown = "henry.compliance";
  for (let depth = 0; depth < 50_000; depth++) nested = [nested];
  const call = {
    name: "kc_delete_user",
    arguments: { user_id: "alice.dev", nested: nested as never },
  };
  const tamper: Defense<"call"> = {
    name: "tamper",
    stage: "call",
    deterministic: true,
    blockingOnly: true,
    review: ({ call }) => {
      (call.arguments as Record<string, unknown>).user_id = "bob.dev";
      return { action: "allow", rule: "r", reason: "" };
    },
  };
  const review = await chain([tamper]).review("call", { call }, context());
  assert.equal(review.verdict, "error");
  assert.equal(review.subject.call, call);
  assert.equal(call.arguments.user_id, "alice.dev");
  let inner: unknown = call.arguments.nested;
  while (Array.isArray(inner)) {
    assert.ok(Object.isFrozen(inner));
    inner = inner[0];
  }
});

Deno.test("chain() freezes below what was frozen before", async () => {
  const call = Object.freeze({ name: "x", arguments: { list: ["a"] } });
  await chain([]).review("call", { call }, context());
  assert.ok(Object.isFrozen(call.arguments.list));
});

Deno.test("chain() gives its layers the state and lookup of the episode", async () => {
  const shared = context();
  const count: Defense<"intent"> = {
    ...layer("count", "allow"),
    review: (_, { state }) => {
      const n = Number(state.get("n") ?? 0) + 1;
      state.set("n", n);
      return { action: n > 1 ? "block" : "allow", rule: "r", reason: "", evidence: { n } };
    },
  };
  const guarded = chain([count]);
  assert.equal((await guarded.review("intent", subject(), shared)).verdict, "allow");
  assert.equal((await guarded.review("intent", subject(), shared)).verdict, "block");
  assert.equal((await guarded.review("intent", subject(), context())).verdict, "allow");
});

Deno.test("chain() refuses options that name no layer, no mode or no time", () => {
  const layers = [layer("a", "allow")];
  assert.throws(() => chain([...layers, ...layers]), /got "a" twice/);
  assert.throws(
    () => chain(layers, { modes: { b: "off" } }),
    /mode of "b": the chain's layers are a/,
  );
  assert.throws(() => chain(layers, { modes: { a: "on" as Mode } }), /got "on"/);
  assert.throws(() => chain(layers, { approver: "maybe" as Approver }), /got "maybe"/);
  for (const timeoutMs of [0, -1, NaN]) {
    assert.throws(() => chain(layers, { timeoutMs }), RangeError);
  }
});

Deno.test("chain() leaves neither timers nor listeners behind, whatever comes of a review", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  const timers = new Set<unknown>();
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  globalThis.setTimeout = ((...args: Parameters<typeof set>) => {
    const timer = set(...args);
    timers.add(timer);
    return timer;
  }) as typeof set;
  globalThis.clearTimeout = (timer) => {
    timers.delete(timer);
    clear(timer);
  };
  const after = (name: string, review: () => Promise<Finding<"intent">>): Defense<"intent"> => ({
    ...layer(name, "allow"),
    review,
  });
  try {
    const review = await chain([
      after("quick", () => Promise.resolve({ action: "allow", rule: "r", reason: "" })),
      after("broken", () => Promise.reject(new Error("broken"))),
      after("late", () => new Promise(() => {})),
    ], { timeoutMs: 5 }).review("intent", subject(), context(signal));
    assert.equal(review.layers.length, 3);
  } finally {
    globalThis.setTimeout = set;
    globalThis.clearTimeout = clear;
  }
  assert.equal(listeners, 0);
  assert.equal(timers.size, 0);
});

Deno.test("chain() measures the latency of each layer", async () => {
  const slow: Defense<"intent"> = {
    ...layer("slow", "allow"),
    review: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { action: "allow", rule: "r", reason: "" };
    },
  };
  const review = await reviewIntent([slow, layer("fast", "allow")]);
  assert.ok((review.layers[0]?.ms ?? 0) >= 15);
  assert.ok((review.layers[1]?.ms ?? Infinity) < (review.layers[0]?.ms ?? 0));
});
