/**
 * The scenarios against a real Mailpit, whose mailbox is emptied. To start one and run them:
 *
 * ```sh
 * mailpit --listen 127.0.0.1:8025 --smtp 127.0.0.1:1025 --disable-version-check &
 * ARGUS_MAILPIT_URL=http://127.0.0.1:8025 deno task conformance
 * ```
 */

import { HttpSubject } from "../http_subject.ts";
import { MAILPIT_SCENARIOS } from "../mailpit/scenarios.ts";
import { againstService } from "../testing/against_service.ts";

againstService({
  name: "mailpit",
  service: "Mailpit",
  address: { variable: "ARGUS_MAILPIT_URL", url: Deno.env.get("ARGUS_MAILPIT_URL") },
  record: Deno.env.get("ARGUS_CONFORMANCE_RECORD") === "1",
  scenarios: MAILPIT_SCENARIOS,
  prepare: async (url) => {
    const info = await fetch(`${url}/api/v1/info`);
    return (await info.json()).Version;
  },
  subject: (url) => new HttpSubject({ baseUrl: url, fetch: globalThis.fetch }),
});
