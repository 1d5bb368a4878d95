import { fileURLToPath } from "node:url";
import { CATALOG_URL, type CatalogFile } from "../../models/catalog.ts";
import { openModels, shippedCatalog } from "../runner/open_inference.ts";
import { sha256 } from "../verdicts/canonical.ts";
import { EXIT_USAGE, UsageError } from "./exit.ts";

/** Prints the models of the catalog. */
export function listModels(): void {
  for (const [name, model] of Object.entries(shippedCatalog().models)) {
    console.log(`${name}  ${model.roles.join(", ")}  ${megabytes(model.bytes)}  ${model.license}`);
    for (const [adapter, { bytes, method }] of Object.entries(model.adapters)) {
      console.log(`  adapter ${adapter}  ${megabytes(bytes)}  ${method}`);
    }
  }
}

/** Checks files against the catalog, and on request a device; returns the exit code. */
export async function verifyModels(names: readonly string[], device: boolean): Promise<number> {
  const { models } = shippedCatalog();
  const unknown = names.find((name) => !Object.hasOwn(models, name));
  if (unknown !== undefined) {
    throw new UsageError(
      `Unknown model "${unknown}"; the catalog has ${Object.keys(models).join(", ")}`,
    );
  }
  const chosen = Object.entries(models).filter(([name]) =>
    names.length === 0 || names.includes(name)
  );
  const problems = chosen.flatMap(([name, { adapters, ...base }]) => [
    ...problemOf(name, base),
    ...Object.entries(adapters).flatMap(([adapter, file]) => problemOf(`${name}+${adapter}`, file)),
  ]);
  for (const problem of problems) console.error(`argus: ${problem}`);
  if (problems.length > 0) return EXIT_USAGE;
  console.log(`${chosen.map(([name]) => name).join(", ")}: files match the catalog`);
  if (device) await tryDevice();
  return 0;
}

function problemOf(label: string, { file, sha256: expected, bytes }: CatalogFile): string[] {
  const path = fileURLToPath(new URL(file, CATALOG_URL));
  let data: Uint8Array;
  try {
    data = Deno.readFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return [`${label}: "${path}" is missing; restore it from the repository`];
  }
  if (data.length !== bytes) {
    return [`${label}: "${path}" has ${data.length} bytes, the catalog says ${bytes}; restore it`];
  }
  const found = sha256(data);
  if (found === expected) return [];
  return [`${label}: "${path}" has SHA-256 ${found}, the catalog says ${expected}; restore it`];
}

/** Loads the shipped base and generates one token: the only proof that inference works here. */
async function tryDevice(): Promise<void> {
  const started = performance.now();
  await using models = await openModels({ roles: ["executor"] });
  const ready = performance.now() - started;
  const { generatedTokens } = await models.generate("executor", {
    messages: [{ role: "user", content: "Hello" }],
    maxTokens: 1,
  });
  const { device, threads, kvType, batchInvariant } = models.info;
  console.log(
    `device ${device}: loaded in ${Math.round(ready)} ms, generated ${generatedTokens} token ` +
      `(${threads} threads, KV ${kvType}, batch-invariant ${batchInvariant})`,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
