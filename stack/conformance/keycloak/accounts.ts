import { type AdminRight, rightsOf } from "../../keycloak/rights.ts";
import { seedAccounts, type SeededAccount } from "../../seed/people.ts";
import { seededUuid } from "../../seed/random.ts";

/** Seed and number of staff of the world that the scenarios play in. */
export const WORLD = { seed: 1, staff: 100 } as const;

/** The roles of Keycloak's client `realm-management` that the twin knows, held by one account each. */
export const SINGLE_RIGHTS: readonly AdminRight[] = [
  "view-realm",
  "manage-realm",
  "query-users",
  "view-users",
  "manage-users",
  "query-groups",
  "view-events",
  "manage-events",
];

/** Username of the account that has one right. */
export function singleName(right: AdminRight): string {
  return `only.${right}`;
}

/** The accounts of the enterprise and one for each single right. */
export function conformanceAccounts(): SeededAccount[] {
  const single = SINGLE_RIGHTS.map((right): SeededAccount => ({
    realm: "enterprise",
    kind: "staff",
    userId: seededUuid(WORLD.seed, `single/${right}`),
    username: singleName(right),
    firstName: "Only",
    lastName: "Right",
    email: `${singleName(right)}@example.com`,
    roles: [],
    department: "IT",
    title: "Tester",
    enabled: true,
  }));
  return [...seedAccounts(WORLD.seed, WORLD.staff), ...single];
}

/** Their rights. */
export function conformanceRights(realm: string, username: string): readonly AdminRight[] {
  const single = SINGLE_RIGHTS.filter((right) => singleName(right) === username);
  return single.length > 0 ? single : rightsOf(realm, username);
}
