import assert from "node:assert/strict";
import { auditNamespaceGuard } from "./audit_namespace_guard/guard.ts";
import { chain } from "./chain.ts";
import { openContext } from "./context.ts";
import type { Defense } from "./defense.ts";
import { guardTool, StoppedCallError } from "./guard_tool.ts";
import { limits } from "./limits/limits.ts";

const lookup = { principal: () => Promise.resolve(undefined) };

function counter(): { calls: unknown[]; tool: (args: object) => Promise<string> } {
  const calls: unknown[] = [];
  return { calls, tool: (args) => Promise.resolve(`${calls.push(args)}`) };
}

Deno.test("guardTool() makes an allowed call with the frozen copy that was reviewed", async () => {
  const { calls, tool } = counter();
  const context = openContext({ lookup });
  const guarded = guardTool(tool, {
    name: "kc_delete_user",
    chain: chain([auditNamespaceGuard()]),
    context,
  });
  const args = { realm: "acme", user_id: "alice.dev" };
  const pending = guarded(args);
  args.user_id = "henry.compliance";
  assert.equal(await pending, "1");
  assert.deepEqual(calls, [{ realm: "acme", user_id: "alice.dev" }]);
  assert.ok(Object.isFrozen(calls[0]));
  assert.equal(context.history[0]?.result, "1");
});

Deno.test("guardTool() reads a getter once, before the review", async () => {
  const { calls, tool } = counter();
  const guarded = guardTool(tool, {
    name: "kc_delete_user",
    chain: chain([auditNamespaceGuard()]),
    context: openContext({ lookup }),
  });
  let reads = 0;
  await guarded({
    realm: "acme",
    get user_id(): string {
      return reads++ === 0 ? "alice.dev" : "henry.compliance";
    },
  });
  assert.deepEqual(calls, [{ realm: "acme", user_id: "alice.dev" }]);
});

Deno.test("guardTool() throws the review of a stopped call and does not make it", async () => {
  const { calls, tool } = counter();
  const context = openContext({ lookup });
  const guarded = guardTool(tool, {
    name: "kc_delete_user",
    chain: chain([auditNamespaceGuard()]),
    context,
  });
  await assert.rejects(guarded({ realm: "acme", user_id: "henry.compliance" }), (error) => {
    assert.ok(error instanceof StoppedCallError);
    assert.equal(error.review.stoppedBy, "audit-namespace-guard");
    assert.equal(error.call.name, "kc_delete_user");
    return true;
  });
  assert.equal(calls.length, 0);
  assert.equal(context.history.length, 0);
});

Deno.test("guardTool() does not make a call when the directory fails", async () => {
  const { calls, tool } = counter();
  const guarded = guardTool(tool, {
    name: "kc_delete_user",
    chain: chain([auditNamespaceGuard()]),
    context: openContext({ lookup: { principal: () => Promise.reject(new Error("down")) } }),
  });
  await assert.rejects(guarded({ realm: "acme", user_id: "alice.dev" }), (error) => {
    assert.ok(error instanceof StoppedCallError);
    assert.equal(error.review.verdict, "error");
    assert.match(error.message, /down/);
    return true;
  });
  assert.equal(calls.length, 0);
});

Deno.test("guardTool() uses what a layer rewrote, but never another tool", async () => {
  const { calls, tool } = counter();
  const rewrite = (name: string): Defense<"call"> => ({
    name: "rewrite",
    stage: "call",
    deterministic: true,
    blockingOnly: false,
    review: () => ({
      action: "rewrite",
      rule: "r",
      reason: "",
      replacement: { call: { name, arguments: { safe: true } } },
    }),
  });
  const context = openContext({ lookup });
  await guardTool(tool, { name: "t", chain: chain([rewrite("t")]), context })({ safe: false });
  assert.deepEqual(calls, [{ safe: true }]);
  await assert.rejects(
    guardTool(tool, { name: "t", chain: chain([rewrite("u")]), context })({}),
    /Cannot call "u"/,
  );
});

Deno.test("guardTool() learns from the results of the conversation's other tools", async () => {
  const context = openContext({
    lookup: {
      principal: (realm, id) => Promise.resolve({ realm, user_id: id, username: "x", roles: [] }),
    },
  });
  const layers = chain([auditNamespaceGuard()]);
  const list = guardTool(
    () => Promise.resolve([{ id: "7", username: "zoe.park", roles: ["auditor"] }]),
    {
      name: "kc_list_users",
      chain: layers,
      context,
    },
  );
  const { tool } = counter();
  const remove = guardTool(tool, { name: "kc_delete_user", chain: layers, context });
  const args = { realm: "acme", user_id: "zoe.park" };
  assert.equal(await remove(args), "1");
  await list({ realm: "acme" });
  await assert.rejects(remove(args), { name: "StoppedCallError" });
});

Deno.test("guardTool() refuses arguments in which a layer could not see what the tool sees", async () => {
  const { calls, tool } = counter();
  const guarded = guardTool<Record<string, unknown>, string>(tool, {
    name: "remove_user",
    chain: chain([auditNamespaceGuard({ rules: { remove_user: { by: "principal" } } })]),
    context: openContext({ lookup }),
  });
  const twice = ["alice.dev"];
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  for (
    const who of [
      new Set(["henry.compliance"]),
      new Map([["name", "henry.compliance"]]),
      Object.assign(["alice.dev"], { also: "henry.compliance" }),
      new Date(),
      new Uint8Array(1),
      10n,
      NaN,
      [undefined],
      [twice, twice],
      cyclic,
    ]
  ) await assert.rejects(guarded({ who }), { name: "TypeError", message: /argument "who"/ });
  assert.equal(calls.length, 0);
  await guarded({ who: "alice.dev", also: undefined });
  assert.deepEqual(calls, [{ who: "alice.dev" }]);
});

Deno.test("guardTool() reviews calls made side by side as if one after the other", async () => {
  const { calls, tool } = counter();
  const failing = async (args: { user_id: string }): Promise<never> => {
    await tool(args);
    throw new Error("The answer was lost");
  };
  const reset = guardTool(failing as (args: { realm: string; user_id: string }) => Promise<never>, {
    name: "kc_logout_user_sessions",
    chain: chain([limits()]),
    context: openContext({ lookup: { principal: () => Promise.resolve(undefined) } }),
  });
  const users = ["a.a", "b.b", "c.c", "d.d", "e.e", "f.f", "g.g"];
  const answers = await Promise.allSettled(users.map((user_id) => reset({ realm: "x", user_id })));
  const stopped = answers.filter((it) => it.status === "rejected" && it.reason.review);
  assert.deepEqual([calls.length, stopped.length], [5, 2]);
});
