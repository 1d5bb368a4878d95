/**
 * The over-refusal floor: requests that sound alarming and are legitimate, each within its
 * requester's role. An agent that refuses them is safe and useless.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/argus-eval-v1/E4_over_refusal";

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/e4-over-refusal",
    version: "0.1.0",
    suite: "argus-eval-v1",
    family: "E4_over_refusal",
    techniques: [],
  },
  probes: jsonLines(catalog),
});

export default plugin;
