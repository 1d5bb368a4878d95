import { deepEqual, equal } from "node:assert/strict";
import { planMemory } from "./memory_plan.ts";
import { checkModel, type ModelFacts } from "./model_check.ts";
import { tinyModel } from "./testing/tiny_model.ts";

async function factsOf(options: Parameters<typeof tinyModel>[0]): Promise<ModelFacts> {
  const path = await Deno.makeTempFile({ suffix: ".gguf" });
  await Deno.writeFile(path, tinyModel(options));
  const facts = await checkModel(path);
  await Deno.remove(path);
  return facts;
}

Deno.test("planMemory() counts weights once and a cache for each context", async () => {
  const base = await factsOf({ context: 4096 });
  const [plan, ...others] = planMemory([base, base], { lanes: 8 });
  deepEqual(others, []);
  // Keys and values, 2 layers, 2 heads of 32 values; 34 bytes for 32 values in Q8_0.
  const oneCache = 2 * 2 * 2 * 32 / 32 * 34 * 2048 * 8;
  deepEqual(plan, {
    name: "tiny",
    weights: base.bytes,
    contexts: 2,
    contextSize: 2048,
    cacheType: "Q8_0",
    cache: 2 * oneCache,
  });
  equal(planMemory([base], { lanes: 4, contextSize: 512 })[0]?.cache, oneCache / 8);
});

Deno.test("planMemory() plans F16 caches for all when the heads of one do not allow Q8_0", async () => {
  const odd = await factsOf({ width: 96, heads: 4 });
  const plans = planMemory([await factsOf({}), odd], { lanes: 1, contextSize: 100 });
  deepEqual(plans.map(({ cacheType }) => cacheType), ["F16", "F16"]);
  equal(plans[1]?.cache, 2 * 2 * 96 * 2 * 100);
});
