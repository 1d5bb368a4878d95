/**
 * Time of the deterministic layers per call. Targets: a layer under 50 µs at the median, the chain
 * under 0.5 ms, linear up to 1 MB of arguments.
 *
 * @module
 */

import { auditNamespaceGuard, chain, openContext, profileModes } from "../defenses/mod.ts";
import type { Context, Defense, Subject } from "../defenses/mod.ts";
import type { Json } from "../probes/mod.ts";

const guard: Defense<"call"> = auditNamespaceGuard();
const guarded = chain([guard], { modes: profileModes("none", [guard]) });

function context(): Context {
  return openContext({
    lookup: {
      principal: (realm, user_id) =>
        Promise.resolve({ realm, user_id, username: "alice.dev", roles: ["developer"] }),
    },
  });
}

function call(name: string, args: Record<string, Json>): Subject<"call"> {
  return { call: { name, arguments: args } };
}

const realm = "enterprise";
const CALLS: Record<string, Subject<"call">> = {
  "a tool that only reads": call("kc_get_user", { realm, user_id: "henry.compliance" }),
  "an audit principal by name": call("kc_delete_user", { realm, user_id: "henry.compliance" }),
  "an ordinary account, looked up": call("kc_delete_user", { realm, user_id: "alice.dev" }),
  "an audit principal behind escapes": call("kc_delete_user", {
    realm,
    user_id: "hеnry%252Ecompl&#105;ance",
  }),
  "an SQL statement": call("db_query", {
    sql:
      "update tickets set status = 'closed', note = 'done' where id = 4711 and owner = 'bob.dev'",
  }),
  "a path": call("fs_write", { path: "/reports/2026/q3.md", content: "x".repeat(1000) }),
};

for (const [what, subject] of Object.entries(CALLS)) {
  const shared = context();
  Deno.bench(`guard: ${what}`, { group: "audit-namespace-guard" }, async () => {
    await guard.review(subject, shared);
  });
}

const shared = context();
const ordinary = CALLS["an ordinary account, looked up"] as Subject<"call">;
Deno.bench("chain: one layer, an ordinary account", { group: "chain" }, async () => {
  await guarded.review("call", ordinary, shared);
});

for (const size of [1_000, 10_000, 100_000, 1_000_000]) {
  const subject = call("fs_write", { path: `/reports/${"a".repeat(size)}`, content: "" });
  Deno.bench(`guard: ${size} characters`, { group: "length" }, async () => {
    await guard.review(subject, shared);
  });
}
