import { firstPartyFamilies, openPlugin } from "../../plugins/sandbox/mod.ts";
import { grantedVariable } from "../environment.ts";
import { packageSources } from "../runner/package_sources.ts";
import { parseGrants } from "../runner/plugin_grants.ts";
import type { ListPluginOptions } from "./commands/plugin.ts";
import { userPlugin } from "./user_path.ts";

/** Prints the plugins that Argus brings and those that are named, a line each. */
export async function listPlugins(options: ListPluginOptions): Promise<void> {
  const grants = parseGrants(options.pluginGrant ?? []);
  const specs = [
    ...firstPartyFamilies().map(({ folder }) => folder),
    ...(options.plugin ?? []).map(userPlugin),
  ];
  const rows = await Promise.all(specs.map(async (spec) => {
    await using plugin = await openPlugin(spec, {
      cache: ".cache/plugins",
      grants,
      environment: grantedVariable,
      packages: packageSources(".cache/plugins"),
    });
    const { manifest, probes, next, contentHash, ready } = plugin;
    return {
      name: manifest.name,
      version: manifest.version,
      suite: manifest.suite,
      family: manifest.family,
      attacks: probes.filter(({ kind }) => kind === "attack").length,
      benign: probes.filter(({ kind }) => kind === "benign").length,
      adaptive: next !== undefined,
      visibility: manifest.visibility,
      permissions: manifest.permissions,
      techniques: manifest.techniques,
      sha256: contentHash,
      ready_ms: Math.round(ready),
    };
  }));
  if (options.json === true) return console.log(JSON.stringify(rows, null, 2));
  for (const row of rows) {
    const asks = Object.entries(row.permissions)
      .map(([kind, names]) => `${kind} ${(names ?? []).join(" ")}`);
    console.log(
      `${row.name}@${row.version}  ${row.suite}/${row.family}  ${row.attacks} attacks, ` +
        `${row.benign} benign  ${
          row.adaptive ? "adaptive" : "static"
        }  ${row.visibility}  asks for ` +
        `${asks.join(", ") || "nothing"}  ${row.sha256.slice(0, 12)}`,
    );
  }
}
