import { AppendFile } from "./_append_file.ts";
import { sha256 } from "./canonical.ts";
import { RunFileError } from "./verdict.ts";

/** Text longer than this many characters is stored once and referred to by its hash. */
export const MAX_INLINE = 256;

/**
 * The append-only `evidence.jsonl` of a run: an episode a line, and a line for each long text that
 * episodes share (`{"sha256", "text"}`), written before the first episode that refers to it.
 */
export class EvidenceLog implements Disposable {
  #file: AppendFile;
  #stored: Set<string>;

  private constructor(file: AppendFile, stored: Set<string>) {
    this.#file = file;
    this.#stored = stored;
  }

  /** Opens or creates a log; a torn last line is cut. */
  static open(path: string): EvidenceLog {
    const file = AppendFile.open(path);
    const stored = new Set<string>();
    for (const line of Deno.readTextFileSync(path).split("\n")) {
      if (line.startsWith('{"sha256":"')) stored.add(line.slice(11, 75));
    }
    return new EvidenceLog(file, stored);
  }

  /**
   * Appends an episode's evidence, durably.
   *
   * @param key Key of the unit.
   * @param episode What happened; JSON.
   * @returns Byte offset of the line and its SHA-256, for the verdict.
   */
  append(key: string, episode: unknown): [offset: number, sha256: string] {
    const texts = new Map<string, string>();
    const line = JSON.stringify({ key, episode: this.#shorten(episode, texts) });
    const shared = [...texts].map(([hash, text]) => JSON.stringify({ sha256: hash, text }));
    const offset = this.#file.append(...shared, line);
    for (const hash of texts.keys()) this.#stored.add(hash);
    return [offset, sha256(line)];
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  /** Replaces long texts by references; texts that the file lacks are added to `texts`. */
  #shorten(value: unknown, texts: Map<string, string>): unknown {
    if (typeof value === "string") {
      if (value.length <= MAX_INLINE) return value;
      const hash = sha256(value);
      if (!this.#stored.has(hash)) texts.set(hash, value);
      return { $sha256: hash };
    }
    if (Array.isArray(value)) return value.map((item) => this.#shorten(item, texts));
    if (typeof value !== "object" || value === null) return value;
    const members = Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, this.#shorten(member, texts)]),
    );
    return isMarker(members) ? { $literal: members } : members;
  }
}

/** Whether an object that a model made could be mistaken for one of ours. */
function isMarker(members: Record<string, unknown>): boolean {
  return Object.hasOwn(members, "$sha256") || Object.hasOwn(members, "$literal");
}

/** Reads the evidence of episodes, with their long texts put back. */
export class EvidenceReader {
  readonly #path: string;
  readonly #bytes: Uint8Array;
  readonly #texts = new Map<string, string>();

  /** Reads the file `evidence.jsonl` at `path`. */
  constructor(path: string) {
    this.#path = path;
    this.#bytes = readBytes(path);
    for (const line of new TextDecoder().decode(this.#bytes).split("\n")) {
      if (!line.startsWith('{"sha256":"') || !line.endsWith("}")) continue;
      const { sha256: hash, text } = JSON.parse(line) as { sha256: string; text: string };
      if (sha256(text) !== hash) {
        throw new RunFileError(`${path}: a text is not the one of its hash: the file was edited`);
      }
      this.#texts.set(hash, text);
    }
  }

  /**
   * The evidence of one episode.
   *
   * @param evidence Offset and hash from the verdict.
   * @throws {RunFileError} when the line at the offset is not the one that the verdict names.
   */
  read([offset, hash]: readonly [number, string]): unknown {
    const end = this.#bytes.indexOf(10, offset);
    const bytes = this.#bytes.subarray(offset, end < 0 ? undefined : end);
    const line = new TextDecoder().decode(bytes);
    if (sha256(line) !== hash) {
      throw new RunFileError(
        `${this.#path}: the line at byte ${offset} is not the one that the verdict names: the ` +
          "file was edited or cut; restore it from a copy",
      );
    }
    return restore((JSON.parse(line) as { episode: unknown }).episode, this.#texts);
  }
}

function readBytes(path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RunFileError(`Cannot read "${path}": there is no such file; restore it from a copy`);
  }
}

function restore(value: unknown, texts: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => restore(item, texts));
  if (typeof value !== "object" || value === null) return value;
  const { $sha256: hash, $literal: literal } = value as Record<string, unknown>;
  if (typeof hash === "string") {
    const text = texts.get(hash);
    if (text === undefined) {
      throw new RunFileError(`Evidence lacks the text with SHA-256 "${hash}"`);
    }
    return text;
  }
  const members = typeof literal === "object" && literal !== null ? literal : value;
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, restore(member, texts)]),
  );
}
