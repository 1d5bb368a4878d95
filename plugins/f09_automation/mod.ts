/**
 * Attacks on automation, each with a benign twin: jobs that outlive their owner, pipelines with a step more,
 * rules that approve by themselves, and output that gives orders.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/corpus-v1/f09_automation";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/f09-automation",
    version: "0.1.0",
    suite: "corpus-v1",
    family: "f09_automation",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
