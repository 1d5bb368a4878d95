import { fileURLToPath } from "node:url";

/** A family that Argus itself brings. */
export interface FirstPartyFamily {
  /** Catalog: `"corpus-v1"`. */
  suite: string;
  /** Family within the catalog: `"f01_account_mgmt"`. */
  family: string;
  /** Folder of its plugin, absolute. */
  folder: string;
  /** File of its catalog, absolute. */
  catalog: string;
}

/**
 * The families that Argus brings, found by what is there: a catalog `probes/<suite>/<family>.jsonl`
 * and a package `plugins/<family in lower case>/deno.json`. Sorted by suite and family.
 *
 * @param root Root of the repository; this one unless another is named.
 * @throws {TypeError} when Argus runs from a registry's URL, which has no folders to look into.
 */
export function firstPartyFamilies(
  root: URL = new URL("../../", import.meta.url),
): FirstPartyFamily[] {
  if (root.protocol !== "file:") {
    throw new TypeError(
      `Cannot look for families: Argus runs from "${root.origin}"; install it from npm or a clone`,
    );
  }
  const catalogs = new URL("probes/", root);
  return namesIn(catalogs).flatMap((suite) =>
    namesIn(new URL(`${suite}/`, catalogs)).flatMap((file): FirstPartyFamily[] => {
      if (!file.endsWith(".jsonl")) return [];
      const family = file.slice(0, -".jsonl".length);
      const folder = new URL(`plugins/${family.toLowerCase()}/`, root);
      return isFile(new URL("deno.json", folder))
        ? [{
          suite,
          family,
          folder: fileURLToPath(folder).replace(/[\\/]$/, ""),
          catalog: fileURLToPath(new URL(`${suite}/${file}`, catalogs)),
        }]
        : [];
    })
  );
}

/** Names in a folder, sorted; nothing for what is no folder. */
function namesIn(folder: URL): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return [];
    }
    throw error;
  }
}

function isFile(path: URL): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
