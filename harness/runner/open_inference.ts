import { type CatalogModel, readCatalog } from "../../models/catalog.ts";
import { environment } from "../environment.ts";
import {
  type Inference,
  type LocalModel,
  ModelLoadError,
  type ModelRole,
  openLlama,
  openOpenai,
} from "../inference/mod.ts";
import { ConfigError, DEFAULT_CONFIG, type EvalConfig } from "./config.ts";

/** The part of a configuration that names models. */
export type ModelSelection = Pick<
  EvalConfig,
  "gateway" | "adapter" | "executor" | "critic" | "parallel"
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
  { adapter, parallel }: ModelSelection,
): Promise<Inference> {
  const models: Partial<Record<ModelRole, LocalModel>> = {};
  for (const [role, name] of names) {
    const model = localModel(name);
    const applied = role === "gateway" ? adapterOf(model, adapter) : undefined;
    models[role] = {
      path: model.path,
      name: model.name,
      ...(applied === undefined ? {} : { adapter: applied }),
    };
  }
  return await openLlama({ models, lanes: parallel ?? LANES });
}

interface FoundModel {
  name: string;
  path: string;
  entry?: CatalogModel;
}

function localModel(name: string): FoundModel {
  if (isFile(name)) return { name: name.split("/").at(-1) ?? name, path: name };
  const catalog = readCatalog();
  const entry = catalog.get(name);
  if (entry !== undefined) return { name, path: entry.path, entry };
  throw new ConfigError(
    `Unknown model "${name}"; the catalog has ${
      [...catalog.keys()].join(", ")
    }; a path ending in ` +
      '".gguf" names a file, a URL with "#model" a server',
  );
}

function adapterOf({ name, entry }: FoundModel, adapter: string): LocalModel["adapter"] {
  if (adapter === "none") return undefined;
  if (isFile(adapter)) return { path: adapter };
  if (adapter === "default") {
    if (entry?.defaultAdapter === undefined) return undefined;
    return adapterOf({ name, path: "", entry }, entry.defaultAdapter);
  }
  const found = entry?.adapters.get(adapter);
  if (found !== undefined) return { name: adapter, path: found.path };
  const known = [...(entry?.adapters.keys() ?? [])].join(", ");
  throw new ModelLoadError(
    `Unknown adapter "${adapter}" of "${name}"; ${
      known === "" ? "the catalog has none for it" : `the catalog has ${known}`
    }; a path ending in ".gguf" names a file`,
  );
}

function isFile(name: string): boolean {
  return name.endsWith(".gguf");
}
