import { AppendFile } from "./_append_file.ts";
import { linesOf } from "./_lines.ts";
import { sha256 } from "./canonical.ts";
import { formatVerdict, parseVerdict, RunFileError, type Verdict } from "./verdict.ts";

/**
 * The append-only `verdicts.jsonl` of a run. Each line carries the hash of the line before it, the
 * first that of the manifest, so that an edit in the middle shows.
 */
export class VerdictLog implements Disposable {
  #file: AppendFile;
  #head: string;
  #keys: Set<string>;

  private constructor(file: AppendFile, head: string, keys: Set<string>) {
    this.#file = file;
    this.#head = head;
    this.#keys = keys;
  }

  /**
   * Opens or creates a log; a torn last line is cut and its unit counts as not run.
   *
   * @param path Path of `verdicts.jsonl`.
   * @param genesis SHA-256 of the run's manifest.
   * @throws {RunFileError} when a line is no verdict, repeats a key or breaks the chain.
   */
  static open(path: string, genesis: string): VerdictLog {
    const file = AppendFile.open(path);
    try {
      const keys = new Set<string>();
      const chain = streamChain(path, genesis);
      for (;;) {
        const { done, value } = chain.next();
        if (done === true) return new VerdictLog(file, value.head, keys);
        keys.add(value.key);
      }
    } catch (error) {
      file[Symbol.dispose]();
      throw error;
    }
  }

  /** Keys of the units that have a verdict. */
  get keys(): ReadonlySet<string> {
    return this.#keys;
  }

  /** Hash of the last line, or of the manifest when there is none. */
  get head(): string {
    return this.#head;
  }

  /** Appends a verdict; it is durable when this returns. */
  append(verdict: Omit<Verdict, "prev">): Verdict {
    if (this.#keys.has(verdict.key)) {
      throw new RangeError(`Cannot append a second verdict for the key "${verdict.key}"`);
    }
    const whole: Verdict = { ...verdict, prev: this.#head };
    const line = formatVerdict(whole);
    this.#file.append(line);
    this.#head = sha256(line);
    this.#keys.add(verdict.key);
    return whole;
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

/** What {@linkcode readChain} found. */
export interface VerdictChain {
  /** The verdicts in order. */
  verdicts: Verdict[];
  /** Hash of the last line, or the genesis. */
  head: string;
}

/**
 * Reads a whole `verdicts.jsonl` and checks its chain.
 *
 * @param text The file's text; a last line without a newline is ignored as torn.
 * @param path Name of the file, for errors.
 * @param genesis SHA-256 of the run's manifest.
 * @throws {RunFileError} at the first line that is no verdict, repeats a key or breaks the chain.
 */
export function readChain(text: string, path: string, genesis: string): VerdictChain {
  const lines = text.split("\n");
  lines.pop();
  const reader = new ChainReader(path, genesis);
  return { verdicts: lines.map((line) => reader.next(line)), head: reader.head };
}

/**
 * Reads a `verdicts.jsonl` line by line and checks its chain; nothing but the keys is kept.
 *
 * @param path Path of the file; when there is none it has no verdicts.
 * @param genesis SHA-256 of the run's manifest.
 * @param planned Keys of the plan, when a line of another key is to be refused.
 * @returns Number of verdicts, and hash of the last line.
 * @throws {RunFileError} at the first line that is no verdict, repeats a key, breaks the chain or is
 * not in the plan.
 */
export function* streamChain(
  path: string,
  genesis: string,
  planned?: ReadonlySet<string>,
): Generator<Verdict, { count: number; head: string }> {
  const reader = new ChainReader(path, genesis, planned);
  for (const line of linesOf(path)) yield reader.next(line);
  return { count: reader.count, head: reader.head };
}

/** Checks verdict lines as they come. */
class ChainReader {
  /** Hash of the last line, or the genesis. */
  head: string;
  readonly #path: string;
  readonly #planned: ReadonlySet<string> | undefined;
  readonly #seen = new Map<string, number>();

  constructor(path: string, genesis: string, planned?: ReadonlySet<string>) {
    this.#path = path;
    this.head = genesis;
    this.#planned = planned;
  }

  /** Number of lines so far. */
  get count(): number {
    return this.#seen.size;
  }

  next(line: string): Verdict {
    const number = this.count + 1;
    const place = `${this.#path}:${number}`;
    const verdict = parseVerdict(line, place);
    if (verdict.prev !== this.head) {
      throw new RunFileError(
        `${place}: field "prev": the chain breaks here: this line or the one before was edited, ` +
          "removed or moved; restore the file from a copy",
      );
    }
    const earlier = this.#seen.get(verdict.key);
    if (earlier !== undefined) {
      throw new RunFileError(`${place}: field "key": line ${earlier} has the same key`);
    }
    if (this.#planned?.has(verdict.key) === false) {
      throw new RunFileError(`${place}: field "key": not in the plan`);
    }
    this.#seen.set(verdict.key, number);
    this.head = sha256(line);
    return verdict;
  }
}
