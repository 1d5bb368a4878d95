import { type CatalogFile, type CatalogModel, readCatalog } from "../../models/catalog.ts";
import { openModels } from "../runner/open_inference.ts";
import { sha256 } from "../verdicts/canonical.ts";
import { EXIT_USAGE, UsageError } from "./exit.ts";

/** Prints the models of the catalog. */
export function listModels(): void {
  for (const { name, roles, bytes, license, adapters, defaultAdapter } of readCatalog().values()) {
    console.log(`${name}  ${roles.join(", ")}  ${megabytes(bytes)}  ${license}`);
    for (const [adapter, { bytes, method }] of adapters) {
      const mark = adapter === defaultAdapter ? " (default)" : "";
      console.log(`  adapter ${adapter}${mark}  ${megabytes(bytes)}  ${method}`);
    }
  }
}

/** Checks files against the catalog, and on request a device; returns the exit code. */
export async function verifyModels(names: readonly string[], device: boolean): Promise<number> {
  const catalog = readCatalog();
  const models = names.length === 0 ? [...catalog.values()] : names.map((name) => {
    const model = catalog.get(name);
    if (model !== undefined) return model;
    throw new UsageError(
      `Unknown model "${name}"; the catalog has ${[...catalog.keys()].join(", ")}`,
    );
  });
  const problems = models.flatMap(problemsOf);
  for (const problem of problems) console.error(`argus: ${problem}`);
  if (problems.length > 0) return EXIT_USAGE;
  console.log(`${models.map(({ name }) => name).join(", ")}: files match the catalog`);
  if (device) await tryDevice();
  return 0;
}

function problemsOf({ name, adapters, ...base }: CatalogModel): string[] {
  const files: [string, CatalogFile][] = [
    [name, base],
    ...[...adapters].map(([adapter, file]) =>
      [`${name}+${adapter}`, file] as [string, CatalogFile]
    ),
  ];
  return files.flatMap(([label, file]) => problemOf(label, file) ?? []);
}

function problemOf(label: string, { path, sha256: expected, bytes }: CatalogFile): string | null {
  let data: Uint8Array;
  try {
    data = Deno.readFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return `${label}: "${path}" is missing; restore it from the repository`;
  }
  if (data.length !== bytes) {
    return `${label}: "${path}" has ${data.length} bytes, the catalog says ${bytes}; restore it`;
  }
  const found = sha256(data);
  if (found === expected) return null;
  return `${label}: "${path}" has SHA-256 ${found}, the catalog says ${expected}; restore it`;
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
