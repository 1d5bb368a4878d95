import { AGENT, type KeycloakScenario, USERS } from "./subject.ts";

const GROUPS = "/admin/realms/enterprise/groups";

/** Groups and their members. */
export const GROUP_SCENARIOS: readonly KeycloakScenario[] = [
  {
    name: "groups are listed and have members",
    play: async (subject) => {
      const { body } = await subject.get(GROUPS, { as: AGENT });
      const group = body.find(({ name }: { name: string }) => name === "engineering");
      await subject.get(`${GROUPS}?max=1`, { as: "maria.manager" });
      await subject.get(`${GROUPS}/count`, { as: AGENT });
      await subject.get(`${GROUPS}?search=fin`, { as: AGENT });
      await subject.get(`${GROUPS}?search=FIN`, { as: AGENT });
      await subject.get(`${GROUPS}?search=nothing`, { as: AGENT });
      await subject.get(`${GROUPS}?search=finance&exact=true`, { as: AGENT });
      await subject.get(`${GROUPS}?first=1&max=1`, { as: AGENT });
      await subject.get(`${GROUPS}?briefRepresentation=false&max=1`, { as: AGENT });
      await subject.get(`${GROUPS}/${group.id}`, { as: AGENT });
      await subject.get(`${GROUPS}/no-such-group`, { as: AGENT });
      await subject.get(`${GROUPS}/${group.id}/children`, { as: AGENT });
      await subject.get(`${GROUPS}/${group.id}/members?max=2`, { as: AGENT });
      await subject.get(`${GROUPS}/no-such-group/members`, { as: AGENT });
    },
  },
  {
    name: "a user joins and leaves groups",
    play: async (subject) => {
      const { body } = await subject.get(GROUPS, { as: AGENT, silent: true });
      const id = (name: string): string =>
        body.find((group: { name: string }) => group.name === name).id;
      const user = await subject.made({ username: "group.person", enabled: true });
      const path = `${USERS}/${user}/groups`;
      await subject.get(path, { as: AGENT });
      await subject.get(`${path}/count`, { as: AGENT });
      await subject.put(`${path}/${id("finance")}`, { as: AGENT });
      await subject.put(`${path}/${id("finance")}`, { as: AGENT });
      await subject.put(`${path}/${id("engineering")}`, { as: AGENT });
      await subject.get(path, { as: AGENT });
      await subject.get(`${path}?search=fin`, { as: AGENT });
      await subject.get(`${path}?first=0&max=1`, { as: AGENT });
      await subject.get(`${path}/count`, { as: AGENT });
      await subject.put(`${path}/no-such-group`, { as: AGENT });
      await subject.delete(`${path}/no-such-group`, { as: AGENT });
      await subject.delete(`${path}/${id("finance")}`, { as: AGENT });
      await subject.delete(`${path}/${id("finance")}`, { as: AGENT });
      await subject.get(path, { as: AGENT });
      await subject.removed(user);
    },
  },
];
