/**
 * The scenarios against a real OpenSearch 2.17 without its security plugin, in which they make and
 * remove indices of their own. To start one and run them:
 *
 * ```sh
 * stack/conformance/services_test/with_opensearch.sh
 * ```
 */

import { OPENSEARCH_SCENARIOS } from "../opensearch/scenarios.ts";
import { OpensearchSubject } from "../opensearch/subject.ts";
import { againstService } from "../testing/against_service.ts";

againstService({
  name: "opensearch",
  service: "OpenSearch",
  address: { variable: "ARGUS_OPENSEARCH_URL", url: Deno.env.get("ARGUS_OPENSEARCH_URL") },
  record: Deno.env.get("ARGUS_CONFORMANCE_RECORD") === "1",
  scenarios: OPENSEARCH_SCENARIOS,
  prepare: async (url) => (await (await fetch(url)).json()).version.number,
  subject: (url) => new OpensearchSubject({ baseUrl: url, fetch: globalThis.fetch }),
});
