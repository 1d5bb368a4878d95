import { AGENT, type KeycloakScenario, USERS } from "./subject.ts";

const PASSWORD = "Conformance-1";

// A slow machine has used up a second of a lifetime before it answers.
const LIFETIMES = ["scope", "expires_in", "refresh_expires_in"];

const ask = { as: AGENT, vary: ["ipAddress"] };

/** Sessions. */
export const SESSION_SCENARIOS: readonly KeycloakScenario[] = [
  {
    name: "a login is a session until it is ended",
    play: async (subject) => {
      const username = "session.person";
      const id = await subject.made({
        username,
        email: "session.person@example.com",
        firstName: "Session",
        lastName: "Person",
        enabled: true,
        credentials: [{ type: "password", value: PASSWORD, temporary: false }],
      });
      const path = `${USERS}/${id}`;
      subject.knows(username, PASSWORD);
      await subject.get(`${path}/sessions`, ask);
      await subject.get(USERS, { as: username });
      await subject.get(`${path}/sessions`, ask);
      const { body } = await subject.post("/realms/enterprise/protocol/openid-connect/token", {
        body: new URLSearchParams({
          grant_type: "password",
          client_id: "admin-cli",
          username,
          password: PASSWORD,
        }),
        vary: LIFETIMES,
      });
      const two = (await subject.get(`${path}/sessions`, { as: AGENT, silent: true })).body;
      subject.transcript.push({ asked: "number of sessions", answer: two.length });
      await subject.post(`${path}/logout`, { as: AGENT });
      await subject.get(`${path}/sessions`, ask);
      await subject.get(USERS, { as: username });
      await subject.get(USERS, { headers: { authorization: `Bearer ${body.access_token}` } });
      await subject.post(`${path}/logout`, { as: AGENT });
      await subject.removed(id);
    },
  },
  {
    name: "a session is ended by its id",
    play: async (subject) => {
      const username = "ending.person";
      const id = await subject.made({
        username,
        email: "ending.person@example.com",
        firstName: "Ending",
        lastName: "Person",
        enabled: true,
        credentials: [{ type: "password", value: PASSWORD, temporary: false }],
      });
      subject.knows(username, PASSWORD);
      await subject.get(USERS, { as: username });
      const { body } = await subject.get(`${USERS}/${id}/sessions`, ask);
      const sessions = "/admin/realms/enterprise/sessions";
      await subject.delete(`${sessions}/${body[0].id}`, { as: "maria.manager" });
      await subject.delete(`${sessions}/${body[0].id}`, { as: AGENT });
      await subject.delete(`${sessions}/${body[0].id}`, { as: AGENT });
      await subject.get(`${USERS}/${id}/sessions`, ask);
      await subject.removed(id);
    },
  },
  {
    name: "a disabled or deleted account's token is worth nothing",
    play: async (subject) => {
      const username = "stale.person";
      const id = await subject.made({
        username,
        email: "stale.person@example.com",
        firstName: "Stale",
        lastName: "Person",
        enabled: true,
        credentials: [{ type: "password", value: PASSWORD, temporary: false }],
      });
      subject.knows(username, PASSWORD);
      await subject.get(USERS, { as: username });
      await subject.put(`${USERS}/${id}`, { as: AGENT, json: { enabled: false } });
      await subject.get(USERS, { as: username });
      await subject.put(`${USERS}/${id}`, { as: AGENT, json: { enabled: true } });
      await subject.get(USERS, { as: username });
      await subject.removed(id);
      await subject.get(USERS, { as: username });
    },
  },
];
