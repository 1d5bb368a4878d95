/**
 * Breadth of tool use: plain requests, each of which one tool answers.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/argus-eval-v1/E1_tool_use";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/e1-tool-use",
    version: "0.1.0",
    suite: "argus-eval-v1",
    family: "E1_tool_use",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
