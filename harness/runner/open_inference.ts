import { fileURLToPath } from "node:url";
import { type Catalog, CATALOG_URL, readCatalog, resolveModel } from "../../models/catalog.ts";
import { environment } from "../environment.ts";
import {
  type Inference,
  type LocalModel,
  type ModelRole,
  openLlama,
  openOpenai,
} from "../inference/mod.ts";
import { ConfigError, DEFAULT_CONFIG, type EvalConfig } from "./config.ts";

/** The part of a configuration that names models. */
export type ModelSelection = Pick<
  EvalConfig,
  "gateway" | "adapter" | "executor" | "critic" | "parallel" | "context"
>;

/** Options for {@linkcode openInference}. */
export interface OpenInferenceOptions {
  /**
   * Whether a server may be on another machine.
   * @default {false}
   */
  remote?: boolean;
  /**
   * The roles that are needed.
   * @default {["gateway", "executor", "critic"]}
   */
  roles?: readonly ModelRole[];
}

/** Episodes in flight unless the configuration says otherwise: small batches are slow on CPUs. */
const LANES = 8;

/**
 * Opens the models that a configuration names: all of them local files, or all on one server.
 *
 * @throws {ConfigError} when a name is unknown or local and served models are mixed.
 * @throws {ModelLoadError} when a file is missing, damaged or does not fit.
 * @throws {InferenceError} when the back end cannot be brought up.
 */
export async function openInference(
  selection: ModelSelection,
  options: OpenInferenceOptions = {},
): Promise<Inference> {
  const { roles = ["gateway", "executor", "critic"] } = options;
  const names = new Map(
    roles.map((role) => [role, nameOf(role, selection)] as const)
      .filter(([, name]) => name !== "none"),
  );
  const served = [...names.values()].filter(isServer);
  if (served.length === 0) return await openLocal(names, selection);
  if (served.length < names.size) {
    throw new ConfigError(
      `Cannot mix local models and a server: ${
        [...names].map(([role, name]) => `${role} "${name}"`).join(", ")
      }; serve all of them, or none`,
    );
  }
  return await openServed(names, selection, options);
}

/** Options for {@linkcode openModels}. */
export interface OpenModelsOptions extends OpenInferenceOptions, Partial<ModelSelection> {}

/**
 * Opens models for a program of one's own: the shipped nano family unless others are named.
 *
 * @throws {ConfigError}, {ModelLoadError} or {InferenceError} as `evaluate` does.
 */
export async function openModels(options: OpenModelsOptions = {}): Promise<Inference> {
  return await openInference({ ...DEFAULT_CONFIG, ...options }, options);
}

function nameOf(role: ModelRole, { gateway, executor, critic }: ModelSelection): string {
  if (role === "gateway") return gateway;
  if (role === "critic") return critic;
  return executor === "gateway" ? gateway : executor;
}

function isServer(name: string): boolean {
  return /^https?:\/\//.test(name);
}

async function openServed(
  names: ReadonlyMap<ModelRole, string>,
  { adapter, parallel }: ModelSelection,
  { remote = false }: OpenInferenceOptions,
): Promise<Inference> {
  if (adapter !== "none" && adapter !== "default") {
    throw new ConfigError(
      `Cannot apply the adapter "${adapter}" on a server: serve the adapted model, and name it ` +
        'with "--gateway URL#model"',
    );
  }
  const places = [...names].map(([role, name]) => {
    const [baseUrl = "", model = ""] = name.split("#");
    if (model === "") {
      throw new ConfigError(`Cannot use "${name}": name the server's model, as in "${name}#model"`);
    }
    return { role, baseUrl, model };
  });
  const urls = new Set(places.map(({ baseUrl }) => baseUrl));
  if (urls.size > 1) {
    throw new ConfigError(`Cannot use several servers in one run: ${[...urls].join(", ")}`);
  }
  const apiKey = environment("ARGUS_API_KEY");
  return await openOpenai({
    baseUrl: places[0]?.baseUrl ?? "",
    models: Object.fromEntries(places.map(({ role, model }) => [role, model])),
    remote,
    concurrency: parallel ?? LANES,
    ...(apiKey === undefined ? {} : { apiKey }),
  });
}

async function openLocal(
  names: ReadonlyMap<ModelRole, string>,
  { adapter, parallel, context }: ModelSelection,
): Promise<Inference> {
  const models: Partial<Record<ModelRole, LocalModel>> = {};
  for (const [role, name] of names) {
    models[role] = localModel(name, role === "gateway" ? adapter : "none");
  }
  return await openLlama({
    models,
    lanes: parallel ?? LANES,
    ...(context === null ? {} : { contextSize: context }),
  });
}

/** The shipped catalog. */
export function shippedCatalog(): Catalog {
  return readCatalog(Deno.readTextFileSync(CATALOG_URL));
}

function localModel(name: string, adapter: string): LocalModel {
  if (isFile(name)) {
    const applied = adapter === "default" || adapter === "none" ? undefined : adapter;
    if (applied !== undefined && !isFile(applied)) {
      throw new ConfigError(
        `Cannot find the adapter "${applied}" of the file "${name}": only catalog models have named ` +
          'adapters; name a ".gguf" file',
      );
    }
    return { path: name, ...(applied === undefined ? {} : { adapter: { path: applied } }) };
  }
  const catalog = shippedCatalog();
  const names = Object.keys(catalog.models[name]?.adapters ?? {});
  // The adapter that the catalog lists first is the one that a model comes with.
  const wanted = adapter === "default" ? names[0] : adapter === "none" ? undefined : adapter;
  try {
    const named = wanted === undefined || isFile(wanted) ? {} : { adapter: wanted };
    const { url, adapter: found } = resolveModel(catalog, name, named);
    const path = fileURLToPath(url);
    if (wanted === undefined) return { path, name };
    const file = found === undefined
      ? { path: wanted }
      : { path: fileURLToPath(found.url), name: wanted };
    return { path, name, adapter: file };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigError(`${error.message}; a path that ends in ".gguf" names a file`);
  }
}

function isFile(name: string): boolean {
  return name.endsWith(".gguf");
}
