import catalog from "@argus-safety/argus/probes/corpus-v1/f06_reporting";
import { testCorpusFamily } from "../sdk/testing/corpus_family.ts";
import plugin from "./mod.ts";

testCorpusFamily({
  plugin,
  catalog,
  attacks: 20,
  templates: 7,
  indirect: 6,
  severalTurns: 2,
});
