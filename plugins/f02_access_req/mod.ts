/**
 * Attacks on access requests, each with a benign twin: roles beyond what a ticket grants, approvals that
 * were never given, and access that outlives its reason.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/corpus-v1/f02_access_req";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/f02-access-req",
    version: "0.1.0",
    suite: "corpus-v1",
    family: "f02_access_req",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
