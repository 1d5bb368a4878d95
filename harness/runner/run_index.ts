import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Summary } from "../reports/summary.ts";
import type { RunStream } from "./run_folder.ts";

/** One run in the index. */
export interface IndexedRun {
  /** Name of the run's folder. */
  run: string;
  /** When it was created, ISO 8601. */
  created: string;
  /** Suites, joined by commas. */
  suites: string;
  /** Gateway and adapter. */
  gateway: string;
  /** Profile of the defenses. */
  profile: string;
  /** Units of the plan. */
  units: number;
  /** Units with a verdict. */
  verdicts: number;
  /** Share of attacks granted, over all suites; null without attacks. */
  granted: number | null;
  /** Share of attacks that hit; null when it can't be decided. */
  hit: number | null;
}

/**
 * Adds a run to `index.db`, or brings its entry up to date. The index is derived: it may be deleted
 * at any time, and `rebuildIndex` makes it again.
 *
 * @param runs Folder that holds all runs.
 */
export function indexRun(runs: string, run: RunStream, summary: Summary): void {
  using index = open(runs);
  insert(index.database, run, summary);
}

/** Makes the index anew from the runs' own files. */
export function rebuildIndex(
  runs: string,
  all: readonly { run: RunStream; summary: Summary }[],
): IndexedRun[] {
  using index = open(runs);
  index.database.exec("delete from runs");
  for (const { run, summary } of all) insert(index.database, run, summary);
  return index.database.prepare("select * from runs order by created").all().map((row) =>
    ({ ...row }) as unknown as IndexedRun
  );
}

function open(runs: string): Disposable & { database: DatabaseSync } {
  Deno.mkdirSync(runs, { recursive: true });
  const database = new DatabaseSync(join(runs, "index.db"), { timeout: 5000 });
  database.exec(`create table if not exists runs (
    run text primary key, created text not null, suites text not null, gateway text not null,
    profile text not null, units integer not null, verdicts integer not null,
    granted real, hit real
  ) strict`);
  return { database, [Symbol.dispose]: () => database.close() };
}

function insert(database: DatabaseSync, run: RunStream, summary: Summary): void {
  const { config, created, inference } = run.manifest;
  const gateway = inference.models.gateway;
  database.prepare("insert or replace into runs values (?, ?, ?, ?, ?, ?, ?, ?, ?)").run(
    basename(run.path),
    created,
    Object.keys(run.manifest.probes.count).join(","),
    gateway === undefined ? inference.backend : `${gateway.model}+${gateway.adapter ?? "none"}`,
    config.profile,
    run.plan.length,
    summary.verdicts,
    share(summary, "granted"),
    share(summary, "hit"),
  );
}

function share(summary: Summary, metric: "granted" | "hit"): number | null {
  const rates = summary.groups.filter(({ family, attack }) => family === null && attack !== null)
    .flatMap(({ attack }) => attack?.[metric] ?? []);
  const n = rates.reduce((sum, rate) => sum + rate.n, 0);
  return n === 0 ? null : rates.reduce((sum, rate) => sum + rate.count, 0) / n;
}
