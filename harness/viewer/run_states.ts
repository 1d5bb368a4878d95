import { join } from "node:path";
import { parseManifest } from "../runner/manifest.ts";
import { gatewayName } from "../reports/gateway_name.ts";

/** How far a run is, read without its verdicts being parsed. */
export interface RunState {
  /** Name of the run. */
  run: string;
  /** Gateway, as tables name it. */
  gateway: string;
  /** Profile. */
  profile: string;
  /** Suites. */
  suites: string;
  /** When it was created, ISO 8601. */
  created: string;
  /** Verdicts so far. */
  done: number;
  /** Units of the plan. */
  planned: number;
  /** Why it cannot be read; null when it can. */
  problem: string | null;
}

/** Follows the runs of a folder: only what grew since the last look is read. */
export class RunStates {
  readonly #folder: string;
  readonly #counted = new Map<string, { size: number; lines: number }>();

  /** Follows the runs in `folder`. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The runs, newest first. */
  list(): RunState[] {
    return runFolders(this.#folder).reverse().map((run) => this.#state(run));
  }

  #state(run: string): RunState {
    const path = join(this.#folder, run);
    const unknown = { run, gateway: "", profile: "", suites: "", created: "", done: 0, planned: 0 };
    try {
      const file = join(path, "manifest.json");
      const manifest = parseManifest(Deno.readTextFileSync(file), file);
      return {
        run,
        gateway: gatewayName(manifest),
        profile: manifest.config.profile,
        suites: Object.entries(manifest.probes.count).map(([name, n]) => `${name} ${n}`).join(", "),
        created: manifest.created,
        done: this.#lines(join(path, "verdicts.jsonl")),
        planned: manifest.planned,
        problem: null,
      };
    } catch (error) {
      return { ...unknown, problem: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Lines of an append-only file. */
  #lines(path: string): number {
    let file: Deno.FsFile;
    try {
      file = Deno.openSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw error;
    }
    using _ = file;
    const { size } = file.statSync();
    const known = this.#counted.get(path);
    // A file that shrank was cut at a torn line: it is counted anew.
    const from = known !== undefined && known.size <= size ? known : { size: 0, lines: 0 };
    file.seekSync(from.size, Deno.SeekMode.Start);
    const buffer = new Uint8Array(65_536);
    let { lines } = from;
    let read = from.size;
    for (let n = file.readSync(buffer); n !== null && n > 0; n = file.readSync(buffer)) {
      for (let at = 0; at < n; at++) if (buffer[at] === 10) lines++;
      read += n;
    }
    this.#counted.set(path, { size: read, lines });
    return lines;
  }
}

/** Names of the runs in a folder, oldest first. */
function runFolders(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => name)
      .filter((name) => isFile(join(folder, name, "manifest.json"))).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
