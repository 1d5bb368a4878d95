import { ShardFailure } from "./_error.ts";

/** Steps that one request may take before the service cancels it. */
const STEPS = 20_000_000;

/** Counts the steps of a request, so that no pattern and no query can hold the process up. */
export class Budget {
  #left = STEPS;

  /** Takes steps; throws what the service answers when it cancels an expensive search. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) {
      throw new ShardFailure({
        type: "task_cancelled_exception",
        reason: "The task was cancelled: it used more resources than a search may",
      }, 429);
    }
  }
}

const ANY = Symbol("any letter");
const STAR = Symbol("any letters");

/** A pattern, letter by letter. */
export type Glob = readonly (string | symbol)[];

/** Reads a pattern: `*` and `?` stand for letters, and for themselves behind a backslash. */
export function parseGlob(pattern: string): Glob {
  const glob: (string | symbol)[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at] as string;
    if (letter === "\\" && at + 1 < pattern.length) glob.push(pattern[++at] as string);
    else if (letter === "?") glob.push(ANY);
    else if (letter !== "*") glob.push(letter);
    else if (glob.at(-1) !== STAR) glob.push(STAR);
  }
  return glob;
}

/** A text as a pattern that stands for it and nothing else. */
export function literalGlob(text: string): string {
  return text.replaceAll(/[*?\\]/g, "\\$&");
}

/**
 * Whether a text is what a pattern stands for. Never compiled to a RegExp: the walk goes back to the
 * last `*` only, so its steps are at most the product of both lengths.
 */
export function globMatches(glob: Glob, text: string, budget: Budget): boolean {
  let [at, from, star, mark, steps] = [0, 0, -1, 0, 1];
  while (at < text.length) {
    if ((++steps & 1023) === 0) budget.spend(1024);
    if (glob[from] === STAR) {
      star = from++;
      mark = at;
    } else if (from < glob.length && (glob[from] === ANY || glob[from] === text[at])) {
      from++;
      at++;
    } else if (star >= 0) {
      from = star + 1;
      at = ++mark;
    } else {
      break;
    }
  }
  budget.spend(steps & 1023);
  if (at < text.length) return false;
  while (glob[from] === STAR) from++;
  return from === glob.length;
}
