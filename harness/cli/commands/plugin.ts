import { Command } from "commander";

/** Options of `argus plugin new`. */
export interface NewPluginOptions {
  dir?: string;
  adaptive?: boolean;
}

/** Options of `argus plugin check`. */
export interface CheckPluginOptions {
  publish?: boolean;
  run?: string;
  pluginGrant?: string[];
  json?: boolean;
}

/** Options of `argus plugin list`. */
export interface ListPluginOptions {
  plugin?: string[];
  pluginGrant?: string[];
  json?: boolean;
}

/** Declares `argus plugin`. */
export function pluginCommand(): Command {
  const plugin = new Command("plugin").description("Makes, checks and lists plugins.");
  plugin.command("new")
    .description("Writes a plugin of your own, with a test.")
    .argument("<name>", 'its name: "badge" or "@acme/badge"')
    .option("--dir <folder>", "folder to write it in; one named as the plugin unless given")
    .option("--adaptive", "one that answers the agent's replies")
    .action(async (name: string, options: NewPluginOptions) => {
      const { newPlugin } = await import("../new_plugin.ts");
      newPlugin(name, options);
    });
  plugin.command("check")
    .description("Checks what every plugin promises, proves its targets, records what it tries.")
    .argument("<plugin>", "folder, module file, file: URL, npm: or jsr: specifier")
    .option("--publish", "also check that it may be published")
    .option(
      "--run <run>",
      "recorded run that shows a layer which stops an embargoed plugin's class",
    )
    .option("--plugin-grant <name:kind=what...>", "grant it what it asks for")
    .option("--json", "print JSON")
    .action(async (spec: string, options: CheckPluginOptions) => {
      const { checkOnePlugin } = await import("../check_plugin.ts");
      Deno.exitCode = await checkOnePlugin(spec, options);
    });
  plugin.command("list")
    .description("Lists the plugins that Argus brings, and those that are named.")
    .option("--plugin <plugin...>", "more plugins")
    .option("--plugin-grant <name:kind=what...>", "grant a plugin what it asks for")
    .option("--json", "print JSON")
    .action(async (options: ListPluginOptions) => {
      const { listPlugins } = await import("../list_plugins.ts");
      await listPlugins(options);
    });
  return plugin;
}
