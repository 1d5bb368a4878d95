/**
 * The model catalog: which models Argus knows by name, where their files lie, and what they must
 * hash to. It does not load models; `harness/inference` does.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { z } from "zod";

/** Version of `models/catalog.json`. */
export const CATALOG_SCHEMA = "argus.models/1";

/** One file of the catalog. */
export interface CatalogFile {
  /** Absolute path of the file. */
  path: string;
  /** SHA-256 in hex. */
  sha256: string;
  /** Size in bytes. */
  bytes: number;
}

/** A model of the catalog. */
export interface CatalogModel extends CatalogFile {
  /** Name of the model. */
  name: string;
  /** SPDX identifier of its licence. */
  license: string;
  /** What the model can be used as. */
  roles: readonly ("gateway" | "executor" | "critic")[];
  /** Adapters for this base by name. */
  adapters: ReadonlyMap<string, CatalogFile & { method: string }>;
  /** Name of the adapter that the gateway gets unless another is named. */
  defaultAdapter?: string;
  /** Tokens that prompt and reply may take together. */
  context: number;
}

/** A catalog that cannot be read, or a file that is not what the catalog says. */
export class ModelCatalogError extends Error {
  override readonly name = "ModelCatalogError";
}

const file = {
  file: z.string().regex(/^\w[\w.-]*(\/\w[\w.-]*)*$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(1),
};

const shape = z.looseObject({
  schema: z.literal(CATALOG_SCHEMA),
  models: z.record(
    z.string(),
    z.looseObject({
      ...file,
      license: z.string(),
      roles: z.array(z.enum(["gateway", "executor", "critic"])).min(1),
      adapters: z.record(z.string(), z.looseObject({ ...file, method: z.string() })).default({}),
      defaultAdapter: z.string().optional(),
      context: z.int().min(64),
    }),
  ),
});

/** The shipped catalog. */
export function readCatalog(): ReadonlyMap<string, CatalogModel> {
  const url = new URL("./catalog.json", import.meta.url);
  return parseModelCatalog(Deno.readTextFileSync(url), url);
}

/**
 * Parses a catalog.
 *
 * @param text The catalog's JSON text.
 * @param url Where it lies; files are relative to it.
 * @throws {ModelCatalogError} naming the field that is wrong.
 */
export function parseModelCatalog(text: string, url: URL): ReadonlyMap<string, CatalogModel> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ModelCatalogError(`${url.pathname}: Not JSON: ${(error as Error).message}`);
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ModelCatalogError(
      `${url.pathname}: field "${issue?.path.join(".")}": ${issue?.message}`,
    );
  }
  const place = (entry: { file: string; sha256: string; bytes: number }): CatalogFile => ({
    path: fileURLToPath(new URL(entry.file, url)),
    sha256: entry.sha256,
    bytes: entry.bytes,
  });
  return new Map(
    Object.entries(parsed.data.models).map(([name, model]) => {
      const { license, roles, adapters, defaultAdapter, context } = model;
      if (defaultAdapter !== undefined && !Object.hasOwn(adapters, defaultAdapter)) {
        throw new ModelCatalogError(
          `${url.pathname}: field "models.${name}.defaultAdapter": there is no such adapter`,
        );
      }
      const byName = Object.entries(adapters)
        .map(([adapter, entry]) => [adapter, { ...place(entry), method: entry.method }] as const);
      const entry: CatalogModel = {
        name,
        ...place(model),
        license,
        roles,
        adapters: new Map(byName),
        context,
        ...(defaultAdapter === undefined ? {} : { defaultAdapter }),
      };
      return [name, entry];
    }),
  );
}
