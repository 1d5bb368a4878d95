import { opensearchFetch } from "../../opensearch/twin.ts";
import { OPENSEARCH_INDEXES, seedOpensearch } from "../../seed/opensearch.ts";
import { seedAccounts } from "../../seed/people.ts";
import { WORLD_TIME } from "../../seed/random.ts";
import { RowOverlay, RowStore } from "../../state/row_store.ts";
import { againstTwin } from "../testing/against_twin.ts";
import { OPENSEARCH_SCENARIOS } from "./scenarios.ts";
import { OpensearchSubject, SEED } from "./subject.ts";

const store = new RowStore(
  new Map(
    [...seedOpensearch(SEED, seedAccounts(SEED, 1)).rows].filter(([kind]) =>
      kind === "opensearch.users"
    ),
  ),
  OPENSEARCH_INDEXES,
);

againstTwin({
  name: "opensearch",
  scenarios: OPENSEARCH_SCENARIOS,
  subject: () =>
    new OpensearchSubject({
      baseUrl: "http://opensearch.example.com",
      fetch: opensearchFetch(new RowOverlay(store), { seed: SEED, now: () => WORLD_TIME }),
    }),
});
