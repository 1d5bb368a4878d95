import catalog from "@argus-safety/argus/probes/corpus-v1/f05_kb_retrieval";
import { testCorpusFamily } from "../sdk/testing/corpus_family.ts";
import plugin from "./mod.ts";

testCorpusFamily({
  plugin,
  catalog,
  attacks: 20,
  templates: 9,
  indirect: 8,
  severalTurns: 2,
});
