import type { Row } from "../../probes/mod.ts";
import type { KeycloakAdmin } from "../keycloak/service_seed.ts";
import { AGENT_ACCOUNT, REALMS } from "../seed/people.ts";
import { canonical, type Kind, type Rows } from "../state/row_store.ts";
import { type KeycloakUser, type NamedObject, userRow } from "./_keycloak_user.ts";

/** Kinds of rows that a survey compares. Credentials are compared account by account, when touched. */
export const SURVEYED: readonly Kind[] = [
  "keycloak.users",
  "keycloak.role_mappings",
  "keycloak.group_members",
];

/** More than the enterprise has of anything. */
const ALL = "max=5000&briefRepresentation=false";

/**
 * Reads every account of the enterprise with its roles and groups from a running Keycloak.
 *
 * @returns Rows as the seed writes them, by kind and id.
 * @throws {Error} when the service does not answer, or has no such realm.
 */
export async function surveyKeycloak(admin: KeycloakAdmin): Promise<Rows> {
  const rows = new Map<Kind, Map<string, Row>>(SURVEYED.map((kind) => [kind, new Map()]));
  const put = (kind: Kind, id: string, row: Row) => rows.get(kind)?.set(id, row);
  const get = async <T>(path: string) => await admin("GET", path, undefined, [200]) as T;
  for (const realm of REALMS) {
    const base = `/realms/${realm}`;
    const users = [
      ...await get<KeycloakUser[]>(`${base}/users?${ALL}`),
      ...await get<KeycloakUser[]>(`${base}/users?${ALL}&exact=true&username=${AGENT_ACCOUNT}`),
    ];
    for (const user of users) {
      put("keycloak.users", `${realm}/${user.username}`, userRow(realm, user));
    }
    const who = ({ id, username }: KeycloakUser): Row => ({ realm, user: username, user_id: id });
    for (const { name } of await get<NamedObject[]>(`${base}/roles?max=1000`)) {
      if (name === `default-roles-${realm}`) continue;
      const role = encodeURIComponent(name);
      for (const user of await get<KeycloakUser[]>(`${base}/roles/${role}/users?${ALL}`)) {
        const row = { ...who(user), role: name };
        put("keycloak.role_mappings", `${realm}/${user.username}/${name}`, row);
      }
    }
    for (const { id, name, path = "" } of await get<NamedObject[]>(`${base}/groups?max=1000`)) {
      for (const user of await get<KeycloakUser[]>(`${base}/groups/${id}/members?${ALL}`)) {
        const row = { ...who(user), group_id: id, path };
        put("keycloak.group_members", `${realm}/${user.username}/${name}`, row);
      }
    }
  }
  return rows;
}

/** What differs between two surveys, by kind and id, with the row that was found. */
export function surveyDifferences(seeded: Rows, found: Rows): string[] {
  return SURVEYED.flatMap((kind) => {
    const before = seeded.get(kind) ?? new Map<string, Row>();
    const after = found.get(kind) ?? new Map<string, Row>();
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((id) => {
      const [one, other] = [before.get(id), after.get(id)].map((row) => row && canonical(row));
      return one === other ? [] : [`${kind} ${id} ${other ?? "is missing"}`];
    });
  });
}
