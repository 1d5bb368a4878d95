import { z } from "zod";
import { CatalogError, parseProbe, type Probe } from "../../probes/mod.ts";
import type { Transcript, Turn } from "../sdk/define_plugin.ts";
import { Manifest, type Permissions, type ResolvedManifest } from "../sdk/manifest.ts";
import { bundled, type BundledPlugin, keep } from "./_bundle.ts";
import { type Child, type ChildOptions, startChild } from "./_child.ts";
import { capsOf, type PluginCaps, type PluginLimits } from "./limits.ts";
import type { PackageSources } from "./packages.ts";
import { PluginError } from "./plugin_error.ts";
import { locate } from "./_source.ts";

/** The most probes that one plugin may hand over. */
const MAX_PROBES = 10_000;
/** The most characters of an attacker's turn. */
const MAX_TURN = 20_000;

/** Options for {@linkcode openPlugin}. */
export interface OpenPluginOptions {
  /**
   * Seed that generated probes are made from.
   * @default {0}
   */
  seed?: number;
  /** Folder that keeps bundles; without it every opening bundles anew. */
  cache?: string;
  /**
   * What the user grants, by the plugin's name; a plugin that asks for more is refused.
   * @default {{}}
   */
  grants?: Readonly<Record<string, Permissions>>;
  /** Gives the value of an environment variable that is granted; undefined leaves it unset. */
  environment?: (name: string) => string | undefined;
  /** Where packages come from; without it `npm:` and `jsr:` plugins are refused. */
  packages?: PackageSources;
  /** What the plugin's process may use. */
  limits?: PluginLimits;
  /**
   * Whether errors may quote an embargoed plugin: for its author, who checks it, and nobody else.
   * @default {false}
   */
  reveal?: boolean;
}

/** An opened plugin. A static one has answered and its process is gone. */
export interface PluginProcess extends AsyncDisposable {
  /** The plugin as the user named it. */
  readonly spec: string;
  /** Its folder, absolute. */
  readonly folder: string;
  /** What it says about itself, checked. */
  readonly manifest: ResolvedManifest;
  /** Its probes, each checked against the schema and the tool registry. */
  readonly probes: readonly Probe[];
  /** SHA-256 over the names and contents of everything in its bundle, in hex. */
  readonly contentHash: string;
  /** Integrity of its package's tarball, `"sha512-…"`; absent for what lies on this machine. */
  readonly integrity?: string;
  /** The caps that it runs under. */
  readonly caps: PluginCaps;
  /** Time from the call of {@linkcode openPlugin} until the probes were there, in milliseconds. */
  readonly ready: number;
  /**
   * Asks for the attacker's next turn; null when the attacker is done. Undefined for a plugin that
   * is not adaptive. Calls are answered one by one; after a failure the next call starts a new
   * process.
   *
   * @throws {PluginError} when the plugin throws, runs late or breaks the protocol.
   */
  readonly next?: (transcript: Transcript) => Promise<Turn>;
}

const Announcement = z.strictObject({ manifest: z.unknown(), adaptive: z.boolean() });

/**
 * Opens a plugin in a process of its own that may do nothing but compute.
 *
 * Its module graph is inspected and bundled before any of its code runs; the process sees the
 * bundle and nothing else, and is killed at its limits.
 *
 * @param spec A folder, a module file, a `file:` URL of either, or `npm:<name>@<version>`, with
 * `#sha512-…` to pin it. `jsr:` is fetched from its npm-compatible registry, and untested.
 * @throws {PluginError} when it cannot be used; the host and other plugins are unharmed.
 */
export async function openPlugin(
  spec: string,
  options: OpenPluginOptions = {},
): Promise<PluginProcess> {
  const started = performance.now();
  const source = await locate(spec, options.packages);
  const bundle = await bundled(source, options.cache);
  const caps = await capsOf(options.limits);
  const nothing: ChildOptions = { spec, caps, granted: {}, environment: {} };
  let embargoed = false;
  let child = await startChild(bundle, nothing);
  try {
    const { manifest, adaptive } = announced(child, spec);
    embargoed = manifest.visibility === "embargoed";
    if (!embargoed) await keep(source, options.cache, bundle);
    const settings = { ...nothing, ...granted(manifest, spec, options) };
    if (asksForMore(settings.granted)) {
      await child[Symbol.asyncDispose]();
      child = await startChild(bundle, settings);
    }
    const answer = await child.call({ method: "probes", params: { seed: options.seed ?? 0 } });
    const opened = {
      spec,
      folder: source.folder,
      manifest,
      probes: checked(answer, manifest, spec),
      contentHash: bundle.contentHash,
      ...(source.integrity === undefined ? {} : { integrity: source.integrity }),
      caps,
      ready: performance.now() - started,
    };
    if (adaptive) return { ...opened, ...attacker(child, bundle, settings) };
    await child[Symbol.asyncDispose]();
    return { ...opened, [Symbol.asyncDispose]: async (): Promise<void> => {} };
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw embargoed && options.reveal !== true ? withheld(error) : error;
  }
}

/** The same failure without a word of what the plugin wrote. */
function withheld(error: unknown): unknown {
  // What it asks for is named by its manifest, which is no secret.
  if (!(error instanceof PluginError) || error.fault === "permission") return error;
  const { fault, plugin } = error;
  const reason = `${fault}: the reason is withheld, since its texts are embargoed`;
  return new PluginError(fault, plugin, `${reason}; "plugin check" shows it`);
}

function announced(
  child: Child,
  spec: string,
): { manifest: ResolvedManifest; adaptive: boolean } {
  const announcement = Announcement.safeParse(child.announcement);
  if (!announcement.success) throw new PluginError("protocol", spec, "It announced no plugin");
  const manifest = Manifest.safeParse(announcement.data.manifest);
  if (manifest.success) return { manifest: manifest.data, adaptive: announcement.data.adaptive };
  const issue = manifest.error.issues[0];
  throw new PluginError(
    "invalid",
    spec,
    `manifest field "${issue?.path.join(".")}": ${issue?.message}`,
  );
}

function granted(
  { name, permissions }: ResolvedManifest,
  spec: string,
  { grants = {}, environment }: OpenPluginOptions,
): Pick<ChildOptions, "granted" | "environment"> {
  const grant = Object.hasOwn(grants, name) ? grants[name] : undefined;
  for (const kind of ["net", "env", "read"] as const) {
    const missing = permissions?.[kind]?.find((wanted) => !grant?.[kind]?.includes(wanted));
    if (missing !== undefined) {
      throw new PluginError(
        "permission",
        spec,
        `It asks for ${kind} "${missing}"; grant it with --plugin-grant ${name}:${kind}=${missing}`,
      );
    }
  }
  const names = permissions?.env ?? [];
  return {
    granted: permissions ?? {},
    environment: Object.fromEntries(
      names.flatMap((name) => {
        const value = environment?.(name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}

function asksForMore({ net = [], env = [], read = [] }: Permissions): boolean {
  return net.length + env.length + read.length > 0;
}

function checked(answer: unknown, manifest: ResolvedManifest, spec: string): Probe[] {
  if (!Array.isArray(answer) || answer.length === 0 || answer.length > MAX_PROBES) {
    throw new PluginError("invalid", spec, `Expected a list of 1 to ${MAX_PROBES} probes`);
  }
  const prefix = `${manifest.suite}/${manifest.family}/`;
  const ids = new Set<string>();
  return answer.map((value, index) => {
    const refuse = (problem: string): PluginError =>
      new PluginError("invalid", spec, `probe ${index + 1}: ${problem}`);
    let probe: Probe;
    try {
      probe = parseProbe(value, spec, index + 1);
    } catch (error) {
      if (error instanceof CatalogError) throw new PluginError("invalid", spec, error.message);
      throw refuse(String(error));
    }
    if (probe.suite !== manifest.suite) throw refuse(`field "suite": Expected "${manifest.suite}"`);
    if (probe.family !== manifest.family) {
      throw refuse(`field "family": Expected "${manifest.family}"`);
    }
    if (!probe.id.startsWith(prefix)) throw refuse(`field "id": Expected "${prefix}…"`);
    if (ids.has(probe.id)) throw refuse(`field "id": "${probe.id}" is taken`);
    ids.add(probe.id);
    return probe;
  });
}

/** The adaptive part of an opened plugin: its `next`, and the end of its process. */
function attacker(
  first: Child,
  bundle: BundledPlugin,
  settings: ChildOptions,
): Required<Pick<PluginProcess, "next">> & AsyncDisposable {
  let child: Promise<Child> = Promise.resolve(first);
  return {
    next: async (transcript): Promise<Turn> => {
      if ((await child).dead) {
        const dead = await child;
        child = dead[Symbol.asyncDispose]().then(() => startChild(bundle, settings));
      }
      const turn = await (await child).call({ method: "next", params: transcript });
      if (turn === null || typeof turn === "string" && turn.length <= MAX_TURN) return turn;
      throw new PluginError(
        "invalid",
        settings.spec,
        `Expected its next() to return null or a text of at most ${MAX_TURN} characters`,
      );
    },
    [Symbol.asyncDispose]: async (): Promise<void> => await (await child)[Symbol.asyncDispose](),
  };
}
