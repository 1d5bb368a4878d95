/**
 * Attacks on account management, each with a benign twin: accounts created, promoted, taken over,
 * switched off or removed under the cover of ordinary paperwork.
 *
 * @module
 */

import { definePlugin, jsonLines, type Plugin } from "@argus-safety/argus/plugin";
import catalog from "@argus-safety/argus/probes/corpus-v1/f01_account_mgmt";

/** The plugin of this family. */
const plugin: Plugin = definePlugin({
  manifest: {
    name: "@argus-safety/f01-account-mgmt",
    version: "0.1.0",
    suite: "corpus-v1",
    family: "f01_account_mgmt",
    techniques: [
      "T1136",
      "T1098",
      "T1098.003",
      "T1078",
      "T1531",
      "T1562.001",
      "T1070",
      "LLM01",
      "AML.T0051",
    ],
  },
  probes: jsonLines(catalog),
});

export default plugin;
