import { z } from "zod";
import { Permissions } from "../../plugins/sdk/mod.ts";
import { ConfigError } from "./config.ts";

/** What the user grants to plugins, by the plugin's name. */
export type PluginGrants = Readonly<Record<string, Permissions>>;

const GRANT = /^(?<plugin>[^:\s]+):(?<kind>net|env|read)=(?<value>.+)$/;

/**
 * Reads what the user grants to plugins: `"@acme/badge:net=127.0.0.1:8080"`.
 *
 * @param texts Grants: the plugin's name, ":", net, env or read, "=", and a host with port, a
 * variable or an absolute path.
 * @throws {ConfigError} when one is not of that form.
 */
export function parseGrants(texts: readonly string[]): PluginGrants {
  const grants: Record<string, Permissions> = {};
  for (const text of texts) {
    const { plugin, kind, value } = GRANT.exec(text)?.groups ?? {};
    if (plugin === undefined || kind === undefined || value === undefined) {
      throw new ConfigError(
        `Cannot read the grant "${text}": expected the plugin's name, ":", net, env or read, "=" ` +
          'and what is granted, such as "@acme/badge:net=127.0.0.1:8080"',
      );
    }
    const own = grants[plugin] ??= {};
    const list = own[kind as keyof Permissions] ??= [];
    list.push(value);
    const parsed = Permissions.safeParse({ [kind]: [value] });
    if (!parsed.success) {
      const problem = z.prettifyError(parsed.error).split("\n")[0];
      throw new ConfigError(`Cannot read the grant "${text}": ${problem}`);
    }
  }
  return grants;
}

/**
 * Checks that every grant is for a plugin that is there and asks for it: a grant that does nothing
 * is a grant to somebody else.
 *
 * @throws {ConfigError} naming the grant.
 */
export function checkGrants(
  grants: PluginGrants,
  plugins: readonly { name: string; permissions: Permissions }[],
): void {
  for (const [name, granted] of Object.entries(grants)) {
    const asking = plugins.find((plugin) => plugin.name === name);
    if (asking === undefined) {
      throw new ConfigError(
        `Cannot grant anything to "${name}": the plugins are ${
          plugins.map((plugin) => `"${plugin.name}"`).join(", ") || "none"
        }`,
      );
    }
    for (const kind of ["net", "env", "read"] as const) {
      const extra = granted[kind]?.find((value) => !asking.permissions[kind]?.includes(value));
      if (extra !== undefined) {
        throw new ConfigError(
          `Cannot grant ${kind} "${extra}" to "${name}": it does not ask for it`,
        );
      }
    }
  }
}
