import type { Context, Defense, Finding, OfficialRecord } from "../defense.ts";
import { accountsIn, authorityOf, type Standing, type Wanted } from "../task/authority.ts";
import { readTask, type Task } from "../task/read_task.ts";
import { CONSEQUENTIAL, REGISTERS, type TaskAction, WEIGHTY } from "../task/vocabulary.ts";
import {
  type Claim,
  CLAIM_PATTERNS,
  type ClaimPatterns,
  claimsIn,
  compileClaims,
} from "./claims.ts";

/** Whether records bear a claim out. */
export type Answer = "supported" | "contradicted" | "not-found" | "not-checkable";

/** A claim, and what the records say of it. */
export interface CheckedClaim {
  /** The claim. */
  claim: Claim;
  /** Whether the records bear it out. */
  answer: Answer;
  /** Why, in a word or two: `"status"`, `"target"`, `"self-approval"`, … */
  why: string;
  /** The record that decided. */
  record?: Pick<OfficialRecord, "kind" | "id" | "status"> & Partial<OfficialRecord>;
}

/** Options for {@linkcode truthVerifier}. */
export interface TruthVerifierOptions {
  /**
   * The grammar of claims.
   * @default {CLAIM_PATTERNS}
   */
  patterns?: ClaimPatterns;
  /**
   * Prefixes of the registers that the store can be asked for, by kind of record; a record of
   * another register is not checkable.
   * @default {REGISTERS}
   */
  registers?: Readonly<Record<string, string>>;
}

/**
 * Checks what the request and the intent claim (a record, an approver, that somebody leaves, a day,
 * what audit shows) against systems of record.
 *
 * A claim that records contradict is blocked; one that ought to be on record and is not is sent to
 * confirmation when what is asked is hard to take back. A cited record has to be an authority for
 * what is asked: its own scope covers action, target and time, and it took a second person. Requests
 * that change nothing are let through: they need no authority.
 *
 * @throws (when reviewing) {TypeError} when there is a claim to check and no store of records, or
 *   what the store throws: the chain then fails closed.
 * @throws {SyntaxError} when a pattern is no regular expression.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { chain, openContext, truthVerifier } from "@argus-safety/argus/defenses";
 *
 * const context = openContext({
 *   requester: { username: "ada.itadmin", role: "it-admin" },
 *   lookup: {
 *     principal: () => Promise.resolve(undefined),
 *     records: { find: () => Promise.resolve(undefined), about: () => Promise.resolve([]) },
 *   },
 * });
 * const intent = "Grant role deployer to bob.dev as approved in REQ-1";
 * const review = await chain([truthVerifier()]).review("intent", { intent }, context);
 * assert.equal(review.layers[0]?.finding?.rule, "not-found");
 * ```
 */
export function truthVerifier(options: TruthVerifierOptions = {}): Defense<"intent"> {
  const grammar = compileClaims(options.patterns ?? CLAIM_PATTERNS);
  const registers = options.registers ?? REGISTERS;
  return {
    name: "truth-verifier",
    stage: "intent",
    deterministic: true,
    blockingOnly: true,
    async review({ intent }, context) {
      const { request = "" } = context;
      const text = request.includes(intent) ? request : `${request}\n\n${intent}`;
      const claims = claimsIn(text, grammar);
      if (claims.length === 0) return allow("no-claims", "Nothing is claimed that records know of");
      const task = readTask(text);
      const consequential = task.delegates ||
        [...task.actions].some((action) => CONSEQUENTIAL.has(action));
      const checked = await check(claims, { task, registers, context, consequential });
      return judge(checked, task, consequential);
    },
  };
}

interface Check {
  task: Task;
  registers: Readonly<Record<string, string>>;
  context: Context;
  consequential: boolean;
}

async function check(claims: readonly Claim[], options: Check): Promise<CheckedClaim[]> {
  const { task, registers, context, consequential } = options;
  const accounts = await accountsIn(task, context.lookup);
  const asker = context.requester?.username;
  const actions = [...task.actions].filter((action) => CONSEQUENTIAL.has(action));
  const wanted: Wanted = {
    actions,
    // Who asks is seldom whom it is about, unless nobody else is named.
    targets: accounts.some((it) => it !== asker) ? accounts.filter((it) => it !== asker) : accounts,
    now: context.clock(),
    ...(asker === undefined ? {} : { asker }),
  };
  const cited: OfficialRecord[] = [];
  const checked: CheckedClaim[] = [];
  for (const claim of claims) {
    if (claim.kind !== "record") continue;
    const register = claim.id.split("-", 1)[0]?.toLowerCase() ?? "";
    if (!Object.hasOwn(registers, register)) {
      checked.push({ claim, answer: "not-checkable", why: "no such register" });
      continue;
    }
    const record = await storeOf(context).find(claim.id);
    if (record !== undefined) cited.push(record);
    checked.push(
      record === undefined
        ? { claim, answer: "not-found", why: "no such record" }
        : await checkRecord(claim, record, {
          ...{ wanted, context, consequential },
          delegates: task.delegates,
        }),
    );
  }
  const sound = checked.some(({ answer }) => answer === "supported");
  for (const claim of claims) {
    if (claim.kind === "record") continue;
    checked.push(await checkWord(claim, { wanted, cited, sound, context, consequential }));
  }
  return checked;
}

async function checkRecord(
  claim: Claim & { kind: "record" },
  record: OfficialRecord,
  { context, consequential, wanted, delegates }: RecordCheck,
): Promise<CheckedClaim> {
  const summary = summaryOf(record);
  // A record that is only worked on, with nobody named, is no authority for anything.
  const handled = wanted.targets.length === 0 && !delegates;
  if (!consequential || handled || record.kind === "sop") {
    return { claim, answer: "supported", why: "it exists", record: summary };
  }
  const standing: Standing = await authorityOf(record, wanted, context.lookup);
  return standing.covers
    ? { claim, answer: "supported", why: "authority", record: summary }
    : { claim, answer: "contradicted", why: standing.short, record: summary };
}

type RecordCheck = Omit<WordCheck, "cited" | "sound"> & {
  /** Whether the request hands over to a record. */
  delegates: boolean;
};

interface WordCheck {
  wanted: Wanted;
  cited: readonly OfficialRecord[];
  /** Whether a cited record allows what is asked. */
  sound: boolean;
  context: Context;
  consequential: boolean;
}

async function checkWord(claim: Claim, check: WordCheck): Promise<CheckedClaim> {
  const { wanted, cited, sound, context, consequential } = check;
  switch (claim.kind) {
    case "approver": {
      if (!consequential) return { claim, answer: "not-checkable", why: "nothing to approve" };
      if (claim.who === "requester") return ownWord(claim, check);
      const records = await recordsAbout(wanted.targets, context);
      const by = [...cited, ...records].find(({ approver }) => isNamed(approver, claim.who));
      if (by !== undefined) {
        const standing = await authorityOf(by, wanted, context.lookup);
        return standing.covers
          ? { claim, answer: "supported", why: "on record", record: summaryOf(by) }
          : { claim, answer: "contradicted", why: standing.short, record: summaryOf(by) };
      }
      // A record that stands by itself needs no further name; a role or a department is no name.
      return sound || !await isSomebody(claim.who, context)
        ? { claim, answer: "not-checkable", why: "not a name on record" }
        : { claim, answer: "not-found", why: "no such approval" };
    }
    case "leaver": {
      const events = (await recordsAbout(wanted.targets, context)).filter(({ kind }) =>
        kind === "hr-event"
      );
      const leaver = events.find(({ type }) => type === "leaver");
      if (leaver !== undefined) {
        return { claim, answer: "supported", why: "on record", record: summaryOf(leaver) };
      }
      return wanted.targets.length === 0
        ? { claim, answer: "not-checkable", why: "nobody named" }
        : { claim, answer: "not-found", why: "no such event" };
    }
    case "date": {
      const days = cited.flatMap(({ from, until, text }) => [
        ...[from, until].flatMap((at) =>
          at === undefined ? [] : [new Date(at).toISOString().slice(0, 10)]
        ),
        ...text.match(/\b\d{4}-\d{2}-\d{2}\b/g) ?? [],
      ]);
      return days.includes(claim.day)
        ? { claim, answer: "supported", why: "on record" }
        : { claim, answer: "not-checkable", why: "no cited record names a day to compare" };
    }
    case "audit":
    case "record":
      return { claim, answer: "not-checkable", why: "evidence is not looked up by words" };
  }
}

/** Somebody's own word is an approval when a record of another's says that they gave it. */
function ownWord(claim: Claim, { wanted, cited, sound }: WordCheck): CheckedClaim {
  const record = cited.find(({ approver }) => approver !== undefined && approver === wanted.asker);
  if (sound) {
    return {
      claim,
      answer: record === undefined ? "not-checkable" : "supported",
      why: "a record stands by itself",
      ...(record === undefined ? {} : { record: summaryOf(record) }),
    };
  }
  return { claim, answer: "contradicted", why: "self-approval" };
}

function judge(
  checked: readonly CheckedClaim[],
  task: Task,
  consequential: boolean,
): Finding<"intent"> {
  const evidence = { claims: checked };
  if (!consequential) {
    return { ...allow("no-authority-needed", "What is asked changes no rights"), evidence };
  }
  const wrong = checked.find(({ answer }) => answer === "contradicted");
  if (wrong !== undefined) {
    const rule = wrong.why === "self-approval" ? "self-approval" : "contradicted";
    return { action: "block", rule, reason: sentence(wrong), evidence };
  }
  const missing = checked.find(({ answer }) => answer === "not-found");
  const weighty = task.delegates ||
    [...task.actions].some((action: TaskAction) => WEIGHTY.has(action));
  const sound = checked.some(({ claim, answer }) =>
    claim.kind === "record" && answer === "supported"
  );
  if (missing !== undefined && weighty && !sound) {
    return { action: "confirm", rule: "not-found", reason: sentence(missing), evidence };
  }
  const supported = checked.some(({ answer }) => answer === "supported");
  return supported
    ? { ...allow("supported", "Records bear the claims out"), evidence }
    : { ...allow("not-checkable", "No record speaks for or against the claims"), evidence };
}

function sentence({ claim, answer, why, record }: CheckedClaim): string {
  const what = claim.kind === "record"
    ? `"${claim.id}"`
    : claim.kind === "approver"
    ? `The approval by "${claim.who.slice(0, 60)}"`
    : `The claim about a ${claim.kind}`;
  const of = record === undefined || claim.kind === "record" ? "" : ` ("${record.id}")`;
  return answer === "not-found"
    ? `${what} is not on record`
    : `${what} does not allow what is asked: ${why}${of}`;
}

async function recordsAbout(
  accounts: readonly string[],
  context: Context,
): Promise<OfficialRecord[]> {
  const store = storeOf(context);
  return (await Promise.all(accounts.slice(0, 8).map((account) => store.about(account)))).flat();
}

/** Whether a name is a username, or the first name of one: `"tom"` of `tom.manager`. */
function isNamed(username: string | undefined, name: string): boolean {
  return username !== undefined && (username === name || username.split(/[._-]/, 1)[0] === name);
}

async function isSomebody(name: string, { lookup }: Context): Promise<boolean> {
  const found = await Promise.all(
    ["enterprise", "corp-prod"].map((realm) => lookup.principal(realm, name)),
  );
  return /[._]/.test(name) || found.some((principal) => principal !== undefined);
}

function storeOf({ lookup }: Context): NonNullable<Context["lookup"]["records"]> {
  if (lookup.records !== undefined) return lookup.records;
  throw new TypeError('Cannot check a claim: give "lookup.records", a store of official records');
}

function summaryOf(record: OfficialRecord): OfficialRecord {
  return { ...record, text: record.text.slice(0, 120) };
}

function allow(rule: string, reason: string): Finding<"intent"> {
  return { action: "allow", rule, reason };
}
