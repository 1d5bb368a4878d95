import { fileURLToPath } from "node:url";
import { resolveModel } from "../../models/catalog.ts";
import { planMemory } from "../inference/memory_plan.ts";
import { checkModel } from "../inference/model_check.ts";
import { shippedCatalog } from "../runner/open_inference.ts";
import { EXIT_USAGE, UsageError } from "./exit.ts";
import { userModel } from "./user_path.ts";

/** Prints what models take of memory and whether that is free; returns the exit code. */
export async function planModels(
  names: readonly string[],
  options: { lanes: number; context?: number },
): Promise<number> {
  const facts = [];
  for (const name of names) facts.push(await checkModel(pathOf(name)));
  const { lanes, context } = options;
  const plans = planMemory(facts, {
    lanes,
    ...(context === undefined ? {} : { contextSize: context }),
  });
  let needed = 0;
  for (const { name, weights, cache, contexts, contextSize, cacheType } of plans) {
    needed += weights + cache;
    console.log(
      `${name}  weights ${size(weights)}  cache ${size(cache)} (${contexts} × ${lanes} lanes of ` +
        `${contextSize} tokens, ${cacheType})`,
    );
  }
  const { available, total } = Deno.systemMemoryInfo();
  const fits = needed <= available;
  console.log(
    `${fits ? "fits" : "does not fit"}: takes ${size(needed)}, ${size(available)} of ` +
      `${size(total)} memory is free`,
  );
  if (fits) return 0;
  console.error(
    `argus: ${
      size(needed - available)
    } of memory is missing; choose a smaller model, --context or ` +
      "--lanes",
  );
  return EXIT_USAGE;
}

function pathOf(name: string): string {
  if (name.endsWith(".gguf")) return userModel(name);
  try {
    return fileURLToPath(resolveModel(shippedCatalog(), name).url);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${error.message}; a path that ends in ".gguf" names a file`);
  }
}

function size(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
