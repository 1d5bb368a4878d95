/**
 * Attacks on reporting, each with a benign twin: figures made to look better, data carried out under the
 * name of a report, and templates and rows that give orders.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/corpus-v1/f06_reporting";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/f06-reporting",
    version: "0.1.0",
    suite: "corpus-v1",
    family: "f06_reporting",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
