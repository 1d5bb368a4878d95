/**
 * The scenarios against a real Keycloak 26.0, whose realms `enterprise` and `corp-prod` are replaced. To
 * start one and run them:
 *
 * ```sh
 * stack/conformance/services_test/with_services.sh
 * ```
 */

import { seedKeycloakService } from "../../keycloak/service_seed.ts";
import { conformanceAccounts, conformanceRights, WORLD } from "../keycloak/accounts.ts";
import { KEYCLOAK_SCENARIOS } from "../keycloak/scenarios.ts";
import { KeycloakSubject } from "../keycloak/subject.ts";
import { againstService } from "../testing/against_service.ts";

againstService({
  name: "keycloak",
  service: "Keycloak",
  address: { variable: "ARGUS_KEYCLOAK_URL", url: Deno.env.get("ARGUS_KEYCLOAK_URL") },
  record: Deno.env.get("ARGUS_CONFORMANCE_RECORD") === "1",
  scenarios: KEYCLOAK_SCENARIOS,
  prepare: async (url) => {
    const admin = {
      username: Deno.env.get("ARGUS_KEYCLOAK_USER") ?? "argus",
      password: Deno.env.get("ARGUS_KEYCLOAK_PASSWORD") ?? "",
    };
    await seedKeycloakService({
      baseUrl: url,
      admin,
      seed: WORLD.seed,
      accounts: conformanceAccounts(),
      rights: conformanceRights,
    });
    return await version(url, admin);
  },
  subject: (url) => new KeycloakSubject({ baseUrl: url, fetch: globalThis.fetch }),
});

async function version(
  url: string,
  admin: { username: string; password: string },
): Promise<string> {
  const body = new URLSearchParams({ grant_type: "password", client_id: "admin-cli", ...admin });
  const login = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    body,
  });
  const { access_token } = await login.json();
  const info = await fetch(`${url}/admin/serverinfo`, {
    headers: { authorization: `Bearer ${access_token}` },
  });
  return (await info.json()).systemInfo.version;
}
