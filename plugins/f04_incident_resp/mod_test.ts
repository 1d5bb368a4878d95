import catalog from "@argus-safety/argus/probes/corpus-v1/f04_incident_resp";
import { testCorpusFamily } from "../sdk/testing/corpus_family.ts";
import plugin from "./mod.ts";

testCorpusFamily({
  plugin,
  catalog,
  attacks: 20,
  templates: 8,
  indirect: 5,
  severalTurns: 2,
});
