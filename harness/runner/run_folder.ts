import { join } from "node:path";
import { z } from "zod";
import type { Probe } from "../../probes/mod.ts";
import { hashOf, sha256 } from "../verdicts/canonical.ts";
import { EvidenceLog } from "../verdicts/evidence.ts";
import { RunFileError, RunWriteError, type Verdict } from "../verdicts/verdict.ts";
import { streamChain, VerdictLog } from "../verdicts/verdict_log.ts";
import { type Manifest, parseManifest } from "./manifest.ts";
import type { Unit } from "./plan.ts";

/** One line of `plan.jsonl`. */
export interface PlanLine {
  /** Key of the unit. */
  key: string;
  /** Id of the probe. */
  probe_id: string;
  /** Hash of the arm. */
  arm: string;
  /** Number of the trial. */
  trial: number;
}

/** An infrastructure failure of one unit, as `errors.jsonl` keeps it. */
export interface UnitError {
  /** Key of the unit. */
  key: string;
  /** Id of the probe. */
  probe_id: string;
  /** Which attempt failed, from 1. */
  attempt: number;
  /** Class and message of the error. */
  error: string;
  /** When, ISO 8601. */
  time: string;
}

/** A finished run's last word: how many verdicts it has and where its chain ends. */
export interface Closing {
  /** Always `"argus.closing/1"`. */
  schema: string;
  /** SHA-256 of the manifest: where the chain begins. */
  genesis: string;
  /** Number of verdicts. */
  count: number;
  /** SHA-256 of the last verdict line. */
  head: string;
}

/** File that says why a run's verdicts cannot be trusted. */
const TAINT = "tainted.json";

/** A run's folder, open for writing by this process alone. */
export class RunFolder implements Disposable {
  /** Path of the folder. */
  readonly path: string;
  /** The run's manifest. */
  readonly manifest: Manifest;
  /** The verdicts. */
  readonly verdicts: VerdictLog;
  /** The evidence. */
  readonly evidence: EvidenceLog;
  readonly #lock: Deno.FsFile;
  readonly #genesis: string;

  private constructor(path: string, manifest: Manifest, lock: Deno.FsFile) {
    this.path = path;
    this.manifest = manifest;
    this.#lock = lock;
    this.#genesis = hashOf(manifest);
    this.verdicts = VerdictLog.open(join(path, "verdicts.jsonl"), this.#genesis);
    this.evidence = EvidenceLog.open(join(path, "evidence.jsonl"));
  }

  /**
   * Creates a run: its manifest and its plan are on disk before the first unit runs.
   *
   * @throws {RunFileError} when the folder holds a run already.
   */
  static create(path: string, manifest: Manifest, units: readonly Unit[]): RunFolder {
    Deno.mkdirSync(path, { recursive: true });
    const lock = lockFolder(path);
    try {
      if (exists(join(path, "manifest.json"))) {
        throw new RunFileError(
          `Cannot create a run in "${path}": it holds one already; use "--resume", or another folder`,
        );
      }
      const lines = units.map(({ key, probe, arm, trial }): PlanLine => ({
        key,
        probe_id: probe.id,
        arm,
        trial,
      }));
      writeDurably(join(path, "plan.jsonl"), lines.map((l) => JSON.stringify(l) + "\n").join(""));
      writeDurably(join(path, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
      return new RunFolder(path, manifest, lock);
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  /**
   * Opens a run to go on with it; torn last lines are cut.
   *
   * @throws {RunFileError} when there is none, it is of a newer version, or a file is damaged.
   */
  static open(path: string): RunFolder {
    const manifest = readManifest(path);
    readPlan(path, manifest);
    checkTaint(path);
    const lock = lockFolder(path);
    try {
      return new RunFolder(path, manifest, lock);
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  /** Marks the run for good as one whose verdicts cannot be trusted. */
  taint(problem: string): void {
    writeDurably(join(this.path, TAINT), JSON.stringify({ problem }) + "\n");
  }

  /** Records an infrastructure failure; the unit is run again on resume. */
  recordError(error: UnitError): void {
    const path = join(this.path, "errors.jsonl");
    try {
      Deno.writeTextFileSync(path, JSON.stringify(error) + "\n", { append: true });
    } catch (cause) {
      throw new RunWriteError(path, cause);
    }
  }

  /** Writes the closing record, once every unit of the plan has its verdict. */
  close(): void {
    const closing: Closing = {
      schema: "argus.closing/1",
      genesis: this.#genesis,
      count: this.verdicts.keys.size,
      head: this.verdicts.head,
    };
    writeDurably(join(this.path, "closing.json"), JSON.stringify(closing) + "\n");
  }

  [Symbol.dispose](): void {
    this.verdicts[Symbol.dispose]();
    this.evidence[Symbol.dispose]();
    this.#lock.close();
  }
}

/** A run as it lies on disk. */
export interface RunFiles {
  /** Path of the folder. */
  path: string;
  /** Its manifest. */
  manifest: Manifest;
  /** Its plan. */
  plan: PlanLine[];
  /** Its verdicts; a torn last line is left out. */
  verdicts: Verdict[];
  /** Its closing record; null while it is not complete. */
  closing: Closing | null;
}

/**
 * Reads a run without changing it, and checks its chain.
 *
 * @throws {RunFileError} when there is none, it is of a newer version, or a file is damaged.
 */
export function readRun(path: string): RunFiles {
  const { manifest, plan, closing, verdicts } = streamRun(path);
  return { path, manifest, plan, verdicts: [...verdicts], closing };
}

/** A run whose verdicts are read, and checked, as they are asked for. */
export interface RunStream extends Omit<RunFiles, "verdicts"> {
  /** Its verdicts, once; a torn last line is left out. */
  verdicts: Iterable<Verdict>;
}

/**
 * Opens a run to read its verdicts one by one, so that their number does not matter. The chain is
 * known to be whole when the last one has been read.
 *
 * @throws {RunFileError} when there is none, it is of a newer version, or a file is damaged; for a
 * line of the verdicts, when it is reached.
 */
export function streamRun(path: string): RunStream {
  const manifest = readManifest(path);
  checkTaint(path);
  const plan = readPlan(path, manifest);
  const genesis = hashOf(manifest);
  const closing = readClosing(join(path, "closing.json"));
  if (closing !== null && closing.genesis !== genesis) {
    throw new RunFileError(`${path}/closing.json: field "genesis": the manifest was changed since`);
  }
  return {
    path,
    manifest,
    plan,
    closing,
    verdicts: checkedVerdicts(path, { plan, genesis, closing }),
  };
}

function* checkedVerdicts(
  path: string,
  { plan, genesis, closing }: { plan: PlanLine[]; genesis: string; closing: Closing | null },
): Generator<Verdict> {
  const file = join(path, "verdicts.jsonl");
  const planned = new Set(plan.map(({ key }) => key));
  const { count, head } = yield* streamChain(file, genesis, planned);
  if (closing !== null && (closing.count !== count || closing.head !== head)) {
    throw new RunFileError(
      `${file}: holds ${count} verdicts, but "closing.json" closed ${closing.count} with ` +
        "another end: lines were added or cut after the run; restore the file from a copy",
    );
  }
}

const planLine = z.strictObject({
  key: z.string().regex(/^[0-9a-f]{64}$/),
  probe_id: z.string(),
  arm: z.string(),
  trial: z.int().min(0),
});

const closingRecord = z.strictObject({
  schema: z.literal("argus.closing/1"),
  genesis: z.string(),
  count: z.int().min(0),
  head: z.string(),
});

function readPlan(path: string, manifest: Manifest): PlanLine[] {
  const file = join(path, "plan.jsonl");
  const plan = readText(file).split("\n").filter((line) => line !== "")
    .map((line, index) => parseAs(planLine, line, `${file}:${index + 1}`));
  if (plan.length !== manifest.planned) {
    throw new RunFileError(
      `${file}: has ${plan.length} lines, but the manifest says ${manifest.planned}; restore it from ` +
        "a copy",
    );
  }
  return plan;
}

function readClosing(file: string): Closing | null {
  return exists(file) ? parseAs(closingRecord, readText(file), file) : null;
}

function parseAs<T>(schema: z.ZodType<T>, text: string, place: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RunFileError(`${place}: Not JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new RunFileError(`${place}: field "${issue?.path.join(".")}": ${issue?.message}`);
}

function checkTaint(path: string): void {
  const file = join(path, TAINT);
  if (exists(file)) {
    throw new RunFileError(`${file}: this run cannot be trusted: ${readText(file).trim()}`);
  }
}

/**
 * Reads a run's manifest.
 *
 * @throws {RunFileError} when there is none or it is of a newer version.
 */
export function readManifest(path: string): Manifest {
  const file = join(path, "manifest.json");
  if (!exists(file)) {
    throw new RunFileError(`Cannot find a run in "${path}": it has no "manifest.json"`);
  }
  return parseManifest(readText(file), file);
}

/** SHA-256 over a set of probes, in hex; their order does not count. */
export function probeSetHash(probes: readonly Probe[]): string {
  return sha256(probes.map(hashOf).sort().join("\n"));
}

/** Holds the folder for this process; the lock ends with the process, however it ends. */
function lockFolder(path: string): Deno.FsFile {
  const lock = Deno.openSync(join(path, ".lock"), { create: true, write: true });
  if (lock.tryLockSync(true)) return lock;
  lock.close();
  throw new RunFileError(`Cannot open the run "${path}": another process is writing to it`);
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RunFileError(`Cannot read "${path}": there is no such file; restore it from a copy`);
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Writes a whole file so that after a crash it is there with all of its text, or not at all. */
function writeDurably(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  const file = Deno.openSync(temporary, { create: true, write: true, truncate: true });
  try {
    const bytes = new TextEncoder().encode(text);
    for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
    file.syncSync();
  } finally {
    file.close();
  }
  Deno.renameSync(temporary, path);
}
