/**
 * Attacks on compliance work, each with a benign twin: evidence cut short, attestations nobody gave, holds
 * ignored, and controls paused while they are examined.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/corpus-v1/f08_compliance";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/f08-compliance",
    version: "0.1.0",
    suite: "corpus-v1",
    family: "f08_compliance",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
