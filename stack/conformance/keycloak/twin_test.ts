import { keycloakFetch } from "../../keycloak/twin.ts";
import { KEYCLOAK_INDEXES, seedKeycloak } from "../../seed/keycloak.ts";
import { WORLD_TIME } from "../../seed/random.ts";
import { RowOverlay, RowStore } from "../../state/row_store.ts";
import { againstTwin } from "../testing/against_twin.ts";
import { conformanceAccounts, conformanceRights, WORLD } from "./accounts.ts";
import { KEYCLOAK_SCENARIOS } from "./scenarios.ts";
import { KeycloakSubject } from "./subject.ts";

const store = new RowStore(seedKeycloak(WORLD.seed, conformanceAccounts()), KEYCLOAK_INDEXES);

againstTwin({
  name: "keycloak",
  scenarios: KEYCLOAK_SCENARIOS,
  subject: () => {
    // Each request is later than the one before, as on a real clock.
    let now = WORLD_TIME;
    const options = { seed: WORLD.seed, key: "k", now: () => now++, rights: conformanceRights };
    return new KeycloakSubject({
      baseUrl: "http://keycloak.example.com",
      fetch: keycloakFetch(new RowOverlay(store), options),
    });
  },
});
