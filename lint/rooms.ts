/**
 * Which room of the house may import from which: imports go down, never up, and the rooms of one
 * floor stand alone.
 *
 * @module
 */

/** What the modules of each room may import from, besides their own room. */
const BELOW: Record<string, readonly string[]> = {
  "probes": [],
  "defenses": ["probes"],
  "plugins/sdk": ["probes"],
  "stack": ["probes"],
  "plugins/sandbox": ["probes", "plugins/sdk"],
  "plugins/*": ["probes", "plugins/sdk"],
  "models/catalog.ts": [],
  "harness": [
    ...["probes", "defenses", "plugins/sdk", "plugins/sandbox", "plugins/*", "stack"],
    "models/catalog.ts",
  ],
  "models": [
    "probes",
    "defenses",
    "plugins/sdk",
    "plugins/*",
    "stack",
    "harness",
    "models/catalog.ts",
  ],
  "harness/cli": [
    ...["probes", "defenses", "plugins/sdk", "plugins/sandbox", "plugins/*", "stack"],
    ...["harness", "models", "models/catalog.ts"],
  ],
  "mod.ts": ["probes", "defenses", "plugins/sdk", "plugins/sandbox", "stack", "harness"],
};

/** The entry points of the main package, by the specifier that a program imports. */
const EXPORTS: Record<string, string> = {
  "@argus-safety/argus": "mod.ts",
  "@argus-safety/argus/defenses": "defenses/mod.ts",
  "@argus-safety/argus/plugin": "plugins/sdk/mod.ts",
  "@argus-safety/argus/probes": "probes/mod.ts",
  "@argus-safety/argus/stack": "stack/mod.ts",
  "@argus-safety/argus/statistics": "harness/statistics/mod.ts",
};

/** Folders whose modules may import anything and that nothing else imports from. */
const OUTSIDE = ["bench", "docs", "examples", "lint"];

/**
 * The room that a file belongs to: `"probes"`, `"plugins/sdk"`, `"plugins/<family>"`, ….
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(roomOf("harness/cli/main.ts"), "harness/cli");
 * assert.equal(roomOf("harness/pipeline/calls.ts"), "harness");
 * ```
 *
 * @param path The file's path from the root of the repository, with forward slashes
 */
export function roomOf(path: string): string {
  const [first = "", second = ""] = path.split("/");
  // Which models there are is data that the engine reads; how they are made stands above it.
  if (path === "models/catalog.ts") return path;
  if (first === "plugins") return `plugins/${second}`;
  if (first === "harness" && second === "cli") return "harness/cli";
  return first;
}

function kindOf(room: string): string {
  return room in BELOW || !room.startsWith("plugins/") ? room : "plugins/*";
}

/**
 * The file that a specifier names, from the root of the repository; nothing for a package or a
 * built-in module.
 *
 * @param specifier The specifier as it is written
 * @param from The importing file's path from the root of the repository
 */
export function resolveFile(specifier: string, from: string): string | undefined {
  if (specifier in EXPORTS) return EXPORTS[specifier];
  if (!specifier.startsWith("./") && !specifier.startsWith("../")) return undefined;
  const { pathname } = new URL(specifier, `file:///root/${from}`);
  return pathname.startsWith("/root/")
    ? decodeURIComponent(pathname.slice("/root/".length))
    : undefined;
}

/**
 * Why `from` must not import `to`, or nothing when it may.
 *
 * @param from The importing file's path from the root of the repository
 * @param to The imported file's path, likewise
 */
export function whyForbidden(from: string, to: string): string | undefined {
  const [own, other] = [roomOf(from), roomOf(to)];
  if (own === other) return undefined;
  if (OUTSIDE.includes(other)) return `Nothing imports from '${other}': move what is needed`;
  const below = BELOW[kindOf(own)];
  if (below === undefined || below.includes(kindOf(other))) return undefined;
  const allowed = below.length === 0
    ? "imports from no other room"
    : `may import from ${below.map((room) => `'${room}'`).join(", ")}`;
  return `'${own}' must not import from '${other}': it ${allowed}`;
}
