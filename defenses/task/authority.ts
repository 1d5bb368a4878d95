import type { Lookup, OfficialRecord } from "../defense.ts";
import { fold } from "../text/fold.ts";
import { mentions, namesIn, readTask, type Task } from "./read_task.ts";
import {
  CONSEQUENTIAL,
  INCIDENT_ACTIONS,
  PERSONNEL_ACTIONS,
  REGISTERED_ACTIONS,
  type TaskAction,
} from "./vocabulary.ts";

/** What a record is asked to allow. */
export interface Wanted {
  /** Any of these actions; empty when it is not known. */
  actions: readonly TaskAction[];
  /** Any of these accounts, folded; empty when it is not known. */
  targets: readonly string[];
  /** A role or another limit that the record has to name. */
  scope?: string;
  /** Username of who asks the agent. */
  asker?: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Why a record does not allow what it is cited for. */
export type Shortfall =
  | "status"
  | "time"
  | "self-approval"
  | "no-approver"
  | "target"
  | "action"
  | "scope"
  | "procedure";

/** A record's standing towards what is wanted: the record that allows it, or what is short. */
export type Standing =
  | { covers: true; by: OfficialRecord }
  | { covers: false; by: OfficialRecord; short: Shortfall };

/** Realms in which names without a realm are looked up. */
export const REALMS: readonly string[] = ["enterprise", "corp-prod"];

/**
 * Whether a record allows what is wanted: it is approved, now, by somebody else than who asks and who
 * gains, and its own scope covers action and target. Where approvals were registered for it, they
 * decide and its words do not.
 *
 * @throws what the lookup throws.
 */
export async function authorityOf(
  record: OfficialRecord,
  wanted: Wanted,
  lookup: Lookup,
): Promise<Standing> {
  const short = (reason: Shortfall): Standing => ({ covers: false, by: record, short: reason });
  if (record.kind === "sop") return short("procedure");
  if (record.kind === "approval") return ofApproval(record, wanted);
  if (record.kind === "hr-event") return ofPersonnelEvent(record, wanted);
  const linked = (await lookup.records?.about(record.id) ?? [])
    .filter(({ kind, refersTo }) => kind === "approval" && same(refersTo, record.id));
  const standings = linked.map((approval) => ofApproval(approval, wanted));
  const decided = standings.find(({ covers }) => covers) ??
    standings.find((standing) => !standing.covers && standing.short !== "action") ?? standings[0];
  return decided ?? await ofTicket(record, wanted, lookup);
}

function ofApproval(record: OfficialRecord, wanted: Wanted): Standing {
  const short = (reason: Shortfall): Standing => ({ covers: false, by: record, short: reason });
  const { action = "", target, scope } = record;
  const allows = Object.hasOwn(REGISTERED_ACTIONS, action) ? REGISTERED_ACTIONS[action] ?? [] : [];
  if (wanted.targets.length > 0 && !wanted.targets.some((it) => same(it, target))) {
    return short("target");
  }
  if (wanted.actions.length > 0 && !wanted.actions.some((it) => allows.includes(it))) {
    return short("action");
  }
  if (wanted.scope !== undefined && scope !== undefined && !same(scope, wanted.scope)) {
    return short("scope");
  }
  if (record.status !== "approved") return short("status");
  if (!inForce(record, wanted.now)) return short("time");
  if (record.approver === undefined) return short("no-approver");
  return selfApproved(record, wanted, target)
    ? short("self-approval")
    : { covers: true, by: record };
}

function ofPersonnelEvent(record: OfficialRecord, wanted: Wanted): Standing {
  const allows = PERSONNEL_ACTIONS[record.type] ?? [];
  if (wanted.targets.length > 0 && !wanted.targets.some((it) => same(it, record.target))) {
    return { covers: false, by: record, short: "target" };
  }
  if (wanted.actions.length > 0 && !wanted.actions.some((it) => allows.includes(it))) {
    return { covers: false, by: record, short: "action" };
  }
  // A starter's account is made before the first day; a leaver keeps theirs until the last.
  const early = record.type === "leaver" && !inForce(record, wanted.now);
  return early ? { covers: false, by: record, short: "time" } : { covers: true, by: record };
}

async function ofTicket(
  record: OfficialRecord,
  wanted: Wanted,
  lookup: Lookup,
): Promise<Standing> {
  const short = (reason: Shortfall): Standing => ({ covers: false, by: record, short: reason });
  const { approver } = record;
  const incident = record.type === "incident" || /^INC-/i.test(record.id);
  const live = ["approved", "in_progress", ...(incident ? ["open"] : [])].includes(record.status);
  if (!live) return short("status");
  if (!inForce(record, wanted.now)) return short("time");
  const contains = incident && wanted.actions.every((it) => INCIDENT_ACTIONS.includes(it));
  if (approver === undefined && !contains) return short("no-approver");
  const { subject, words, entries } = await headline(record, lookup);
  const listed = wanted.targets.find((target) => entries.has(target));
  if (wanted.targets.length > 0 && !wanted.targets.some((target) => same(target, subject))) {
    if (listed !== undefined) return ofWords(record, wanted, listed, entries.get(listed) ?? words);
    const named = subject === undefined && wanted.targets.some((it) => mentions(words, it));
    if (!named) return short("target");
  }
  return ofWords(record, wanted, subject, words);
}

/** Whether the words of a ticket about one account name the scope and the action. */
function ofWords(
  record: OfficialRecord,
  wanted: Wanted,
  subject: string | undefined,
  words: Task,
): Standing {
  const short = (reason: Shortfall): Standing => ({ covers: false, by: record, short: reason });
  if (wanted.scope !== undefined && !mentions(words, wanted.scope)) return short("scope");
  const said = [...words.actions].filter((action) => CONSEQUENTIAL.has(action));
  if (
    wanted.scope === undefined && wanted.actions.length > 0 && said.length > 0 &&
    !wanted.actions.some((action) => said.includes(action))
  ) return short("action");
  return selfApproved(record, wanted, subject)
    ? short("self-approval")
    : { covers: true, by: record };
}

/**
 * Whom a ticket is about, and what it says of them. That is its target, or else the first account
 * that it names; a sentence that turns to another account is none of its scope, since what is
 * appended to a request was not what its approver was asked. The entries of a list
 * (`"bob.dev: support"`) each have an account of their own.
 */
export async function headline(
  record: OfficialRecord,
  lookup: Lookup,
): Promise<{ subject: string | undefined; words: Task; entries: ReadonlyMap<string, Task> }> {
  let subject = record.target?.toLowerCase();
  let owner = subject;
  const kept: string[] = [];
  const entries = new Map<string, Task>();
  for (const sentence of record.text.split(/(?<=[.!?])\s+|\n/)) {
    const folded = fold(sentence);
    const [first] = await accountsIn({ names: namesIn(folded) }, lookup);
    subject ??= first;
    owner = first ?? owner;
    if (first !== undefined && folded.includes(`${first}:`)) {
      entries.set(first, readTask(sentence));
    }
    if (owner === subject) kept.push(sentence);
  }
  return { subject, words: readTask(kept.join("\n")), entries };
}

/** Most names of a text that are looked up. */
const MAX_NAMES = 64;
const FILE_NAME = /\.(?:md|txt|csv|log|json|ya?ml|pdf|html?|sh|sql|conf|com|net|org)$/;

/** The accounts that a text names, in its order, by shape or because a directory knows them. */
export async function accountsIn(task: Pick<Task, "names">, lookup: Lookup): Promise<string[]> {
  const accounts: string[] = [];
  for (const name of [...task.names].slice(0, MAX_NAMES)) {
    if (!/^[^@]*[a-z][^@]*[\p{L}\p{N}]$/u.test(name) || FILE_NAME.test(name)) continue;
    if (/^[a-z][\w-]*\.[a-z][\w.-]*$/.test(name) || /^svc[-_.]/.test(name)) accounts.push(name);
    else if (/[-_]/.test(name) && !/^[a-z]{2,6}-\d+$/.test(name)) {
      const found = await Promise.all(REALMS.map((realm) => lookup.principal(realm, name)));
      if (found.some((principal) => principal !== undefined)) accounts.push(name);
    }
  }
  return accounts;
}

function inForce({ from, until }: OfficialRecord, now: number): boolean {
  return (from === undefined || from <= now) && (until === undefined || now < until);
}

/** Whether it takes no second person: who gains from it, or who both wrote it and asks, approved it. */
function selfApproved(
  { approver, author }: OfficialRecord,
  { asker }: Wanted,
  beneficiary: string | undefined,
): boolean {
  if (approver === undefined) {
    return asker !== undefined && same(author, asker) && same(beneficiary, asker);
  }
  return same(approver, beneficiary) ||
    same(approver, asker) && (same(author, asker) || author === "");
}

function same(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined &&
    one.trim().toLowerCase() === other.trim().toLowerCase();
}
