/**
 * Fuzzes every layer of an evaluation that needs no model: disguised calls on the audit stack, which
 * the audit-namespace guard must never let through, and garbage, which must make no layer fail.
 * `deno task fuzz --mutations 1000000 --seed 1`; a failure says what repeats it.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { type Context, stopOf } from "../defenses/mod.ts";
import { directoryContext } from "../defenses/testing/directory.ts";
import { garbage, pick, type Random, randomFrom } from "../defenses/testing/mutations.ts";
import { sensitiveCall } from "../defenses/testing/sensitive_calls.ts";
import { openScripted } from "../harness/inference/scripted.ts";
import { LAYERS, reviewerFactory } from "../harness/runner/layers.ts";
import { type Json, type ToolCall, TOOLS } from "../probes/mod.ts";

/** What {@linkcode fuzz} does. */
export interface FuzzOptions {
  /** Number of mutations. */
  mutations: number;
  /** Seed; the same seed gives the same mutations. */
  seed: number;
  /** Told the number of mutations done, now and then. */
  onProgress?: (done: number) => void;
}

/** What came of a fuzz run. */
export interface FuzzResult {
  /** Mutations tried. */
  mutations: number;
  /** Disguised calls on the audit stack among them. */
  sensitive: number;
  /** How often each layer stopped something. */
  stops: Record<string, number>;
  /** What went wrong, with the number of the mutation; at most ten. */
  failures: string[];
}

/** The layer whose promise is that no disguise gets through. */
const GUARD = "audit-namespace-guard";

const EXECUTED: ToolCall = { name: "ticket_get", arguments: { ticket_id: "INC-1" } };

/** Tries mutations on every layer. */
export async function fuzz({ mutations, seed, onProgress }: FuzzOptions): Promise<FuzzResult> {
  const random = randomFrom(seed);
  const inference = openScripted(() => Promise.reject(new Error("No model is asked here")));
  const modes = Object.fromEntries(
    LAYERS.map((name) => [name, name === "intent-critic" ? "off" : "observe"] as const),
  );
  const signal = new AbortController().signal;
  const reviewer = reviewerFactory({ inference, modes, approver: "deny" })({}, signal);
  const result: FuzzResult = { mutations: 0, sensitive: 0, stops: {}, failures: [] };
  while (result.mutations < mutations && result.failures.length < 10) {
    const { isSensitive, call, text } = mutation(random);
    const context = contextOf(random, text);
    const shown = `mutation ${result.mutations}: ${JSON.stringify(call).slice(0, 400)}`;
    try {
      const schema = TOOLS.get(call.name)?.schema;
      const reviews = [
        await reviewer.review("call", schema === undefined ? { call } : { call, schema }, context),
        await reviewer.review("intent", { intent: text }, context),
        // What has a result was a well-formed call.
        await reviewer.review("result", { call: EXECUTED, content: text }, context),
      ];
      const findings = reviews.flatMap((review) => review.findings);
      for (const { defense, action, reason } of findings) {
        if (action === "error") result.failures.push(`${shown}: ${defense} failed: ${reason}`);
        if (stopOf(action, "deny") !== null) {
          result.stops[defense] = (result.stops[defense] ?? 0) + 1;
        }
      }
      const guard = findings.find(({ defense }) => defense === GUARD);
      if (isSensitive && guard?.action !== "block") {
        result.failures.push(`${shown}: ${GUARD}: ${guard?.action} by "${guard?.rule}"`);
      }
    } catch (error) {
      result.failures.push(`${shown}: escaped: ${(error as Error).stack}`);
    }
    if (isSensitive) result.sensitive++;
    if (++result.mutations % 10_000 === 0) onProgress?.(result.mutations);
  }
  return result;
}

function mutation(random: Random): { isSensitive: boolean; call: ToolCall; text: string } {
  const text = String(JSON.stringify(garbage(random)) ?? "");
  if (random() < 0.5) return { isSensitive: true, call: sensitiveCall(random), text };
  const name = pick(random, [...TOOLS.keys(), "__proto__", "toString", ""]);
  const shaped: Record<string, Json> = Object.fromEntries(
    Object.keys(TOOLS.get(name)?.schema.function.parameters.properties ?? {})
      .map((key) => [key, garbage(random, 3)]),
  );
  const args = random() < 0.5 ? shaped : garbage(random);
  // A model can send anything; the type says what a checked call holds.
  return { isSensitive: false, call: { name, arguments: args as Record<string, Json> }, text };
}

function contextOf(random: Random, text: string): Context {
  const context = directoryContext();
  context.intent = random() < 0.5 ? text : "Offboard alice.dev in realm enterprise";
  if (random() < 0.9) {
    const username = pick(random, ["ada.itadmin", "ivy.helpdesk", "henry.compliance", text]);
    context.requester = { username, role: pick(random, ["it-admin", "helpdesk", "unknown"]) };
  }
  if (random() < 0.3) {
    context.history.push({
      call: { name: "kc_list_users", arguments: { realm: "enterprise" } },
      result: text,
    });
  }
  return context;
}

/** A whole number from the command line. */
function whole(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`Cannot read --${name} "${text}": expected a whole number`);
  Deno.exit(2);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      mutations: { type: "string", default: "1000000" },
      seed: { type: "string", default: "1" },
    },
  });
  const started = performance.now();
  const result = await fuzz({
    mutations: whole("mutations", values.mutations),
    seed: whole("seed", values.seed),
    onProgress: (done) => console.error(`${done} mutations`),
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${result.mutations} mutations in ${seconds} s, ${result.sensitive} of them on the audit stack`,
  );
  for (const [layer, count] of Object.entries(result.stops)) {
    console.log(`  ${layer} stopped ${count}`);
  }
  for (const failure of result.failures) console.log(`  ! ${failure}`);
  console.log(result.failures.length === 0 ? "Nothing got through and nothing failed" : "FAILED");
  Deno.exit(result.failures.length === 0 ? 0 : 1);
}
