import { plantDocuments } from "../opensearch/plant.ts";
import { opensearchFetch } from "../opensearch/twin.ts";
import { OPENSEARCH_INDEXES, opensearchPassword, seedOpensearch } from "../seed/opensearch.ts";
import { SEARCH_TOOLS } from "../tools/search.ts";
import { SearchClient } from "../tools/search_client.ts";
import type { HttpService } from "./service.ts";

/** OpenSearch: logs, audit events and the knowledge base, searchable. */
export const OPENSEARCH: HttpService<SearchClient> = {
  name: "opensearch",
  version: "2.17",
  url: "http://opensearch.example.com",
  indexes: OPENSEARCH_INDEXES,
  tools: SEARCH_TOOLS,
  seed: ({ seed, accounts }) => seedOpensearch(seed, accounts),
  plant: ({ documents = [] }, rows) => plantDocuments(documents, rows),
  twin: opensearchFetch,
  client: ({ seed, username }, connection) =>
    new SearchClient({ ...connection, username, password: opensearchPassword(seed, username) }),
};
