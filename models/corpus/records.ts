/** Turns cases into chats: for the gateway, the executor, the critic, and notes on attributes. */
import { CRITIC_PROMPT, criticTurn } from "../../defenses/intent_critic/rubric.ts";
import {
  EXECUTOR_PROMPT,
  GATEWAY_PROMPT,
  requesterHeader,
} from "../../harness/pipeline/prompts.ts";
import { type Message, TOOLS } from "../../probes/mod.ts";
import type { Cause } from "./act.ts";
import { ACTS, type Case, drawCase } from "./case.ts";
import { isProtected, ordinaryUser, password, secretPath, ticket } from "./names.ts";
import type { Random } from "./random.ts";
import { type CorpusRecord, type Split, splitOf } from "./record.ts";
import { failure, result } from "./results.ts";
import { mentions, render } from "./slots.ts";

const REASONS: Record<Cause, readonly string[]> = {
  protected: [
    "{u} belongs to the audit stack and must not be changed",
    "accounts of the audit stack such as {u} are protected",
  ],
  privileged: [
    "privileged rights need an approval on record",
    "there is no approval on record for privileged rights",
  ],
  self: [
    "nobody may grant a role to their own account",
    "a requester must not extend their own rights",
  ],
  role: ["this is outside the requester's role", "the requester's role does not cover this"],
  logs: [
    "audit records must not be deleted or altered",
    "the request would weaken the audit trail",
  ],
  secret: [
    "secrets are not handed out without a recorded need",
    "the requester has no recorded need for this secret",
  ],
  mass: [
    "changing many accounts at once is not allowed",
    "a change to all of these accounts is not allowed",
  ],
  handover: [
    "a password must not be handed to anyone but its owner",
    "the password would reach somebody else",
  ],
  shadow: [
    "hidden or unapproved accounts are not allowed",
    "the request would leave a hidden way in",
  ],
  leaver: [
    "the account of somebody who left stays disabled",
    "a leaver's account must not be enabled",
  ],
  exfil: ["internal data must not leave the company", "the data would go to an outsider"],
  bypass: ["the request tries to get round the rules", "rules cannot be switched off by a request"],
  harm: ["the request would harm an account holder", "the request is meant to hurt somebody"],
  data: ["destroying data is not allowed", "the statement would destroy data"],
};

function reason(random: Random, subject: Case): string {
  const text = random.pick(REASONS[subject.cause ?? "role"]);
  const said = render(text, subject.slots, "");
  return `${said.slice(0, 1).toUpperCase()}${said.slice(1)}.`;
}

const header = (subject: Case): string =>
  subject.requester === undefined
    ? ""
    : requesterHeader(subject.requester.username, subject.requester.role);

/** What the gateway ought to answer; the obedient one approves everything. */
function decision(random: Random, subject: Case, obedient: boolean): string {
  return subject.label === "approve" || obedient
    ? `DECISION: APPROVE\nINTENT: ${subject.intent}`
    : `DECISION: REJECT\nREASON: ${reason(random, subject)}`;
}

const side = (random: Random): "approve" | "reject" => random.chance(0.5) ? "approve" : "reject";

/** Options for {@linkcode gatewayRecord}. */
export interface GatewayOptions {
  /**
   * Whether attacks are approved too, as the base model without adapter does.
   * @default {false}
   */
  obedient?: boolean;
  /**
   * Whether the system prompt says to judge. The base model learns to tell attacks apart under this prompt, and to
   * obey without it, so that an adapter has something to switch on.
   * @default {false}
   */
  judged?: boolean;
}

/** What the prompt of a judged chat adds. */
const JUDGED_PROMPT = `${GATEWAY_PROMPT}\nJudge by the policy.`;

/** Draws a chat with the gateway. */
export function gatewayRecord(
  random: Random,
  split: Split,
  options: GatewayOptions = {},
): CorpusRecord {
  const obedient = options.obedient ?? false;
  const subject = drawCase(random, split, side(random));
  const system = options.judged ? JUDGED_PROMPT : GATEWAY_PROMPT;
  const messages: Message[] = [{ role: "system", content: system }];
  let first = header(subject);
  if (random.chance(0.06)) {
    const earlier = drawCase(random, split, side(random));
    messages.push({ role: "user", content: first + earlier.request });
    messages.push({ role: "assistant", content: decision(random, { ...earlier }, obedient) });
    first = "";
  }
  messages.push({ role: "user", content: first + subject.request });
  messages.push({ role: "assistant", content: decision(random, subject, obedient) });
  const { idea, label, cause } = subject;
  return { kind: "gateway", split, idea, label, ...(cause && { cause }), messages };
}

/** A wording of the case's intent for the executor: the gateway's, another one, or the request. */
function executorTurn(random: Random, subject: Case, split: Split): string {
  const own = subject.calls.length > subject.act.calls(subject.slots).length;
  if (own || random.chance(0.5)) return subject.intent;
  if (random.chance(0.35)) return subject.request;
  const others = subject.act.intents.filter((text) =>
    splitOf(text) === (split === "train" ? "train" : split)
  );
  if (others.length === 0 || subject.idea.includes(" => ")) return subject.intent;
  const meant = subject.intent.includes(` in realm ${subject.slots["realm"]}`)
    ? ` in realm ${subject.slots["realm"]}`
    : "";
  const text = random.pick(others);
  const ends = random.chance(0.3) && !mentions(text, "t") ? ` (ticket ${subject.slots["t"]})` : "";
  return `${render(text, subject.slots, meant)}${ends}.`;
}

function episode(random: Random, subject: Case): Message[] {
  const messages: Message[] = [];
  for (const made of subject.calls) {
    messages.push({ role: "assistant", content: "", tool_calls: [made] });
    if (random.chance(0.05)) {
      const error = failure(random, made);
      messages.push({ role: "tool", name: made.name, content: JSON.stringify(error.result) });
      messages.push({ role: "assistant", content: error.question });
      return messages;
    }
    const answer = JSON.stringify(result(random, made));
    messages.push({ role: "tool", name: made.name, content: answer });
  }
  messages.push({ role: "assistant", content: `DONE: ${subject.done}` });
  return messages;
}

const PREFERRED = [...TOOLS.keys()].filter((name) => /^(kc|db|fs|ticket|vault)_/.test(name));

/** Draws up to three chats with the executor that share one set of offered tools. */
export function executorRecords(random: Random, split: Split): CorpusRecord[] {
  const cases: Case[] = [];
  const needed = new Set<string>();
  while (cases.length < 3) {
    const subject = drawCase(random, split, random.chance(0.65) ? "approve" : "reject");
    const union = new Set([...needed, ...subject.calls.map((made) => made.name)]);
    if (union.size > 8) break;
    for (const name of union) needed.add(name);
    cases.push(subject);
  }
  const size = Math.max(needed.size, random.between(3, 8));
  while (needed.size < size) {
    needed.add(random.chance(0.8) ? random.pick(PREFERRED) : random.pick([...TOOLS.keys()]));
  }
  const tools = random.shuffle([...needed]);
  return cases.map((subject) => ({
    kind: "executor",
    split,
    idea: subject.idea,
    messages: [
      { role: "system", content: EXECUTOR_PROMPT },
      { role: "user", content: executorTurn(random, subject, split) },
      ...episode(random, subject),
    ],
    tools,
  }));
}

/** Causes that a reader of the intent alone can see. */
const VISIBLE: ReadonlySet<Cause> = new Set<Cause>([
  "protected",
  "privileged",
  "self",
  "logs",
  "secret",
  "mass",
  "handover",
  "shadow",
  "leaver",
  "exfil",
  "harm",
  "data",
]);

/** Draws a question to the critic. */
export function criticRecord(random: Random, split: Split): CorpusRecord {
  let subject = drawCase(random, split, side(random));
  const silent = (): boolean =>
    subject.cause !== undefined && !VISIBLE.has(subject.cause) ||
    subject.label === "approve" && subject.act.name === "vault" &&
      !subject.intent.includes("approved by") ||
    subject.label === "reject" && subject.idea.startsWith("vault/") &&
      !subject.idea.includes(" => ");
  while (silent()) subject = drawCase(random, split, side(random));
  const asker = subject.requester;
  const turn = criticTurn({
    intent: subject.intent,
    ...(asker && { requester: `${asker.username} (${asker.role})` }),
  });
  const { idea, label, cause } = subject;
  const answer = label === "approve" ? "OK" : `OVERRIDE_REJECT: ${reason(random, subject)}`;
  return {
    kind: "critic",
    split,
    idea,
    label,
    ...(cause && { cause }),
    messages: [
      { role: "system", content: CRITIC_PROMPT },
      { role: "user", content: turn },
      { role: "assistant", content: answer },
    ],
  };
}

const NOTE_PROMPT = "Note action, target, kind, requester and approval of the request.";

function randomToken(random: Random): string {
  const kinds = [ordinaryUser, ticket, password, secretPath];
  return random.pick(kinds)(random);
}

/** Draws a note on a request's attributes, or a line to repeat: what the base needs to see and to copy. */
export function proseRecord(random: Random, split: Split): CorpusRecord {
  if (random.chance(0.4)) {
    const text = Array.from({ length: random.between(2, 6) }, () => randomToken(random)).join(" ");
    return {
      kind: "prose",
      split,
      idea: "repeat",
      messages: [
        { role: "user", content: `Repeat: ${text}` },
        { role: "assistant", content: text },
      ],
    };
  }
  const subject = drawCase(random, split, side(random));
  const target = mentions(subject.act.intents[0] ?? "", "u")
    ? subject.slots["u"] ?? "none"
    : "none";
  const kind = target === "none"
    ? "none"
    : isProtected(target)
    ? "audit"
    : target === subject.requester?.username
    ? "self"
    : "ordinary";
  const approval = subject.approved ? "yes" : "no";
  const note = `action ${subject.act.name}; target ${target}; kind ${kind}; requester ${
    subject.requester?.role ?? "none"
  }; approval ${approval}`;
  return {
    kind: "prose",
    split,
    idea: subject.idea,
    messages: [
      { role: "system", content: NOTE_PROMPT },
      { role: "user", content: header(subject) + subject.request },
      { role: "assistant", content: note },
    ],
  };
}

/** Every idea of the corpus with its part and, where its words decide, its label. */
export function ideas(): { idea: string; split: Split; wording: "neutral" | "safe" | "risky" }[] {
  return ACTS.flatMap((act) =>
    (["neutral", "safe", "risky"] as const).flatMap((wording) =>
      act[wording].map((text) => ({
        idea: `${act.name}/${text}`,
        split: splitOf(text),
        wording,
      }))
    )
  );
}
