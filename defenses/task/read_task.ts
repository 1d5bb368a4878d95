import { fold } from "../text/fold.ts";
import { emailsIn, tokensIn, uuidsIn } from "../text/names.ts";
import { ACTION_WORDS, DELEGATION_WORDS, REGISTERS, type TaskAction } from "./vocabulary.ts";

/** Most characters of a request that are read for what it asks; the rest is no short request. */
const MAX_TEXT = 20_000;

/** What a request or an intent asks for, as far as a deterministic grammar can tell. */
export interface Task {
  /** The folded text. */
  text: string;
  /** The actions that its words ask for; more than are meant, seldom fewer. */
  actions: ReadonlySet<TaskAction>;
  /** Whether it hands the choice of what to do to a record or a document. */
  delegates: boolean;
  /** Names, identifiers and addresses in it, folded. */
  names: ReadonlySet<string>;
  /** Ids of records of known registers that it cites, in upper case: `"CHG-4099"`. */
  records: readonly string[];
}

const compiled = Object.entries(ACTION_WORDS).map(([action, words]) =>
  [action as TaskAction, words.map((source) => new RegExp(source))] as const
);
const delegation = DELEGATION_WORDS.map((source) => new RegExp(source));

// What is said not to happen, and what is quoted, asks for nothing.
const NEGATED =
  /\b(?:do not|don't|dont|never|not to|no need to|must not|may not|without|instead of|nothing (?:is|may|must) (?:to )?be)\b[^,.;:!?\n]{0,80}/g;
const QUOTED = /"[^"\n]{0,2000}"/g;
// With a record named before it, this says to do what that says.
const PURSUED =
  /\b(?:(?:do|process|handle|finish|complete|execute|action) (?:it|this|that|them|so)|carry (?:it )?out|carry on|go ahead|proceed)\b/;
const RECORD_ID = /\b[a-z]{2,6}-\d{1,8}\b/g;

/**
 * Reads what a text asks for. Pure and linear in the text's length.
 *
 * @param text A request, an intent, or the text of a record.
 */
export function readTask(text: string): Task {
  const folded = fold(text.slice(0, MAX_TEXT)).replace(/[\u2018\u2019]/g, "'");
  const asked = folded.replace(QUOTED, " ").replace(NEGATED, " ").replace(/\.(?=\w)/g, "\u00b7");
  const actions = new Set<TaskAction>();
  for (const [action, words] of compiled) {
    if (words.some((word) => word.test(asked))) actions.add(action);
  }
  const records = [...new Set(folded.match(RECORD_ID) ?? [])]
    .filter((id) => Object.hasOwn(REGISTERS, id.split("-", 1)[0] ?? ""))
    .map((id) => id.toUpperCase());
  return {
    text: folded,
    actions,
    delegates: delegation.some((word) => word.test(asked)) ||
      (records.length > 0 && PURSUED.test(asked)),
    names: namesIn(folded),
    records,
  };
}

/** Names, identifiers and addresses in folded text, in its order. */
export function namesIn(folded: string): ReadonlySet<string> {
  return new Set([...tokensIn(folded), ...emailsIn(folded), ...uuidsIn(folded)]);
}

/**
 * Whether a task names a value: as a word of its own, or, for a username of several parts, as the
 * full name that it is made from (`"Jonas Reiter"` for `jonas.reiter`).
 */
export function mentions(task: Task, value: string): boolean {
  const folded = fold(value).trim();
  if (folded === "") return false;
  if (task.names.has(folded)) return true;
  const parts = folded.split(/[._-]+/).filter((part) => part !== "");
  if (parts.length >= 2 && wordsOf(task).includes(` ${parts.join(" ")} `)) return true;
  return /[^\p{L}\p{N}._-]/u.test(folded) && task.text.includes(folded);
}

const words = new WeakMap<Task, string>();

function wordsOf(task: Task): string {
  let text = words.get(task);
  if (text === undefined) {
    text = ` ${task.text.replace(/[^\p{L}\p{N}._-]+|[.](?=\s|$)/gu, " ")} `;
    words.set(task, text);
  }
  return text;
}
