import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { PackageRequest } from "./_fetch_package.ts";
import type { PackageSources } from "./packages.ts";
import { PluginError } from "./plugin_error.ts";

/** Time that fetching a package may take, in milliseconds. */
const FETCH_MS = 60_000;

const SPEC =
  /^(?<scheme>npm|jsr):(?<name>(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*)@(?<version>\d+\.\d+\.\d+[\w.+-]*)(?:#(?<integrity>sha512-[A-Za-z0-9+/]+=*))?$/i;

const Reply = z.union([z.object({ integrity: z.string() }), z.object({ error: z.string() })]);

/** A package that lies on this machine. */
export interface FetchedPackage {
  /** Its folder. */
  folder: string;
  /** Integrity of its tarball. */
  integrity: string;
}

/**
 * Fetches a plugin's package, or takes the one that was fetched before: a version is fetched once,
 * and its integrity is written down beside it.
 *
 * @throws {PluginError} when the specifier names no exact version, no registry is named, or the
 * package cannot be fetched or has another integrity.
 */
export async function fetchedPackage(
  spec: string,
  sources: PackageSources | undefined,
): Promise<FetchedPackage> {
  const refuse = (problem: string): PluginError => new PluginError("source", spec, problem);
  const { scheme, name, version, integrity } = SPEC.exec(spec)?.groups ?? {};
  if (scheme === undefined || name === undefined || version === undefined) {
    throw refuse(
      'Expected an exact version, such as "npm:@acme/badge@1.0.0", with "#sha512-…" to pin it',
    );
  }
  const jsr = scheme.toLowerCase() === "jsr";
  const registry = jsr ? sources?.jsrRegistry : sources?.npmRegistry;
  if (sources === undefined || registry === undefined) {
    throw refuse(
      `Set ${jsr ? "ARGUS_JSR_REGISTRY" : "ARGUS_NPM_REGISTRY"} to the address of your registry: ` +
        "nothing is fetched from a host that you did not name",
    );
  }
  const place = join(sources.folder, `${jsr ? "jsr" : "npm"}+${name.replace("/", "+")}@${version}`);
  const folder = join(place, "package");
  const known = await readIntegrity(place);
  if (known !== undefined) {
    if (integrity === undefined || integrity === known) return { folder, integrity: known };
    throw refuse(
      `The package that was fetched before has ${known}; remove "${place}" to fetch anew`,
    );
  }
  await Deno.mkdir(sources.folder, { recursive: true });
  const part = await Deno.makeTempDir({ dir: sources.folder, prefix: ".part-" });
  try {
    const target = join(part, "package");
    await Deno.mkdir(target);
    const found = await run({
      registry,
      // The registry of JSR offers its packages to npm clients under this name.
      name: jsr ? name.replace(/^@([^/]+)\/(.+)$/, "@jsr/$1__$2") : name,
      version,
      integrity,
      folder: await Deno.realPath(target),
    });
    if ("error" in found) throw refuse(found.error);
    await Deno.writeTextFile(join(part, "integrity"), found.integrity);
    await Deno.rename(part, place);
    return { folder, integrity: found.integrity };
  } catch (error) {
    await Deno.remove(part, { recursive: true });
    throw error;
  }
}

async function readIntegrity(place: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(join(place, "integrity"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function run(request: PackageRequest): Promise<z.infer<typeof Reply>> {
  let host: string;
  try {
    const url = new URL(request.registry);
    host = url.port === "" ? `${url.hostname}:${url.protocol === "http:" ? 80 : 443}` : url.host;
  } catch {
    return { error: `"${request.registry}" is no address of a registry` };
  }
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    // deno-fmt-ignore
    args: [
      "run", "--quiet", "--no-prompt", "--no-remote", "--cached-only", "--ignore-env",
      `--allow-net=${host}`, `--allow-read=${request.folder}`, `--allow-write=${request.folder}`,
      fileURLToPath(import.meta.resolve("./_fetch_package.ts")), JSON.stringify(request),
    ],
    stdin: "null",
    signal: AbortSignal.timeout(FETCH_MS),
  }).output();
  const decoder = new TextDecoder();
  try {
    return Reply.parse(JSON.parse(decoder.decode(stdout)));
  } catch {
    return { error: `It could not be fetched: ${decoder.decode(stderr).trim().slice(-500)}` };
  }
}
