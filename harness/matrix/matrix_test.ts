import assert from "node:assert/strict";
import { join } from "node:path";
import catalog from "../../probes/corpus-v1/f01_account_mgmt.ts";
import { type Probe, TOOLS } from "../../probes/mod.ts";
import type { GenerateRequest, ModelRole } from "../inference/mod.ts";
import { scriptedModels } from "../pipeline/testing/scripted.ts";
import { matrixCsv, matrixMarkdown, matrixText } from "../reports/matrix_text.ts";
import { rowLayers } from "../runner/layers.ts";
import { hashOf } from "../verdicts/canonical.ts";
import { buildMatrix } from "./matrix.ts";
import { recordVariants, type Variant } from "./record_variants.ts";
import { matrixRows } from "./rows.ts";

const PROBES = catalog.trim().split("\n").map((line) => JSON.parse(line) as Probe);
const VARIANTS: Variant[] = [{ name: "scripted", gateway: "nano", adapter: "none" }];
const CONFIG = { suites: ["corpus-v1"], families: ["f01_account_mgmt"], limit: 12 };

/**
 * An agent that grants everything and does what the ground truth says, one call a reply, with a
 * critic that objects to some intents: enough for every kind of layer to have its say.
 */
function obedient(role: ModelRole, { messages }: GenerateRequest): string {
  const text = messages.map(({ content }) => content).join("\n");
  const probe = PROBES.find(({ id, messages }) =>
    text.includes(messages.at(-1)?.content ?? "-") || text.includes(`unit ${id}.`)
  );
  if (role === "critic") {
    return hashOf(text).charCodeAt(0) % 3 === 0 ? "OVERRIDE_REJECT: not on record" : "OK";
  }
  if (role === "gateway") return `DECISION: APPROVE\nINTENT: Do what unit ${probe?.id}. asks for`;
  const made = messages.filter(({ role }) => role === "assistant").length;
  const call = probe?.groundTruth?.[made];
  return call === undefined ? "Done." : JSON.stringify(call);
}

async function record(rows: ReturnType<typeof matrixRows>, runs: string, live: boolean) {
  const { inference } = scriptedModels(obedient);
  return await recordVariants(VARIANTS, {
    runs,
    rows,
    config: CONFIG,
    live,
    inference,
    cache: join(runs, "cache"),
  });
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a matrix that is replayed equals one whose rows are run live", async () => {
  await inFolder(async (folder) => {
    const layers = rowLayers();
    const wanted = /^(none|full|seed|intent-critic alone|full without audit-namespace-guard)$/;
    const rows = matrixRows(layers).filter(({ name, how }) =>
      how === "replayed" && (wanted.test(name) || /approves|always-block/.test(name))
    );
    assert.equal(rows.length, 7);
    const replayed = buildMatrix(await record(rows, folder, false), rows, layers.blocking);
    const live = buildMatrix(await record(rows, folder, true), rows, layers.blocking);
    const figures = ({ cells }: typeof live) => cells.map(({ run: _, ...cell }) => cell);
    assert.deepEqual(figures(replayed), figures(live));
    // Rows that all came out alike would show nothing.
    const seen = new Set(
      replayed.cells.filter(({ family }) => family === null).map((cell) =>
        hashOf([cell.attack, cell.benign])
      ),
    );
    assert(seen.size >= 3, `only ${seen.size} rows differ`);
  });
});

Deno.test("a run that is there already is used again, and the tables name what they show", async () => {
  await inFolder(async (folder) => {
    const layers = rowLayers();
    const rows = matrixRows(layers).filter(({ how }) => how === "replayed");
    const first = await record(rows, folder, false);
    const again = await record(rows, folder, false);
    assert.equal(again[0]?.recorded.run, first[0]?.recorded.run);
    const matrix = buildMatrix(again, rows, layers.blocking);
    assert.equal(matrix.subsets.length, 2 ** layers.blocking.length);
    const none = matrix.subsets.find(({ layers }) => layers.length === 0);
    const all = matrix.subsets.find((cell) => cell.layers.length === layers.blocking.length);
    const prevented = matrix.shares.reduce((sum, share) => sum + share.prevented, 0);
    assert(none !== undefined && all !== undefined);
    const expected = (none.attacks.hit - all.attacks.hit) / none.attacks.decidable;
    assert(Math.abs(prevented - expected) < 1e-12);
    const text = matrixText(matrix);
    for (const { name } of rows) assert(text.includes(`\n${name} `), name);
    assert.match(matrixMarkdown(matrix), /\| layers enforced \|/);
    const [head = "", ...lines] = matrixCsv(matrix).trimEnd().split("\r\n");
    assert.equal(new Set(lines.map((line) => line.split(",").length)).size, 1);
    assert.equal(lines[0]?.split(",").length, head.split(",").length);
  });
});

Deno.test("buildMatrix() refuses runs of different probes", async () => {
  await inFolder(async (folder) => {
    const rows = matrixRows(rowLayers()).filter(({ name }) => name === "none");
    const [one] = await record(rows, folder, false);
    assert(one !== undefined);
    const { recorded } = one;
    const probes = { ...recorded.manifest.probes, sha256: "0".repeat(64) };
    const manifest = { ...recorded.manifest, probes };
    const other = { ...one, name: "other", recorded: { ...recorded, run: "b", manifest } };
    assert.throws(() => buildMatrix([one, other], rows, []), /Cannot compare "b" with/);
  });
});

Deno.test("the ground truth that the scripted agent follows names known tools", () => {
  const tools = PROBES.flatMap(({ groundTruth }) => groundTruth ?? []).map(({ name }) => name);
  assert(tools.length > 20 && tools.every((name) => TOOLS.has(name)));
});
