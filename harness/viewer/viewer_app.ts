import { join } from "node:path";
import type { Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { runReport } from "../reports/html/run_report.ts";
import { summarise, type Summary } from "../reports/summary.ts";
import { readRun, type RunFiles } from "../runner/run_folder.ts";
import { RunFileError } from "../verdicts/verdict.ts";
import { compareRuns } from "./compare_runs.ts";
import { guardedApp, type GuardOptions } from "./guarded_app.ts";
import { comparePage, listPage } from "./pages.ts";
import { RunStates } from "./run_states.ts";

/** Options for {@linkcode viewerApp}. */
export interface ViewerOptions extends GuardOptions {
  /** Folder that holds the runs. */
  runs: string;
  /**
   * Milliseconds between two looks at the runs.
   * @default {1000}
   */
  interval?: number;
}

/**
 * The viewer of a folder of runs: a list with live progress, each run's report, two runs side by
 * side. It reads, and writes nothing.
 */
export function viewerApp({ runs, interval = 1000, ...guard }: ViewerOptions): Hono {
  const app = guardedApp(guard);
  const states = new RunStates(runs);
  app.get("/", async (context) => context.html(await listPage(states.list())));
  app.get(
    "/runs/:run/",
    (context) =>
      withRun(
        context,
        runs,
        context.req.param("run"),
        async (run) => context.html(await runReport(run, summaryOf(run))),
      ),
  );
  app.get("/compare", (context) => {
    const names = [context.req.query("a") ?? "", context.req.query("b") ?? ""] as const;
    return withRun(
      context,
      runs,
      names[0],
      (a) =>
        withRun(context, runs, names[1], async (b) =>
          context.html(
            await comparePage(names, [summaryOf(a), summaryOf(b)], compareRuns(a, b)),
          )),
    );
  });
  app.get("/live", (context) =>
    streamSSE(context, async (stream) => {
      let sent = "";
      let wake = () => {};
      stream.onAbort(() => wake());
      while (!stream.aborted && !stream.closed) {
        const data = JSON.stringify(
          states.list().map(({ run, done, planned }) => ({ run, done, planned })),
        );
        // A comment keeps a quiet connection open and finds out that the other end is gone.
        if (data === sent) await stream.write(": quiet\n\n");
        else await stream.writeSSE({ data });
        sent = data;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, interval);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }));
  return app;
}

/** Answers with a run, or says why it cannot be read. */
async function withRun(
  context: Context,
  runs: string,
  name: string,
  answer: (run: RunFiles) => Response | Promise<Response>,
): Promise<Response> {
  // A name is one folder below the runs and nothing else.
  if (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name)) return context.text("No such run", 404);
  let run: RunFiles;
  try {
    run = readRun(join(runs, name));
  } catch (error) {
    if (!(error instanceof RunFileError)) throw error;
    return context.text(error.message, 404);
  }
  return await answer(run);
}

function summaryOf(run: RunFiles): Summary {
  return summarise(run.verdicts, {
    run: run.manifest.id,
    units: run.plan.length,
    probeSet: run.manifest.probes.sha256,
    arms: run.manifest.arms,
  });
}
