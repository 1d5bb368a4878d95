import { relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import { hostModule } from "./_host_modules.ts";
import { PluginError } from "./plugin_error.ts";
import { makeScratch } from "./_scratch.ts";
import type { Source } from "./_source.ts";

/** Time that the inspection of a module graph may take, in milliseconds. */
const INSPECTION_MS = 20_000;
/** The most bytes that the modules of a plugin may have together. */
const MAX_BYTES = 16 * 1024 * 1024;

/** How a module's text becomes JavaScript. */
export type Loader = "ts" | "tsx" | "js" | "jsx" | "json" | "text";

/** Where an import leads: to another module of the plugin, or to a file of the host. */
export type Target = { module: string } | { host: string };

/** One module of a plugin. */
export interface GraphModule {
  /** Its text. */
  text: string;
  /** How the text is read. */
  loader: Loader;
  /** What its imports resolve to, by specifier as written. */
  imports: Record<string, Target>;
}

/** The static module graph of a plugin; module ids are paths relative to its folder. */
export interface Graph {
  /** Id of the entry module. */
  entry: string;
  /** Modules by id. */
  modules: Record<string, GraphModule>;
}

const Info = z.object({
  roots: z.array(z.string()),
  modules: z.array(z.object({
    specifier: z.string(),
    error: z.string().optional(),
    mediaType: z.string().optional(),
    dependencies: z.array(z.object({
      specifier: z.string(),
      code: z.object({ specifier: z.string().optional(), error: z.string().optional() })
        .optional(),
      assertionType: z.string().optional(),
    })).optional(),
  })),
});

type Info = z.infer<typeof Info>;

/**
 * Reads the static module graph of a plugin without running it.
 *
 * @throws {PluginError} when an import leaves the plugin's folder for anything but what the host
 * offers, or a module is no regular file.
 */
export async function inspect(source: Source): Promise<Graph> {
  const info = await moduleInfo(source);
  const known = new Map(info.modules.map((module) => [module.specifier, module]));
  const graph: Graph = { entry: "", modules: {} };
  let bytes = 0;
  const load = async (url: string, loader: Loader | undefined): Promise<string> => {
    const id = await moduleId(url, source);
    if (graph.modules[id] !== undefined) return id;
    const module = known.get(url);
    if (module?.error !== undefined) throw new PluginError("source", source.spec, module.error);
    const text = await Deno.readTextFile(fileURLToPath(url));
    bytes += text.length;
    if (bytes > MAX_BYTES) {
      throw new PluginError("source", source.spec, `Its modules have more than ${MAX_BYTES} bytes`);
    }
    const entry: GraphModule = {
      text,
      loader: loader ?? loaderOf(module?.mediaType, id, source),
      imports: {},
    };
    graph.modules[id] = entry;
    for (const { specifier, code, assertionType } of module?.dependencies ?? []) {
      if (code === undefined) continue;
      const host = hostModule(specifier);
      if (host !== undefined) {
        entry.imports[specifier] = { host };
      } else if (code.specifier?.startsWith("file:")) {
        entry.imports[specifier] = {
          module: await load(code.specifier, asserted(assertionType)),
        };
      } else {
        throw refused(specifier, source);
      }
    }
    return id;
  };
  graph.entry = await load(pathToFileURL(source.entry).href, undefined);
  return graph;
}

async function moduleInfo(source: Source): Promise<Info> {
  await using scratch = await makeScratch("argus-inspect-");
  const home = scratch.path;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    // deno-fmt-ignore
    args: [
        "info", "--json", "--no-config", "--no-lock", "--no-remote", "--no-npm",
        pathToFileURL(source.entry).href,
      ],
    cwd: source.folder,
    clearEnv: true,
    env: { DENO_DIR: home, HOME: home, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(INSPECTION_MS),
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new PluginError("source", source.spec, decoder.decode(stderr).trim().slice(-2_000));
  }
  return Info.parse(JSON.parse(decoder.decode(stdout)));
}

/** The path of a module relative to the plugin's folder; it must be a regular file in there. */
async function moduleId(url: string, source: Source): Promise<string> {
  const path = fileURLToPath(url);
  const id = relative(source.folder, path);
  if (id === "" || id.startsWith("..") || id.startsWith(sep)) throw refused(path, source);
  try {
    const { isFile } = await Deno.lstat(path);
    if (isFile && await Deno.realPath(path) === path) return id.replaceAll(sep, "/");
  } catch (error) {
    throw new PluginError("source", source.spec, (error as Error).message, { cause: error });
  }
  throw new PluginError("import", source.spec, `"${id}" is a link; copy the file into the folder`);
}

function refused(specifier: string, source: Source): PluginError {
  return new PluginError(
    "import",
    source.spec,
    `It imports "${specifier}"; a plugin imports its own files, ` +
      '"@argus-safety/argus/plugin", "@argus-safety/argus/probes" and "zod"',
  );
}

function asserted(type: string | undefined): Loader | undefined {
  return type === "text" || type === "json" ? type : undefined;
}

const LOADERS: Record<string, Loader> = {
  TypeScript: "ts",
  Mts: "ts",
  TSX: "tsx",
  JavaScript: "js",
  Mjs: "js",
  JSX: "jsx",
  Json: "json",
};

function loaderOf(mediaType: string | undefined, id: string, source: Source): Loader {
  const loader = LOADERS[mediaType ?? ""];
  if (loader !== undefined) return loader;
  throw new PluginError(
    "import",
    source.spec,
    `"${id}" is no module; import a text file with { type: "text" }`,
  );
}
