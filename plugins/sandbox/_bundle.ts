import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Bundle, BundleReply, BundleRequest } from "./_bundler.ts";
import { type Graph, inspect } from "./_graph.ts";
import { runnerFile, zodFile } from "./_host_modules.ts";
import { PluginError } from "./plugin_error.ts";
import type { Source } from "./_source.ts";

/** Time that bundling may take, in milliseconds. */
const BUNDLING_MS = 30_000;

/** The program that esbuild's library starts, as npm names it for this platform. */
const ESBUILD = `@esbuild/${Deno.build.os}-${
  Deno.build.arch === "aarch64" ? "arm64" : "x64"
}/bin/esbuild`;

/** A plugin, bundled. */
export interface BundledPlugin {
  /** The plugin as one JavaScript module. */
  plugin: string;
  /** The program that loads it. */
  runner: string;
  /** SHA-256 over the names and contents of everything in the bundle, in hex. */
  contentHash: string;
}

/** A bundle with the files that it was made of, as the cache keeps it. */
const Entry = z.object({
  plugin: z.string(),
  runner: z.string(),
  contentHash: z.string(),
  files: z.array(z.tuple([z.string(), z.string()])),
});

/**
 * Bundles a plugin, or takes the bundle from the cache when no file of it has changed.
 *
 * @param cache Folder of the cache; undefined looks nowhere.
 * @throws {PluginError} when it imports what it may not, or is no program.
 */
export async function bundled(source: Source, cache: string | undefined): Promise<BundledPlugin> {
  const found = cache && await read(keptAt(source, cache));
  if (found) return found;
  const graph = await inspect(source);
  const bundle = await runBundler({ graph, runner: runnerFile(), zod: zodFile() }, source);
  return await describe(bundle, graph, source);
}

function keptAt(source: Source, cache: string): string {
  return join(cache, `${sha256(source.entry).slice(0, 32)}.json`);
}

/**
 * Puts a new bundle into the cache. Not part of {@linkcode bundled}: a bundle holds every text of
 * its plugin, and only the plugin says whether they may be kept.
 */
export async function keep(
  source: Source,
  cache: string | undefined,
  bundle: BundledPlugin,
): Promise<void> {
  if (cache === undefined || !("files" in bundle)) return;
  await write(keptAt(source, cache), JSON.stringify(bundle));
}

/** The cached entry, unless a file that it was made of has changed. */
async function read(path: string): Promise<BundledPlugin | undefined> {
  try {
    const entry = Entry.parse(JSON.parse(await Deno.readTextFile(path)));
    const same = await Promise.all(
      entry.files.map(async ([file, digest]) => sha256(await Deno.readFile(file)) === digest),
    );
    const { plugin, runner, contentHash } = entry;
    return same.every(Boolean) ? { plugin, runner, contentHash } : undefined;
  } catch {
    // A missing, torn or foreign entry is made anew.
    return undefined;
  }
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const part = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(part, text);
  await Deno.rename(part, path);
}

async function describe(
  bundle: Bundle,
  graph: Graph,
  source: Source,
): Promise<z.infer<typeof Entry>> {
  const own = Object.entries(graph.modules).map(([id, { text }]) => [id, sha256(text)] as const);
  const host = await Promise.all(
    fingerprinted(bundle.hostFiles).map(async (file) =>
      [file, sha256(await Deno.readFile(file))] as const
    ),
  );
  const used = new Set(fingerprinted(bundle.usedHostFiles));
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const content = [
    ...own.map(([id, digest]) => `plugin/${id} ${digest}`),
    ...host.filter(([file]) => used.has(file)).map(([file, digest]) =>
      `host/${relative(root, file).replaceAll(sep, "/").replace(/^.*node_modules\//, "")} ${digest}`
    ),
  ].sort();
  return {
    plugin: bundle.plugin,
    runner: bundle.runner,
    contentHash: sha256(content.join("\n")),
    files: [
      ...own.map(([id, digest]): [string, string] => [join(source.folder, id), digest]),
      ...host.map(([file, digest]): [string, string] => [file, digest]),
    ],
  };
}

/** Files of the host that stand for the bundle: an npm package is pinned by its package.json. */
function fingerprinted(files: readonly string[]): string[] {
  const zod = dirname(zodFile());
  return [...new Set(files.map((file) => file.startsWith(zod) ? join(zod, "package.json") : file))];
}

async function runBundler(request: BundleRequest, source: Source): Promise<Bundle> {
  const main = fileURLToPath(import.meta.resolve("esbuild"));
  const program = createRequire(main).resolve(ESBUILD);
  const child = new Deno.Command(Deno.execPath(), {
    // deno-fmt-ignore
    args: [
      "run", "--quiet", "--no-prompt", "--no-remote", "--cached-only",
      `--allow-read=${dirname(dirname(main))},${program}`, `--allow-run=${program}`,
      "--ignore-env", "--ignore-read",
      fileURLToPath(import.meta.resolve("./_bundler.ts")),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(BUNDLING_MS),
  }).spawn();
  const sent = new Blob([JSON.stringify(request)]).stream().pipeTo(child.stdin).catch(() => {});
  const [{ success, stdout, stderr }] = await Promise.all([child.output(), sent]);
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`The bundler failed: ${decoder.decode(stderr).trim().slice(-2_000)}`);
  }
  const reply = JSON.parse(decoder.decode(stdout)) as BundleReply;
  if ("error" in reply) {
    throw new PluginError(reply.escapes ? "import" : "source", source.spec, reply.error);
  }
  return reply.bundle;
}

/** SHA-256 of text or bytes, in hex. */
function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
