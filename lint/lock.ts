/**
 * Keeps `deno.lock` small: Deno installs every optional package that the lockfile names, and those
 * of node-llama-cpp come to 0.7 GB on Linux. What a CPU or Metal needs stays; `bootstrap.sh` adds the
 * CUDA or Vulkan binaries on a machine that can use them.
 *
 * @module
 */

/** One package of a lockfile. */
interface LockedPackage {
  integrity: string;
  os?: string[];
  cpu?: string[];
  dependencies?: string[];
  optionalDependencies?: string[];
  optionalPeers?: string[];
}

/** The part of a lockfile, version 5, that is looked at. */
interface Lockfile {
  version: string;
  specifiers: Record<string, string>;
  npm?: Record<string, LockedPackage>;
}

/** Processors that a package's manifest names although its binary is for another. */
const CPU: Record<string, string[]> = {
  "@node-llama-cpp/linux-arm64": ["arm64"],
  "@node-llama-cpp/mac-arm64-metal": ["arm64"],
};

/** The inference binaries that every machine of a kind needs. */
const KEPT = [
  "@node-llama-cpp/linux-x64",
  "@node-llama-cpp/linux-arm64",
  "@node-llama-cpp/mac-arm64-metal",
  "@node-llama-cpp/mac-x64",
];

/** Says whether an optional dependency stays in the lockfile. */
function isKept(dependency: string): boolean {
  const name = nameOf(dependency);
  if (name.startsWith("@node-llama-cpp/")) return KEPT.includes(name);
  // Speed-ups of a downloader and of an SSH client that are not used here; both do without.
  return name !== "@reflink/reflink" && name !== "cpu-features" && name !== "nan";
}

function nameOf(key: string): string {
  const at = key.indexOf("@", 1);
  return at < 0 ? key : key.slice(0, at);
}

/** The keys of `packages` that can be reached from the specifiers. */
function reachable(lock: Lockfile, packages: Record<string, LockedPackage>): Set<string> {
  const byName = Map.groupBy(Object.keys(packages), nameOf);
  const waiting = Object.entries(lock.specifiers)
    .filter(([specifier]) => specifier.startsWith("npm:"))
    .map(([specifier, version]) => `${nameOf(specifier.slice(4))}@${version}`);
  const seen = new Set<string>();
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const found = key in packages ? [key] : byName.get(nameOf(key)) ?? [];
    for (const name of found) {
      if (seen.has(name)) continue;
      seen.add(name);
      const entry = packages[name];
      waiting.push(...entry?.dependencies ?? [], ...entry?.optionalDependencies ?? []);
    }
  }
  return seen;
}

/**
 * The lockfile without the optional packages that most machines have no use for.
 *
 * @example
 * ```ts ignore
 * Deno.writeTextFileSync("deno.lock", prunedLock(Deno.readTextFileSync("deno.lock")));
 * ```
 *
 * @param text The lockfile as Deno wrote it
 * @throws {SyntaxError} If `text` is not JSON or its version is not 5
 */
export function prunedLock(text: string): string {
  const lock = JSON.parse(text) as Lockfile;
  if (lock.version !== "5") {
    throw new SyntaxError(
      `Cannot prune a lockfile of version "${lock.version}": this knows version "5"`,
    );
  }
  const packages = lock.npm ?? {};
  for (const [key, entry] of Object.entries(packages)) {
    if (entry.optionalDependencies !== undefined) {
      entry.optionalDependencies = entry.optionalDependencies.filter(isKept);
      if (entry.optionalDependencies.length === 0) delete entry.optionalDependencies;
    }
    const cpu = CPU[nameOf(key)];
    if (cpu !== undefined) entry.cpu = cpu;
  }
  const used = reachable(lock, packages);
  lock.npm = Object.fromEntries(Object.entries(packages).filter(([key]) => used.has(key)));
  return JSON.stringify(lock, null, 2) + "\n";
}

if (import.meta.main) {
  const path = new URL("../deno.lock", import.meta.url);
  Deno.writeTextFileSync(path, prunedLock(Deno.readTextFileSync(path)));
}
