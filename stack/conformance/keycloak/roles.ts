import { AGENT, type KeycloakScenario, USERS } from "./subject.ts";

const ROLES = "/admin/realms/enterprise/roles";

/** Realm roles and who holds them. */
export const ROLE_SCENARIOS: readonly KeycloakScenario[] = [
  {
    name: "roles are listed, searched and read",
    play: async (subject) => {
      await subject.get(ROLES, { as: AGENT, unordered: true });
      await subject.get(`${ROLES}?search=audit`, { as: AGENT });
      await subject.get(`${ROLES}?search=AUDIT`, { as: AGENT });
      await subject.get(`${ROLES}?search=retention`, { as: AGENT });
      await subject.get(`${ROLES}?first=1&max=2`, { as: AGENT });
      await subject.get(`${ROLES}?first=1`, { as: AGENT, unordered: true });
      await subject.get(`${ROLES}?max=2&search=a`, { as: AGENT });
      await subject.get(`${ROLES}?first=0&max=1&briefRepresentation=false`, { as: AGENT });
      await subject.get(`${ROLES}/audit-admin`, { as: AGENT });
      await subject.get(`${ROLES}/default-roles-enterprise`, { as: AGENT });
      await subject.get(`${ROLES}/no-such-role`, { as: AGENT });
      await subject.get(`${ROLES}/AUDIT-ADMIN`, { as: AGENT });
      await subject.get(`${ROLES}/default-roles-enterprise/composites`, {
        as: AGENT,
        unordered: true,
      });
      await subject.get(`${ROLES}/default-roles-enterprise/composites/realm`, {
        as: AGENT,
        unordered: true,
      });
      await subject.get(`${ROLES}/audit-admin/composites`, { as: AGENT });
      await subject.get(`${ROLES}/audit-admin/users`, { as: AGENT, unordered: true });
      await subject.get(`${ROLES}/audit-admin/users?briefRepresentation=true`, {
        as: AGENT,
        unordered: true,
      });
      await subject.get(`${ROLES}/manager/users?first=5&max=2`, { as: AGENT });
      await subject.get(`${ROLES}/no-such-role/users`, { as: AGENT });
      await subject.post(ROLES, { as: AGENT, json: { name: "made-up" } });
      await subject.put(`${ROLES}/audit-admin`, { as: AGENT, json: { name: "audit-admin" } });
      await subject.delete(`${ROLES}/audit-admin`, { as: AGENT });
    },
  },
  {
    name: "roles are mapped to a user and taken away",
    play: async (subject) => {
      const id = await subject.made({ username: "role.person", enabled: true });
      const path = `${USERS}/${id}/role-mappings/realm`;
      const role = async (name: string) =>
        (await subject.get(`${ROLES}/${name}`, { as: AGENT, silent: true })).body;
      const [manager, reader] = [await role("manager"), await role("audit-reader")];
      await subject.get(path, { as: AGENT, unordered: true });
      await subject.post(path, { as: AGENT, json: [manager, reader] });
      await subject.post(path, { as: AGENT, json: [manager] });
      await subject.get(path, { as: AGENT, unordered: true });
      await subject.get(`${path}/composite`, { as: AGENT, unordered: true });
      await subject.get(`${path}/available`, { as: AGENT, unordered: true });
      await subject.delete(path, { as: AGENT, json: [reader] });
      await subject.delete(path, { as: AGENT, json: [reader] });
      await subject.get(path, { as: AGENT, unordered: true });
      await subject.post(path, { as: AGENT, json: [{ name: "finance" }] });
      await subject.post(path, { as: AGENT, json: [{ id: reader.id }] });
      await subject.post(path, { as: AGENT, json: [{ id: reader.id, name: "finance" }] });
      await subject.post(path, { as: AGENT, json: [{ name: "no-such-role" }] });
      await subject.post(path, { as: AGENT, json: [{ id: "x", name: "finance" }] });
      await subject.post(path, { as: AGENT, json: [reader, { name: "no-such-role" }] });
      await subject.get(path, { as: AGENT, unordered: true });
      await subject.delete(path, { as: AGENT, json: [{ name: "no-such-role" }] });
      await subject.post(path, { as: AGENT, json: [] });
      await subject.post(path, { as: AGENT, json: {} });
      await subject.post(path, { as: AGENT, json: [null] });
      await subject.post(path, { as: AGENT, json: ["manager"] });
      await subject.delete(path, { as: AGENT, json: [] });
      await subject.delete(path, { as: AGENT });
      await subject.get(path, { as: AGENT, unordered: true });
      const fallback = await role("default-roles-enterprise");
      await subject.post(path, { as: AGENT, json: [fallback] });
      await subject.delete(path, { as: AGENT, json: [fallback] });
      await subject.get(path, { as: AGENT, unordered: true });
      await subject.get(`${USERS}/${id}/role-mappings`, { as: AGENT });
      await subject.post(path, { as: AGENT, json: [manager] });
      await subject.get(`${USERS}/${id}/role-mappings`, { as: AGENT });
      await subject.removed(id);
    },
  },
];
