/**
 * PyTorch against the GGUF runtime: same tokens, same predictions. Needs the recipe's Python environment
 * (`models/training/setup.sh`); without it the tests are ignored and say so.
 */
import assert from "node:assert/strict";
import { openRunner } from "../evaluation/model.ts";
import { pythonIsReady, runPython } from "./_python.ts";

interface Case {
  text: string;
  ids: number[];
  base: number[];
  adapted: number[];
}

const ready = await pythonIsReady();
if (!ready) console.warn("Parity with PyTorch is not tested: run models/training/setup.sh first");

async function prepare(): Promise<{ folder: string; cases: Case[] }> {
  const folder = await Deno.makeTempDir({ prefix: "argus-parity-" });
  await runPython(["-m", "nano_training.parity", folder]);
  return { folder, cases: JSON.parse(await Deno.readTextFile(`${folder}/cases.json`)) };
}

function greatestGap(logs: Float64Array, expected: readonly number[]): number {
  let gap = 0;
  for (const [token, value] of expected.entries()) {
    // Improbable tokens carry no weight in a decision and lose precision to underflow.
    if (value > -12) gap = Math.max(gap, Math.abs((logs[token] ?? -Infinity) - value));
  }
  return gap;
}

Deno.test({
  name:
    "the GGUF runtime makes the same tokens and predictions as PyTorch, with and without adapter",
  ignore: !ready,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { folder, cases } = await prepare();
    const plain = await openRunner(`${folder}/base.gguf`, { quantisedCache: false });
    const adapter = `${folder}/adapter.gguf`;
    const adapted = await openRunner(`${folder}/base.gguf`, { adapter, quantisedCache: false });
    try {
      for (const { text, ids, base, adapted: wanted } of cases) {
        assert.deepEqual(plain.tokenize(text), ids, `tokens of "${text}"`);
        const baseGap = greatestGap(await plain.distribution(text), base);
        const adaptedGap = greatestGap(await adapted.distribution(text), wanted);
        assert.ok(baseGap < 0.15, `base differs by ${baseGap} for "${text}"`);
        assert.ok(adaptedGap < 0.15, `adapter differs by ${adaptedGap} for "${text}"`);
        const effect = greatestGap(Float64Array.from(base), wanted);
        assert.ok(effect > 1, `the adapter moves the predictions by ${effect} only`);
      }
    } finally {
      await plain.dispose();
      await adapted.dispose();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
