import { PluginError } from "../../plugins/sandbox/mod.ts";
import { PromptTooLongError } from "../inference/backend.ts";
import type { Verdict } from "../verdicts/verdict.ts";
import { WITHHELD } from "./embargo.ts";
import type { Unit } from "./plan.ts";
import type { RunFolder, UnitError } from "./run_folder.ts";

/** A unit's verdict before it has a place in the chain, and what it rests on. */
export interface Played {
  /** The verdict without `evidence` and `prev`. */
  verdict: Omit<Verdict, "evidence" | "prev">;
  /** The episode, for `evidence.jsonl`. */
  evidence: unknown;
}

/** Where a run stands. */
export interface Progress {
  /** Units with a verdict. */
  done: number;
  /** Units of the plan. */
  total: number;
  /** Units given up for infrastructure errors. */
  failed: number;
  /** The verdict that was just written; absent after a failure. */
  verdict?: Verdict;
}

/** Options for {@linkcode runUnits}. */
export interface RunOptions {
  /** The run's folder. */
  folder: RunFolder;
  /** Plays one unit; rejects on an infrastructure failure. */
  play: (unit: Unit, signal: AbortSignal) => Promise<Played>;
  /** Episodes in flight. */
  lanes: number;
  /** Stops the run: no unit is begun any more, and those in flight are left for a resume. */
  signal: AbortSignal;
  /**
   * Attempts for each unit.
   * @default {3}
   */
  attempts?: number;
  /**
   * Units given up in a row after which the run stops: the infrastructure is gone.
   * @default {5}
   */
  patience?: number;
  /** Whether what went wrong with a unit may not be kept, since it may quote an embargoed probe. */
  withheld?: (unit: Unit) => boolean;
  /** Called after each unit. */
  onProgress?: (progress: Progress) => void;
}

/** How a run of units ended. */
export interface RunResult {
  /** Units with a verdict, those of earlier sessions included. */
  done: number;
  /** Units given up for infrastructure errors. */
  failed: number;
  /** Whether it was stopped before the end. */
  stopped: boolean;
  /** The last error of a unit that was given up. */
  lastError: string | null;
}

/**
 * Runs the units that have no verdict yet, `lanes` at a time. A verdict and its evidence are on disk
 * before the next unit of its lane starts; a failed unit is tried again, then left for a resume.
 *
 * @param units The units in the order in which to run them.
 * @throws when a verdict cannot be written (a full disk); everything written before is kept.
 */
export async function runUnits(
  units: readonly Unit[],
  options: RunOptions,
): Promise<RunResult> {
  const { folder, lanes, signal, patience = 5 } = options;
  const queue = units.filter(({ key }) => !folder.verdicts.keys.has(key));
  const total = units.length;
  const result: RunResult = {
    done: total - queue.length,
    failed: 0,
    stopped: false,
    lastError: null,
  };
  const abort = new AbortController();
  const stop = AbortSignal.any([signal, abort.signal]);
  let inARow = 0;
  let next = 0;

  async function lane(): Promise<void> {
    while (next < queue.length && !stop.aborted) {
      const unit = queue[next++] as Unit;
      const played = await attempt(unit, { ...options, signal: stop });
      if (played === "stopped") return;
      if ("error" in played) {
        result.failed++;
        result.lastError = played.error;
        // A prompt that is too long, or a plugin that fails, says nothing of the infrastructure.
        if (!played.hopeless && ++inARow >= patience) abort.abort();
        options.onProgress?.({ done: result.done, total, failed: result.failed });
        continue;
      }
      inARow = 0;
      const evidence = folder.evidence.append(unit.key, played.evidence);
      const verdict = folder.verdicts.append({ ...played.verdict, evidence });
      result.done++;
      options.onProgress?.({ done: result.done, total, failed: result.failed, verdict });
    }
  }

  const running = Array.from({ length: Math.max(1, lanes) }, () =>
    lane().catch((error) => {
      abort.abort(error);
      throw error;
    }));
  const settled = await Promise.allSettled(running);
  const fatal = settled.find((each) => each.status === "rejected");
  if (fatal !== undefined) throw fatal.reason;
  result.stopped = stop.aborted;
  return result;
}

async function attempt(
  unit: Unit,
  options: RunOptions,
): Promise<Played | { error: string; hopeless: boolean } | "stopped"> {
  const { folder, play, signal, attempts = 3 } = options;
  let error = "";
  let hopeless = false;
  for (let number = 1; number <= attempts; number++) {
    try {
      return await play(unit, signal);
    } catch (cause) {
      if (signal.aborted) return "stopped";
      const name = cause instanceof Error ? cause.name : "Error";
      const message = cause instanceof Error ? cause.message : String(cause);
      error = `${name}: ${options.withheld?.(unit) === true ? WITHHELD : message}`;
      const line: UnitError = {
        key: unit.key,
        probe_id: unit.probe.id,
        attempt: number,
        error,
        time: new Date().toISOString(),
      };
      folder.recordError(line);
      if (cause instanceof PromptTooLongError) return { error, hopeless: true };
      hopeless = cause instanceof PluginError;
    }
  }
  return { error, hopeless };
}
