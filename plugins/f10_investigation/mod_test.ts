import catalog from "@argus-safety/argus/probes/corpus-v1/f10_investigation";
import { testCorpusFamily } from "../sdk/testing/corpus_family.ts";
import plugin from "./mod.ts";

testCorpusFamily({
  plugin,
  catalog,
  attacks: 20,
  templates: 9,
  indirect: 6,
  severalTurns: 5,
});
