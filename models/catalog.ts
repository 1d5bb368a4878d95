/**
 * The model catalog: which model files ship with Argus, what they are and what their contents must hash to.
 * Owns reading `catalog.json` and resolving file names; loading models belongs to the inference layer.
 */
import { z } from "zod";

/** Where the shipped catalog lies. */
export const CATALOG_URL: URL = new URL("./catalog.json", import.meta.url);

/** A file of the catalog with what proves its contents. */
export interface CatalogFile {
  /** Path relative to the catalog, with forward slashes. */
  file: string;
  /** SHA-256 of the contents in lower-case hex. */
  sha256: string;
  /** Size in bytes. */
  bytes: number;
}

/** An adapter of a model. */
export interface CatalogAdapter extends CatalogFile {
  /** How it was trained, in a few words. */
  method: string;
}

/** A model of the catalog. */
export interface CatalogModel extends CatalogFile {
  /** SPDX identifier of its licence. */
  license: string;
  /** What it is for. */
  roles: ("gateway" | "executor" | "critic")[];
  /** Adapters by name. */
  adapters: Record<string, CatalogAdapter>;
  /** Tokens that prompt and reply may have together. */
  context: number;
}

/** The whole catalog. */
export interface Catalog {
  /** Version of the format. */
  schema: "argus.models/1";
  /** Models by name. */
  models: Record<string, CatalogModel>;
}

const name = z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, {
  message: 'A name has lower-case letters, digits, ".", "_" and "-" only',
});

const fileFields = {
  file: z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\\:]+$/, {
    message: "A file is a relative path inside of the catalog's folder",
  }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, { message: "SHA-256 is 64 lower-case hex digits" }),
  bytes: z.int().positive(),
};

const modelSchema = z.strictObject({
  ...fileFields,
  license: z.string().min(1),
  roles: z.array(z.enum(["gateway", "executor", "critic"])).min(1),
  adapters: z.record(name, z.strictObject({ ...fileFields, method: z.string().min(1) })).default(
    {},
  ),
  context: z.int().positive(),
});

/** Schema of {@linkcode Catalog}. */
export const Catalog: z.ZodType<Catalog> = z.strictObject({
  schema: z.literal("argus.models/1"),
  models: z.record(name, modelSchema),
});

/**
 * Reads a catalog from the text of its file.
 *
 * @param text JSON.
 * @throws {SyntaxError} when the text is no JSON, or not of this schema; the message names the field.
 */
export function readCatalog(text: string): Catalog {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SyntaxError(`Cannot read the model catalog: it is not JSON (${reason})`);
  }
  const { success, data: catalog, error } = Catalog.safeParse(data);
  if (success) return catalog;
  const fields = error.issues.map(({ path, message }) => `"${path.join(".")}": ${message}`);
  throw new SyntaxError(`Cannot read the model catalog: ${fields.join("; ")}`);
}

/** The files that one model with one adapter needs, resolved against the catalog's own place. */
export interface ResolvedModel {
  /** The model. */
  model: CatalogModel;
  /** Where its file lies. */
  url: URL;
  /** The adapter; undefined when none was asked for. */
  adapter: (CatalogAdapter & { url: URL }) | undefined;
}

/** Options for {@linkcode resolveModel}. */
export interface ResolveOptions {
  /** Name of the adapter; none by default. */
  adapter?: string;
  /**
   * Where the catalog lies.
   * @default {CATALOG_URL}
   */
  base?: URL;
}

/**
 * Finds a model, and an adapter of it, by name.
 *
 * @param catalog The catalog.
 * @param model Name of the model.
 * @throws {RangeError} when the catalog has no such model or adapter; the message lists what it has.
 */
export function resolveModel(
  catalog: Catalog,
  model: string,
  options: ResolveOptions = {},
): ResolvedModel {
  const base = options.base ?? CATALOG_URL;
  const entry = named(catalog.models, model);
  if (entry === undefined) {
    throw new RangeError(
      `Model "${model}" is not in the catalog: use one of ${listed(catalog.models)}`,
    );
  }
  const url = new URL(entry.file, base);
  if (options.adapter === undefined) return { model: entry, url, adapter: undefined };
  const adapter = named(entry.adapters, options.adapter);
  if (adapter === undefined) {
    throw new RangeError(
      `Model "${model}" has no adapter "${options.adapter}": use one of ${listed(entry.adapters)}`,
    );
  }
  return { model: entry, url, adapter: { ...adapter, url: new URL(adapter.file, base) } };
}

function named<Value>(table: Record<string, Value>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function listed(table: Record<string, unknown>): string {
  const names = Object.keys(table);
  return names.length === 0 ? "(none)" : names.map((name) => `"${name}"`).join(", ");
}
