import type { Json } from "../../../probes/mod.ts";
import { AGENT, type KeycloakScenario, type KeycloakSubject, USERS } from "./subject.ts";

const REALM = "/admin/realms/enterprise";
const PASSWORD = "Conformance-1";

async function login(subject: KeycloakSubject, username: string, password: string): Promise<void> {
  await subject.post("/realms/enterprise/protocol/openid-connect/token", {
    body: new URLSearchParams({
      grant_type: "password",
      client_id: "admin-cli",
      username,
      password,
    }),
    silent: true,
  });
}

// Which address a request came from is the network's matter, and a code names a flow's step.
const VARY = [
  "ipAddress",
  "scope",
  "code_id",
  "token_id",
  "refresh_token_id",
  "access_token_expiration_time",
];

/** What a scenario says of a list whose length depends on who was there before. */
function say(subject: KeycloakSubject, asked: string, answer: Json): void {
  subject.transcript.push({ asked, answer });
}

/** The day of an event is given by its own clock: the twin's is not the host's. */
async function ofTheDay(subject: KeycloakSubject, events: string): Promise<void> {
  const { body } = await subject.get(events, { as: AGENT, silent: true });
  const day = (offset: number): string =>
    new Date(body[0].time + offset * 86_400_000).toISOString().slice(0, 10);
  for (const [name, from, to] of [["dateFrom", 0, 1], ["dateTo", -1, 1]] as const) {
    for (let offset = from; offset <= to; offset++) {
      const path = `${events}&${name}=${day(offset)}`;
      const answer = await subject.get(path, { as: AGENT, silent: true });
      say(subject, `number of events for ${name} = their day + ${offset}`, answer.body.length);
    }
  }
}

/** Login events and admin events. */
export const EVENT_SCENARIOS: readonly KeycloakScenario[] = [
  {
    name: "logins leave events that can be filtered",
    play: async (subject) => {
      const username = "event.person";
      const id = await subject.made({
        username,
        email: "event.person@example.com",
        firstName: "Event",
        lastName: "Person",
        enabled: true,
        credentials: [{ type: "password", value: PASSWORD, temporary: false }],
      });
      await login(subject, username, "wrong");
      await login(subject, username, PASSWORD);
      const ask = { as: AGENT, vary: VARY };
      const events = `${REALM}/events?user=${id}`;
      await subject.get(events, ask);
      for (
        const query of [
          "type=LOGIN",
          "type=LOGIN_ERROR",
          "type=LOGIN&type=LOGIN_ERROR",
          "type=LOGOUT",
          "type=NONSENSE",
          "client=admin-cli",
          "client=nothing",
          "max=1",
          "first=1&max=5",
          "first=9",
          "max=0",
          "max=-1",
          "max=abc",
          "dateFrom=2020-01-01",
          "dateFrom=2090-01-01",
          "dateTo=2090-01-01",
          "dateTo=2020-01-01",
          "dateFrom=1600000000000",
          "dateFrom=soon",
          "dateTo=soon",
          "dateFrom=2020-13-45",
          "dateFrom=2020-01-01T00:00:00Z",
          "direction=asc",
          "direction=nonsense",
        ]
      ) {
        const { status, body } = await subject.get(`${events}&${query}`, {
          as: AGENT,
          silent: true,
        });
        const seen = Array.isArray(body) ? body.map(({ type }) => type) : body ?? null;
        say(subject, `types of events for ${query}`, { status, seen });
      }
      await ofTheDay(subject, events);
      const user = `${USERS}/${id}`;
      await subject.put(user, { as: AGENT, json: { enabled: false }, silent: true });
      await login(subject, username, PASSWORD);
      await subject.put(user, {
        as: AGENT,
        json: { enabled: true, requiredActions: ["UPDATE_PASSWORD"] },
        silent: true,
      });
      await login(subject, username, PASSWORD);
      await subject.get(`${events}&max=2`, ask);
      await subject.get(`${REALM}/events?user=no-such-user`, ask);
      await subject.delete(`${REALM}/events`, { as: AGENT });
      await subject.delete(`${REALM}/admin-events`, { as: AGENT });
      await subject.removed(id);
    },
  },
  {
    name: "changes leave admin events that can be filtered",
    play: async (subject) => {
      const id = await subject.made({ username: "changed.person", enabled: true });
      const path = `${USERS}/${id}`;
      const role = (await subject.get(`${REALM}/roles/manager`, { as: AGENT, silent: true })).body;
      const silent = { as: AGENT, silent: true };
      await subject.put(path, { ...silent, json: { enabled: false } });
      await subject.put(`${path}/reset-password`, {
        ...silent,
        json: { type: "password", value: PASSWORD },
      });
      await subject.post(`${path}/role-mappings/realm`, { ...silent, json: [role] });
      await subject.delete(`${path}/role-mappings/realm`, { ...silent, json: [role] });
      await subject.post(`${path}/logout`, silent);
      await subject.delete(path, silent);
      const events = `${REALM}/admin-events?resourcePath=users/${id}*`;
      await subject.get(events, { as: AGENT, vary: VARY });
      for (
        const query of [
          "operationTypes=CREATE",
          "operationTypes=CREATE&operationTypes=DELETE",
          "operationTypes=NONSENSE",
          "resourceTypes=USER",
          "resourceTypes=REALM_ROLE_MAPPING",
          "resourceTypes=NONSENSE",
          "authRealm=nowhere",
          "authUser=no-such-user",
          "authIpAddress=198.51.100.1",
          "max=2",
          "first=1&max=2",
          "max=0",
          "max=abc",
          "dateFrom=2020-01-01",
          "dateFrom=2090-01-01",
          "dateTo=2020-01-01",
          "dateFrom=soon",
          "direction=asc",
        ]
      ) {
        const { status, body } = await subject.get(`${events}&${query}`, {
          as: AGENT,
          silent: true,
        });
        const seen = Array.isArray(body)
          ? body.map(({ operationType, resourceType }) => `${operationType} ${resourceType}`)
          : body ?? null;
        say(subject, `admin events for ${query}`, { status, seen });
      }
      for (const text of [`users/${id}`, `users/${id}/*`, `*${id}*`, `*/${id}`, "users/no-such*"]) {
        const { status, body } = await subject.get(
          `${REALM}/admin-events?resourcePath=${text}`,
          silent,
        );
        const seen = body.map(({ operationType }: { operationType: Json }) => operationType);
        say(subject, `admin events at ${text.replaceAll(id, "<user>")}`, { status, seen });
      }
    },
  },
];
