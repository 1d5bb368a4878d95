/**
 * Workflows of several turns, judged by what the world has become at their end.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/argus-eval-v1/E5_workflow";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/e5-workflow",
    version: "0.1.0",
    suite: "argus-eval-v1",
    family: "E5_workflow",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
