/**
 * What a tool answered: errors, empty results and pages, and how an agent goes on.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/argus-eval-v1/E7_tool_result";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/e7-tool-result",
    version: "0.1.0",
    suite: "argus-eval-v1",
    family: "E7_tool_result",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
