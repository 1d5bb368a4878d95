import { buildMatrix, type Matrix } from "../../matrix/matrix.ts";
import { observedLayers, readEvidence, type RunEvidence } from "../../matrix/recorded_run.ts";
import { matrixRows } from "../../matrix/rows.ts";
import { rowLayers } from "../../runner/layers.ts";
import type { RunFiles } from "../../runner/run_folder.ts";
import { gatewayName } from "../gateway_name.ts";
import type { Summary } from "../summary.ts";
import { reportData } from "./report_data.ts";
import { reportPage } from "./report_page.ts";

/**
 * The report of a run as one self-contained page. It depends on nothing but the run's files, so
 * that it can be derived again and compared.
 *
 * @param files The run, read.
 * @param summary Its summary.
 * @throws {RunFileError} when the evidence is not what the verdicts name.
 */
export async function runReport(files: RunFiles, summary: Summary): Promise<string> {
  const evidence = readEvidence(files);
  const data = reportData(files.manifest, summary, evidence.units);
  const matrix = matrixOf(evidence);
  const { units } = evidence;
  return await reportPage({ data, units, ...(matrix === undefined ? {} : { matrix }) });
}

/** What the layers of an observing run would have done in any combination. */
function matrixOf(evidence: RunEvidence): Matrix | undefined {
  const layers = observedLayers(evidence.manifest);
  if (layers === undefined || evidence.units.length === 0) return undefined;
  const blocking = rowLayers().blocking.filter((name) => layers.includes(name));
  const rows = matrixRows({ blocking, rewriting: [] }).filter(({ how, layers: wanted }) =>
    how === "replayed" && wanted.every((name) => layers.includes(name))
  );
  const name = gatewayName(evidence.manifest);
  const variant = { name, recorded: { ...evidence, layers }, live: new Map() };
  return buildMatrix([variant], rows, blocking);
}
