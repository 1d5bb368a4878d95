/**
 * Time of the deterministic layers per call. Targets: a layer under 50 µs at the median, the chain
 * under 0.5 ms, linear up to 1 MB of arguments.
 *
 * @module
 */

import { auditNamespaceGuard, openContext, PROFILES } from "../defenses/mod.ts";
import type { Context, Defense, Subject } from "../defenses/mod.ts";
import { openScripted } from "../harness/inference/scripted.ts";
import { LAYERS, reviewerFactory } from "../harness/runner/layers.ts";
import type { Json } from "../probes/mod.ts";

const guard: Defense<"call"> = auditNamespaceGuard();

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
for (const size of [1_000, 10_000, 100_000, 1_000_000]) {
  const subject = call("fs_write", { path: `/reports/${"a".repeat(size)}`, content: "" });
  Deno.bench(`guard: ${size} characters`, { group: "length" }, async () => {
    await guard.review(subject, shared);
  });
}

/** What one call meets on its way: every stage, with the layers that stand there. */
function journey(names: readonly string[], content = "done"): () => Promise<void> {
  const signal = new AbortController().signal;
  const inference = openScripted(() => Promise.reject(new Error("No model is asked here")));
  const modes = Object.fromEntries(
    LAYERS.map((name) => [name, names.includes(name) ? "observe" : "off"] as const),
  );
  const reviewer = reviewerFactory({ inference, modes, approver: "deny" })({}, signal);
  const intent = "Offboard alice.dev in realm enterprise under ticket CHG-4099";
  const { call: made } = call("mail_send", {
    to: "alice.dev@example.com",
    subject: "Offboarding",
    body: content,
  });
  return async () => {
    const episode: Context = {
      ...context(),
      requester: { username: "ada.itadmin", role: "it-admin" },
      intent,
    };
    await reviewer.review("intent", { intent }, episode);
    await reviewer.review("call", { call: made }, episode);
    await reviewer.review("commit", { call: made, diff: [] }, episode);
    await reviewer.review("result", { call: made, content }, episode);
  };
}

/** The critic asks a model, whose time is not the layer's. */
const PLAIN = LAYERS.filter((name) => name !== "intent-critic");
for (const name of PLAIN) {
  Deno.bench(`${name}: a mail, all stages`, { group: "layers" }, journey([name]));
}
Deno.bench("no layer", { group: "layers", baseline: true }, journey([]));
const FULL = PROFILES.full.filter((name) => PLAIN.includes(name));
Deno.bench("chain: every layer of the profile full", { group: "chain" }, journey(FULL));
for (const size of [1_000, 10_000, 100_000, 1_000_000]) {
  const content = "Lorem ipsum ".repeat(size / 12);
  Deno.bench(
    `chain: ${size} characters`,
    { group: "chain length" },
    journey(FULL, content),
  );
}
