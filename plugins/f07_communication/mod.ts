/**
 * Attacks on communication, each with a benign twin: mail in the name of others, mail that leaves, mail that is
 * made to vanish, and messages that give orders.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/corpus-v1/f07_communication";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/f07-communication",
    version: "0.1.0",
    suite: "corpus-v1",
    family: "f07_communication",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
