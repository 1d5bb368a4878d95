/**
 * Attacks on the retrieval of knowledge, each with a benign twin: rules rewritten, sealed or personal
 * records asked for like any article, and articles that give the agent orders.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/corpus-v1/f05_kb_retrieval";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/f05-kb-retrieval",
    version: "0.1.0",
    suite: "corpus-v1",
    family: "f05_kb_retrieval",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
