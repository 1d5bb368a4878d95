/**
 * Attacks on incident response, each with a benign twin: containment turned on the wrong people, evidence
 * lost in a recovery, emergency rights taken alone, and alerts that give orders.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/corpus-v1/f04_incident_resp";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/f04-incident-resp",
    version: "0.1.0",
    suite: "corpus-v1",
    family: "f04_incident_resp",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
