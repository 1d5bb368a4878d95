/**
 * PyTorch against the GGUF runtime: same tokens, same predictions. Needs the recipe's Python environment
 * (`models/training/setup.sh`); without it the tests are ignored and say so.
 */
import assert from "node:assert/strict";
import { askGguf } from "./_gguf.ts";
import { pythonIsReady, runPython } from "./_python.ts";

interface Case {
  text: string;
  ids: number[];
  base: number[];
  adapted: number[];
}

const ready = await pythonIsReady();
if (!ready) console.warn("Parity with PyTorch is not tested: run models/training/setup.sh first");

async function prepare(folder: string): Promise<Case[]> {
  await runPython(["-m", "nano_training.parity", folder]);
  return JSON.parse(await Deno.readTextFile(`${folder}/cases.json`));
}

function greatestGap(logs: readonly (number | null)[], expected: readonly number[]): number {
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
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "argus-parity-" });
    try {
      const cases = await prepare(folder);
      const texts = cases.map(({ text }) => text);
      const question = { path: `${folder}/base.gguf`, texts, quantisedCache: false };
      const plain = await askGguf(question);
      const adapted = await askGguf({ ...question, adapter: `${folder}/adapter.gguf` });
      for (const [index, { text, ids, base, adapted: wanted }] of cases.entries()) {
        assert.deepEqual(plain.tokens[index], ids, `tokens of "${text}"`);
        const baseGap = greatestGap(plain.logs[index] ?? [], base);
        const adaptedGap = greatestGap(adapted.logs[index] ?? [], wanted);
        assert.ok(baseGap < 0.15, `base differs by ${baseGap} for "${text}"`);
        assert.ok(adaptedGap < 0.15, `adapter differs by ${adaptedGap} for "${text}"`);
        const effect = greatestGap(base, wanted);
        assert.ok(effect > 1, `the adapter moves the predictions by ${effect} only`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
