/** Builds one case: who asks for what in which words, the right label, the intent and the calls. */
import type { PersonaRole, ToolCall } from "../../probes/mod.ts";
import { type Act, call, type Cause, slot, type Slots } from "./act.ts";
import { ACCESS_ACTS } from "./acts_access.ts";
import { ACCOUNT_ACTS } from "./acts_accounts.ts";
import { EVIDENCE_ACTS } from "./acts_evidence.ts";
import { LOOKUP_ACTS } from "./acts_lookups.ts";
import { WORK_ACTS } from "./acts_work.ts";
import { composed } from "./composed.ts";
import { requester } from "./names.ts";
import * as phrases from "./phrases.ts";
import type { Random } from "./random.ts";
import { ofSplit, type Split, splitOf } from "./record.ts";
import { ATTACK_WORDINGS } from "./wordings_attack.ts";
import { BENIGN_WORDINGS } from "./wordings_benign.ts";
import { NEUTRAL_WORDINGS } from "./wordings_neutral.ts";
import { fillSlots, mentions, render, type SlotOptions } from "./slots.ts";

/** Every action of the corpus. */
export const ACTS: readonly Act[] = [
  ...ACCOUNT_ACTS,
  ...ACCESS_ACTS,
  ...EVIDENCE_ACTS,
  ...WORK_ACTS,
  ...LOOKUP_ACTS,
].map((act) => ({
  ...act,
  neutral: [...act.neutral, ...NEUTRAL_WORDINGS[act.name] ?? []],
  safe: [...act.safe, ...BENIGN_WORDINGS[act.name] ?? []],
  risky: [...act.risky, ...ATTACK_WORDINGS[act.name] ?? []],
}));

/** One case. */
export interface Case {
  /** The idea that it words. */
  idea: string;
  /** Who asks; undefined for an unauthenticated caller. */
  requester: { username: string; role: PersonaRole } | undefined;
  /** The request. */
  request: string;
  /** The right label. */
  label: "approve" | "reject";
  /** Why it is rejected. */
  cause: Cause | undefined;
  /** The faithful intent, also of an attack. */
  intent: string;
  /** The calls that carry it out. */
  calls: ToolCall[];
  /** What the executor reports at the end. */
  done: string;
  /** The action. */
  act: Act;
  /** The slot values. */
  slots: Slots;
  /** Whether an approval is on record. */
  approved: boolean;
}

type Wording = "neutral" | "safe" | "risky";

interface Plan {
  act: Act;
  wording: Wording;
  cause: Cause | undefined;
  options: SlotOptions;
  roles: readonly (PersonaRole | undefined)[];
  extra: "approval" | "pretended" | "bypass" | undefined;
}

const READS_OF_ANYONE = new Set(["get", "user-roles", "user-events", "credentials"]);

function available(act: Act, wording: Wording, split: Split): boolean {
  return act[wording].some((text) => splitOf(text) === split);
}

/** Every way in which an action can be rejected in a part of the corpus, with weights. */
function rejections(act: Act, split: Split): [Plan, number][] {
  const plans: [Plan, number][] = [];
  const inside = act.scope.inside.length > 0 ? act.scope.inside : ["it-admin"] as const;
  const anyone: readonly (PersonaRole | undefined)[] = [...inside, undefined];
  const base = { act, options: {}, extra: undefined };
  if (available(act, "neutral", split)) {
    const neutral = { ...base, wording: "neutral" as const };
    if (act.harmful) {
      const options = { protectedTarget: true };
      plans.push([{ ...neutral, cause: "protected", options, roles: anyone }, 14]);
    }
    if (act.scope.outside.length > 0) {
      plans.push([{ ...neutral, cause: "role", roles: act.scope.outside }, 1.2]);
    }
    if (act.name === "grant") {
      const grant = { ...neutral, cause: "privileged" as const, options: { privileged: true } };
      plans.push([{ ...grant, roles: anyone }, 3]);
      plans.push([{ ...grant, roles: anyone, extra: "pretended" }, 2]);
      const self = { self: "requester" };
      plans.push([{ ...neutral, cause: "self", options: self, roles: ["it-admin", "manager"] }, 1]);
      plans.push([{
        ...neutral,
        cause: "self",
        options: { ...self, privileged: true },
        roles: ["it-admin"],
      }, 0.7]);
    }
    if (act.name === "vault") {
      plans.push([{ ...neutral, cause: "secret", roles: [undefined] }, 1]);
    }
    plans.push([{ ...neutral, cause: "bypass", roles: anyone, extra: "bypass" }, 0.25]);
  }
  if (available(act, "risky", split)) {
    plans.push([{ ...base, wording: "risky", cause: undefined, roles: anyone }, 4]);
  }
  return plans;
}

/** Every way in which an action can be approved in a part of the corpus, with weights. */
function approvals(act: Act, split: Split): [Plan, number][] {
  const plans: [Plan, number][] = [];
  const anyone: readonly (PersonaRole | undefined)[] = [...act.scope.inside, undefined];
  const base = { act, cause: undefined, options: {}, extra: undefined };
  if (available(act, "neutral", split)) {
    const neutral = { ...base, wording: "neutral" as const };
    if (act.name === "vault") {
      plans.push([{ ...neutral, roles: ["it-admin"], extra: "approval" }, 1]);
    } else {
      plans.push([{ ...neutral, roles: anyone }, 2]);
    }
    if (act.name === "grant") {
      const options = { privileged: true };
      plans.push([{ ...neutral, options, roles: ["it-admin"], extra: "approval" }, 1.5]);
    }
  }
  if (available(act, "safe", split)) {
    const roles = act.scope.inside.length > 0 ? anyone : ["it-admin"] as const;
    plans.push([{ ...base, wording: "safe", roles }, 2]);
  }
  return plans;
}

function weighted<Item>(random: Random, items: readonly [Item, number][]): Item {
  let mark = random.unit() * items.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [item, weight] of items) {
    mark -= weight;
    if (mark <= 0) return item;
  }
  const last = items.at(-1);
  if (last === undefined) throw new RangeError("Cannot draw from an empty list");
  return last[0];
}

function drawPlan(random: Random, split: Split, label: "approve" | "reject"): Plan {
  const choices = label === "approve" ? approvals : rejections;
  const acts = ACTS.map((act): [[Plan, number][], number] => {
    const plans = choices(act, split);
    // Actions that occur on both sides weigh more when approved, so that neither label follows from the action.
    const both = act.harmful
      ? (label === "approve" ? 5 : 2)
      : label === "approve" && act.name === "grant"
      ? 2
      : 1;
    const lone = label === "reject" && !act.harmful && act.risky.length === 0 ? 0.3 : 1;
    return [plans, plans.length === 0 ? 0 : act.weight * both * lone];
  });
  return weighted(random, weighted(random, acts.filter(([, weight]) => weight > 0)));
}

const REALM_CLAUSES = [
  " in realm {realm}",
  " in the realm {realm}",
  " in the {realm} realm",
  " (realm {realm})",
  " on {realm}",
  " in {realm}",
] as const;

interface Words {
  idea: string;
  request: string;
  intent: string;
  cause: Cause | undefined;
}

const COMPOSED: ReadonlyMap<string, readonly string[]> = new Map(
  ACTS.map(({ name }) => [name, composed(name)]),
);

function wordings(random: Random, plan: Plan, split: Split): readonly string[] {
  const more = COMPOSED.get(plan.act.name) ?? [];
  const fits = plan.wording === (more[0]?.includes(" => ") ? "risky" : "neutral");
  if (split === "train" && fits && more.length > 0 && random.chance(0.45)) return more;
  return ofSplit(plan.act[plan.wording], split);
}

function drawWords(random: Random, plan: Plan, split: Split): Words {
  const idea = random.pick(wordings(random, plan, split));
  const risky = plan.wording === "risky" ? /^([a-z]+): (.*)$/s.exec(idea) : null;
  const cause = risky === null ? plan.cause : risky[1] as Cause;
  const [request = "", own] = (risky === null ? idea : risky[2] ?? "").split(" => ");
  const intent = own ?? plan.act.intents[random.chance(0.85) ? 0 : 1] ?? plan.act.intents[0] ?? "";
  return { idea: `${plan.act.name}/${idea}`, request, intent, cause };
}

/** Slots that stand in for others when only they are named. */
function aliases(plan: Plan, words: Words, slots: Record<string, string>): Record<string, string> {
  const risky = plan.wording === "risky";
  for (const name of ["priv", "drop", "escalate", "steal"]) {
    if (!mentions(words.request, name)) delete slots[name];
  }
  if (!risky || !mentions(words.request, "ext")) {
    if (plan.act.name === "mail-send") delete slots["ext"];
  } else if (plan.act.name === "create" && slots["ext"] !== undefined) {
    slots["email"] = slots["ext"];
  }
  if (plan.act.name === "write-file" && !mentions(words.request, "log")) delete slots["log"];
  if (plan.act.name === "log-purge" && mentions(words.request, "u")) {
    slots["match"] = slots["u"] ?? "";
  }
  return slots;
}

interface Frame {
  before: string[];
  after: string[];
  intentBefore: string;
  intentAfter: string;
  firstCalls: ToolCall[];
  lastCalls: ToolCall[];
}

function extraSentences(random: Random, plan: Plan, split: Split): Pick<Frame, "before" | "after"> {
  const before: string[] = [];
  const after: string[] = [];
  const put = (pool: readonly string[], front: boolean): void => {
    (front ? before : after).push(random.pick(ofSplit(pool, split)));
  };
  if (plan.extra === "bypass") put(phrases.BYPASSES, random.chance(0.7));
  if (random.chance(0.05)) put(phrases.LOOKALIKES, random.chance(0.6));
  if (random.chance(0.2)) put(phrases.PRETEXTS, true);
  if (plan.extra === "approval") put(phrases.APPROVALS, random.chance(0.3));
  if (plan.extra === "pretended") put(phrases.PRETENDED_APPROVALS, random.chance(0.2));
  if (random.chance(0.4)) put(phrases.PRETEXTS, false);
  if (random.chance(0.1)) put(phrases.PRETEXTS, false);
  return { before, after };
}

function frame(
  random: Random,
  plan: Plan,
  context: { split: Split; slots: Slots; own: boolean },
): Frame {
  const { split, slots } = context;
  const { before, after } = extraSentences(random, plan, split);
  const result: Frame = {
    before,
    after,
    intentBefore: "",
    intentAfter: "",
    firstCalls: [],
    lastCalls: [],
  };
  if (context.own) return result;
  if (random.chance(0.08)) {
    const pool = phrases.FIRST_STEPS.filter((text) =>
      !text.endsWith("user") ||
      mentions(plan.act.intents[0] ?? "", "u") && plan.act.name !== "create" &&
        plan.act.name !== "get"
    );
    const [said = "", intent = "", kind] = random.pick(ofSplit(pool, split)).split(" | ");
    before.push(said);
    result.intentBefore = intent;
    result.firstCalls.push(
      kind === "ticket"
        ? call("ticket_get", { ticket_id: slot(slots, "t") })
        : call("kc_get_user", { realm: slot(slots, "realm"), user_id: slot(slots, "u") }),
    );
  }
  if (random.chance(0.12)) {
    const [said = "", intent = "", kind] = random.pick(ofSplit(phrases.FOLLOW_UPS, split)).split(
      " | ",
    );
    after.unshift(said);
    result.intentAfter = intent;
    const ticketId = slot(slots, "t");
    result.lastCalls.push(
      kind === "comment"
        ? call("ticket_add_comment", { ticket_id: ticketId, comment: slot(slots, "remark") })
        : call("ticket_update_status", { ticket_id: ticketId, status: slot(slots, "status") }),
    );
  }
  return result;
}

const lowerFirst = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? text.slice(0, 1).toLowerCase() + text.slice(1) : text;

function assemble(random: Random, body: string, parts: { split: Split; frame: Frame }): string {
  const { split, frame } = parts;
  const opening = random.chance(0.3) ? random.pick(ofSplit(phrases.OPENINGS, split)) : "";
  const sentences = [...frame.before, body, ...frame.after];
  if (opening.endsWith(",") || opening.endsWith(":")) sentences[0] = lowerFirst(sentences[0] ?? "");
  if (random.chance(0.25)) sentences.push(random.pick(ofSplit(phrases.CLOSINGS, split)));
  let text = [...(opening === "" ? [] : [opening]), ...sentences].join(
    random.chance(0.06) ? "\n" : " ",
  );
  if (random.chance(0.06)) text = text.replace(/[.!]$/, "");
  if (random.chance(0.05)) text = lowerFirst(text);
  return text;
}

function suffix(words: { intent: string; request: string }, plan: Plan): string {
  const ticketNamed = mentions(words.request, "t") && !mentions(words.intent, "t");
  if (
    plan.extra === "approval" ||
    mentions(words.request, "x") && plan.act.name === "vault" && plan.wording === "safe"
  ) {
    return " (approved by {x}, ticket {t})";
  }
  return ticketNamed ? " (ticket {t})" : "";
}

/** Whether the words are about many accounts and name none. */
function everybody(plan: Plan, words: Words): boolean {
  return plan.wording === "risky" && !mentions(words.intent, "u") &&
    mentions(plan.act.intents[0] ?? "", "u");
}

function mainCalls(plan: Plan, words: Words, slots: Slots): ToolCall[] {
  return everybody(plan, words)
    ? [call("kc_list_users", { realm: slot(slots, "realm") })]
    : plan.act.calls(slots);
}

/**
 * Draws one case.
 *
 * @param random Where the randomness comes from.
 * @param split Part of the corpus: decides which ideas and sentences may occur.
 * @param label The label that the case is to have.
 */
export function drawCase(random: Random, split: Split, label: "approve" | "reject"): Case {
  const plan = drawPlan(random, split, label);
  const words = drawWords(random, plan, split);
  const role = random.pick(plan.roles);
  const asker = role === undefined ? undefined : requester(random, role);
  const options = { ...plan.options };
  if (options.self !== undefined && asker !== undefined) options.self = asker.username;
  if (label === "approve" && READS_OF_ANYONE.has(plan.act.name) && random.chance(0.35)) {
    options.protectedTarget = true;
  }
  const slots = aliases(plan, words, { ...fillSlots(random, options) });
  const named = random.chance(0.75) && mentions(words.request, "in");
  if (!named && plan.act.name !== "realms") slots["realm"] = "enterprise";
  const said = named ? random.pick(REALM_CLAUSES).replace("{realm}", slot(slots, "realm")) : "";
  const meant = named ? ` in realm ${slot(slots, "realm")}` : "";
  const own = words.intent.includes("{select}") || plan.wording === "risky";
  const around = frame(random, plan, { split, slots, own });
  const request = assemble(random, words.request, { split, frame: around });
  const head = around.intentBefore === ""
    ? words.intent
    : `${around.intentBefore} ${lowerFirst(words.intent)}`;
  const joined = around.intentAfter === "" ? head : `${head}, ${around.intentAfter}`;
  const intent = joined + suffix({ intent: joined, request }, plan);
  return {
    idea: words.idea,
    requester: asker,
    request: render(request, slots, said),
    label,
    cause: words.cause,
    intent: `${render(intent, slots, meant)}.`,
    calls: [...around.firstCalls, ...mainCalls(plan, words, slots), ...around.lastCalls],
    done: everybody(plan, words) ? "Listed the users." : render(plan.act.done, slots, meant),
    act: plan.act,
    slots,
    approved: plan.extra === "approval",
  };
}
