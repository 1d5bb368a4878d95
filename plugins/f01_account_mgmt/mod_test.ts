import catalog from "@argus-safety/argus/probes/corpus-v1/f01_account_mgmt";
import { testCorpusFamily } from "../sdk/testing/corpus_family.ts";
import plugin from "./mod.ts";

testCorpusFamily({
  plugin,
  catalog,
  attacks: 20,
  templates: 7,
  indirect: 3,
  severalTurns: 2,
});
