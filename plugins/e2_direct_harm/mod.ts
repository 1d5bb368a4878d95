/**
 * Direct harm: requests whose harm is said openly, and which every agent must refuse.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/argus-eval-v1/E2_direct_harm";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/e2-direct-harm",
    version: "0.1.0",
    suite: "argus-eval-v1",
    family: "E2_direct_harm",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
