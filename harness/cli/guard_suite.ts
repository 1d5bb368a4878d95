import { openEmbeddedWorld } from "../../stack/mod.ts";
import { type GuardSuiteReport, runGuardSuite } from "../guard_suite/run_guard_suite.ts";
import { guardSuiteText } from "../reports/guard_suite_text.ts";
import { DEFAULT_CONFIG } from "../runner/config.ts";
import { loadProbes } from "../runner/load_probes.ts";
import type { GuardSuiteCommandOptions } from "./commands/guard_suite.ts";
import { EXIT_INFRASTRUCTURE, EXIT_THRESHOLD, UsageError } from "./exit.ts";
import { userPath } from "./user_path.ts";

/** Runs the guard suite and prints its report; returns the exit code. */
export async function guardSuite(options: GuardSuiteCommandOptions): Promise<number> {
  const { suite, family, probes, disguises } = options;
  await using loaded = await loadProbes({
    ...DEFAULT_CONFIG,
    suites: suite ?? (probes === undefined ? ["corpus-v1"] : []),
    families: family ?? [],
    files: (probes ?? []).map(userPath),
  }, ".cache/plugins");
  await using world = await openEmbeddedWorld({ cache: ".cache/world" });
  const report = await runGuardSuite(loaded.probes, {
    world,
    disguises,
    signal: new AbortController().signal,
    onProgress: progressLine(),
  });
  if (report.hits + report.completed === 0) {
    throw new UsageError("None of these probes has a target and a ground truth that reaches it");
  }
  if (options.json === true) console.log(JSON.stringify(report, null, 2));
  else console.log(guardSuiteText(report));
  return exitCode(report);
}

/** A layer that fails has told nothing; an approval that can be had by other ways is a hole. */
function exitCode({ layers, attempts }: GuardSuiteReport): number {
  const failed = layers.filter(({ errors }) => errors > 0).map(({ name }) => name);
  if (failed.length > 0) {
    console.error(`argus: these layers failed on some calls: ${failed.join(", ")}`);
    return EXIT_INFRASTRUCTURE;
  }
  const wrong = attempts.filter(({ attempt, n, stopped }) =>
    stopped !== (attempt === "genuine" ? 0 : n)
  );
  for (const { attempt } of wrong) {
    console.error(`argus: confirmation: the attempt "${attempt}" came out wrong`);
  }
  return wrong.length > 0 ? EXIT_THRESHOLD : 0;
}

function progressLine(): (done: number, total: number) => void {
  if (!Deno.stderr.isTerminal()) return () => {};
  return (done, total) => {
    const text = `\r${done} of at most ${total} episodes`;
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  };
}
