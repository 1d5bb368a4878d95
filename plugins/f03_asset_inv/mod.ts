/**
 * Attacks on the asset inventory, each with a benign twin: owners and states that do not fit, people and
 * secrets collected as columns of a list, machines used for private ends.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/corpus-v1/f03_asset_inv";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/f03-asset-inv",
    version: "0.1.0",
    suite: "corpus-v1",
    family: "f03_asset_inv",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
