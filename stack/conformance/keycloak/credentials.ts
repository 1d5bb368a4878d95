import { AGENT, type KeycloakScenario, USERS } from "./subject.ts";

/** Passwords and other credentials. */
export const CREDENTIAL_SCENARIOS: readonly KeycloakScenario[] = [
  {
    name: "a password is set by the policy",
    play: async (subject) => {
      const id = await subject.made({ username: "secret.person", enabled: true });
      const path = `${USERS}/${id}/reset-password`;
      for (
        const json of [
          { type: "password", value: "short" },
          { type: "password", value: "" },
          { type: "password", value: "   " },
          { type: "password" },
          { value: "Conformance-1" },
          { type: "otp", value: "Conformance-1" },
          { type: "password", value: 12345678 },
          { type: "password", value: "Conformance-1", temporary: "maybe" },
          { type: "password", value: "x".repeat(300) },
          {},
          [],
          null,
        ]
      ) {
        await subject.put(path, { as: AGENT, json });
      }
      await subject.get(`${USERS}/${id}`, { as: AGENT });
      await subject.put(path, {
        as: AGENT,
        json: { type: "password", value: "Conformance-1", temporary: true },
      });
      await subject.get(`${USERS}/${id}`, { as: AGENT });
      await subject.put(path, {
        as: AGENT,
        json: { type: "password", value: "Conformance-1", temporary: false },
      });
      await subject.get(`${USERS}/${id}`, { as: AGENT });
      await subject.put(path, { as: AGENT, json: { type: "password", value: "Conformance-2" } });
      await subject.get(`${USERS}/${id}/credentials`, { as: AGENT });
      await subject.removed(id);
    },
  },
  {
    name: "credentials are listed, labelled and deleted",
    play: async (subject) => {
      const id = await subject.made({ username: "holder.person", enabled: true });
      const path = `${USERS}/${id}/credentials`;
      await subject.get(path, { as: AGENT });
      await subject.put(`${USERS}/${id}/reset-password`, {
        as: AGENT,
        json: { type: "password", value: "Conformance-1", temporary: false },
      });
      const { body } = await subject.get(path, { as: AGENT });
      const [password] = body;
      await subject.put(`${path}/${password.id}/userLabel`, {
        as: AGENT,
        body: "My password",
        headers: { "content-type": "text/plain" },
      });
      await subject.get(path, { as: AGENT });
      await subject.delete(`${path}/no-such-credential`, { as: AGENT });
      await subject.put(`${USERS}/${id}/disable-credential-types`, { as: AGENT, json: ["otp"] });
      await subject.put(`${USERS}/${id}/disable-credential-types`, {
        as: AGENT,
        json: ["nonsense"],
      });
      await subject.get(path, { as: AGENT });
      await subject.delete(`${path}/${password.id}`, { as: AGENT });
      await subject.delete(`${path}/${password.id}`, { as: AGENT });
      await subject.get(path, { as: AGENT });
      await subject.get(`${USERS}/${id}`, { as: AGENT });
      await subject.removed(id);
    },
  },
  {
    name: "a persona's credentials are a password and a one-time code",
    play: async (subject) => {
      const { body } = await subject.get(`${USERS}?username=tom.manager&exact=true`, {
        as: AGENT,
      });
      await subject.get(`${USERS}/${body[0].id}/credentials`, { as: AGENT, unordered: true });
      await subject.get(`${USERS}/${body[0].id}`, { as: AGENT });
    },
  },
];
