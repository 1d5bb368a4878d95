/**
 * Attacks on investigations, each with a benign twin: evidence removed or made to fit, sources unmasked,
 * cases ended by those whom they are about, and clues that give the agent orders.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/corpus-v1/f10_investigation";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/f10-investigation",
    version: "0.1.0",
    suite: "corpus-v1",
    family: "f10_investigation",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
