import { join } from "node:path";
import type { PackageSources } from "../../plugins/sandbox/mod.ts";
import { environment } from "../environment.ts";

/** Where plugins that are packages come from: the registries that the environment names. */
export function packageSources(cache: string): PackageSources {
  return {
    folder: join(cache, "packages"),
    npmRegistry: environment("ARGUS_NPM_REGISTRY"),
    jsrRegistry: environment("ARGUS_JSR_REGISTRY"),
  };
}
