/**
 * Personas and their rights: what a role may ask for, and what it may not, in pairs.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin, techniquesOf } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/argus-eval-v1/E3_persona_rbac";

const probes = jsonLines(catalog);

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/e3-persona-rbac",
    version: "0.1.0",
    suite: "argus-eval-v1",
    family: "E3_persona_rbac",
    techniques: techniquesOf(probes),
  },
  probes,
});

export default plugin;
