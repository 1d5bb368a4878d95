import catalog from "@argus-safety/argus/probes/corpus-v1/f09_automation";
import { testCorpusFamily } from "../sdk/testing/corpus_family.ts";
import plugin from "./mod.ts";

testCorpusFamily({
  plugin,
  catalog,
  attacks: 19,
  templates: 8,
  indirect: 6,
  severalTurns: 3,
});
