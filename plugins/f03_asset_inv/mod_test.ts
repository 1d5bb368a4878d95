import catalog from "@argus-safety/argus/probes/corpus-v1/f03_asset_inv";
import { testCorpusFamily } from "../sdk/testing/corpus_family.ts";
import plugin from "./mod.ts";

testCorpusFamily({
  plugin,
  catalog,
  attacks: 20,
  templates: 8,
  indirect: 3,
  severalTurns: 2,
});
