import type { Json } from "../../../probes/mod.ts";
import { AGENT_CLIENT, agentSecret } from "../../seed/keycloak.ts";
import { WORLD } from "./accounts.ts";
import { AGENT, type KeycloakScenario, type KeycloakSubject, USERS } from "./subject.ts";

// A slow machine has used up a second of a lifetime before it answers.
const LIFETIMES = ["scope", "expires_in", "refresh_expires_in"];

async function ask(
  subject: KeycloakSubject,
  form: Record<string, string>,
  realm = "enterprise",
): Promise<string> {
  const { body } = await subject.post(`/realms/${realm}/protocol/openid-connect/token`, {
    body: new URLSearchParams(form),
    vary: LIFETIMES,
  });
  return body?.access_token ?? "";
}

const agent = {
  grant_type: "client_credentials",
  client_id: AGENT_CLIENT,
  client_secret: agentSecret(WORLD.seed),
};

const person = { grant_type: "password", client_id: "admin-cli" };

/** Logging in. */
export const TOKEN_SCENARIOS: readonly KeycloakScenario[] = [
  {
    name: "a client logs in by its secret",
    play: async (subject) => {
      await ask(subject, agent);
      await ask(subject, { ...agent, client_secret: "wrong" });
      await ask(subject, { grant_type: "client_credentials", client_id: AGENT_CLIENT });
      await ask(subject, { ...agent, client_id: "no-such-client" });
      await ask(subject, { grant_type: "client_credentials", client_id: "admin-cli" });
      await ask(subject, { grant_type: "client_credentials" });
      await ask(subject, agent, "nowhere");
      await ask(subject, { ...agent, grant_type: "magic" });
      await ask(subject, { ...agent, grant_type: "magic", client_secret: "wrong" });
      await ask(subject, { ...agent, grant_type: "password", username: "alice.dev" });
      await ask(subject, { client_id: AGENT_CLIENT, client_secret: agentSecret(WORLD.seed) });
    },
  },
  {
    name: "a person logs in by password",
    play: async (subject) => {
      const password = "Conformance-1";
      const id = await subject.made({
        username: "token.person",
        email: "token.person@example.com",
        firstName: "Token",
        lastName: "Person",
        enabled: true,
      });
      const login = { ...person, username: "token.person", password };
      await ask(subject, login);
      const path = `${USERS}/${id}/reset-password`;
      const reset = (temporary: boolean) =>
        subject.put(path, {
          as: AGENT,
          json: { type: "password", value: password, temporary },
          silent: true,
        });
      await reset(false);
      await ask(subject, login);
      await ask(subject, { ...login, username: "TOKEN.Person" });
      await ask(subject, { ...login, username: "token.person@example.com" });
      await ask(subject, { ...login, password: "wrong" });
      await ask(subject, { ...login, username: "no.such.person" });
      await ask(subject, { ...person, username: "token.person" });
      await ask(subject, { ...person, password });
      await ask(subject, { ...login, client_id: AGENT_CLIENT });
      await reset(true);
      await ask(subject, login);
      await ask(subject, { ...login, password: "wrong" });
      await reset(false);
      await subject.put(`${USERS}/${id}`, { as: AGENT, json: { enabled: false }, silent: true });
      await ask(subject, login);
      await ask(subject, { ...login, password: "wrong" });
      await subject.removed(id);
    },
  },
  {
    name: "an account without a name or an address is not set up",
    play: async (subject) => {
      const password = "Conformance-1";
      const id = await subject.made({ username: "token.bare", enabled: true });
      await subject.put(`${USERS}/${id}/reset-password`, {
        as: AGENT,
        json: { type: "password", value: password, temporary: false },
        silent: true,
      });
      await ask(subject, { ...person, username: "token.bare", password });
      await subject.removed(id);
    },
  },
  {
    name: "the admin API wants a token",
    play: async (subject) => {
      await subject.get(USERS);
      await subject.get("/admin/realms");
      await subject.get("/admin/realms/nowhere/users");
      for (const token of ["x", "a.b.c", ""]) {
        await subject.get(USERS, { headers: { authorization: `Bearer ${token}` } });
      }
      await subject.get(USERS, { headers: { authorization: "Basic YTpi" } });
      await subject.get("/nothing");
      await subject.send("PATCH", USERS, { as: AGENT });
    },
  },
  {
    name: "realms are seen by their own accounts",
    play: async (subject) => {
      for (
        const as of [AGENT, `${AGENT}@corp-prod`, "maria.manager", "henry.compliance@corp-prod"]
      ) {
        const { body } = await subject.get("/admin/realms", { as, silent: true });
        subject.transcript.push({ asked: `realms as ${as}`, answer: body.map(claimed) });
      }
      for (const as of [AGENT, "maria.manager"]) {
        const { body } = await subject.get("/admin/realms/enterprise", { as, silent: true });
        subject.transcript.push({ asked: `a realm as ${as}`, answer: claimed(body) });
      }
      await subject.get("/admin/realms/corp-prod/users", { as: AGENT });
      await subject.get("/admin/realms/corp-prod", { as: AGENT });
      await subject.get("/admin/realms/nowhere", { as: AGENT });
      await subject.get("/admin/realms/nowhere/users", { as: AGENT });
      await subject.get("/admin/realms/master/users", { as: AGENT });
      await subject.get("/admin/realms/enterprise", { as: "maria.manager" });
      await subject.get("/admin/realms/enterprise", { as: "alice.dev" });
      await subject.get("/admin/realms", { as: "alice.dev" });
    },
  },
];

/** What the twin claims of a realm, whose full representation has some 150 settings. */
function claimed(realm: Record<string, Json>): Json {
  const names = [
    "realm",
    "displayName",
    "enabled",
    "sslRequired",
    "registrationAllowed",
    "registrationEmailAsUsername",
    "bruteForceProtected",
    "passwordPolicy",
    "eventsEnabled",
    "adminEventsEnabled",
    "supportedLocales",
  ];
  return Object.fromEntries(
    names.flatMap((name) => realm[name] === undefined ? [] : [[name, realm[name] as Json]]),
  );
}
