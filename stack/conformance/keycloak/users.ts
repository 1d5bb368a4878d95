import { AGENT, type KeycloakScenario, type KeycloakSubject, USERS } from "./subject.ts";

function create(subject: KeycloakSubject, json: unknown): Promise<string> {
  return subject.post(USERS, { as: AGENT, json }).then(({ headers }) =>
    headers.get("location")?.split("/").at(-1) ?? ""
  );
}

/** Making, changing and deleting users. */
export const USER_SCENARIOS: readonly KeycloakScenario[] = [
  {
    name: "a user is created and read",
    play: async (subject) => {
      const id = await create(subject, {
        username: "New.Person",
        email: "New.Person@Example.com",
        firstName: "New",
        lastName: "Person",
        enabled: true,
        emailVerified: true,
        attributes: { department: ["IT"], title: ["Tester"], unknown: ["x"] },
      });
      await subject.get(`${USERS}/${id}`, { as: AGENT });
      await subject.get(`${USERS}?username=new.person&exact=true`, { as: AGENT });
      await subject.get(`${USERS}?username=new.person&exact=true&briefRepresentation=true`, {
        as: AGENT,
      });
      await subject.removed(id);
      const bare = await create(subject, { username: "bare.person" });
      await subject.get(`${USERS}/${bare}`, { as: AGENT });
      await subject.get(`${USERS}?username=bare.person`, { as: AGENT });
      await subject.removed(bare);
    },
  },
  {
    name: "a username and an address are taken once",
    play: async (subject) => {
      const id = await create(subject, { username: "twice.one", email: "twice@example.com" });
      await create(subject, { username: "twice.one" });
      await create(subject, { username: "TWICE.ONE" });
      await create(subject, { username: "twice.two", email: "twice@example.com" });
      await create(subject, { username: "twice.two", email: "TWICE@example.com" });
      await create(subject, { username: "twice.one", email: "twice@example.com" });
      const two = await create(subject, { username: "twice.two", email: "two@example.com" });
      await subject.put(`${USERS}/${two}`, { as: AGENT, json: { email: "twice@example.com" } });
      await subject.put(`${USERS}/${two}`, { as: AGENT, json: { username: "twice.one" } });
      await subject.get(`${USERS}/${two}`, { as: AGENT });
      await subject.removed(id, two);
    },
  },
  {
    name: "a user with its password and actions is created at once",
    play: async (subject) => {
      const id = await create(subject, {
        username: "whole.person",
        enabled: true,
        requiredActions: ["VERIFY_EMAIL", "UPDATE_PASSWORD"],
        credentials: [{ type: "password", value: "Conformance-1", temporary: true }],
        realmRoles: ["manager"],
        groups: [],
      });
      await subject.get(`${USERS}/${id}`, { as: AGENT });
      await subject.get(`${USERS}/${id}/credentials`, { as: AGENT });
      await subject.get(`${USERS}/${id}/role-mappings/realm`, { as: AGENT, unordered: true });
      await subject.removed(id);
      await create(subject, {
        username: "short.person",
        credentials: [{ type: "password", value: "short" }],
      });
      await subject.get(`${USERS}?username=short.person`, { as: AGENT });
    },
  },
  {
    name: "what does not fit the user profile is refused",
    play: async (subject) => {
      for (
        const user of [
          {},
          { username: "" },
          { username: "  " },
          { username: "ab" },
          { username: "a".repeat(256) },
          { username: "a b c" },
          { username: "a<b>c" },
          { username: "a'or'1" },
          { username: "user;drop" },
          { username: "ümlaut.person" },
          { username: "pаypal.person" },
          { username: "emoji😀" },
          { username: "plus+at@host" },
          { username: "para§graph" },
          { username: "back`tick" },
          { username: "tab\tname" },
          { username: "a;" },
          { username: "x_y-z.0" },
          { username: "profile.person", email: "a..b@example.com" },
          { username: "profile.person", email: "a@-example.com" },
          { username: "profile.person", email: "a@example.com." },
          { username: "profile.person", email: "a@b@example.com" },
          { username: "profile.person", email: "o'brien+x@example.com" },
          { username: "profile.person", email: " a@example.com " },
          { username: "profile.person", firstName: "O'Brien", lastName: "Dr. A+B, Jr: x" },
          { username: "profile.person", firstName: "a`b" },
          { username: "profile.person", firstName: "a;b", lastName: "c{d" },
          { username: "profile.person", email: "no" },
          { username: "profile.person", email: "a@b" },
          { username: "profile.person", email: "a b@example.com" },
          { username: "profile.person", email: `${"a".repeat(65)}@example.com` },
          { username: "profile.person", email: `a@${"b".repeat(260)}.example.com` },
          { username: "profile.person", firstName: "a".repeat(256) },
          { username: "profile.person", firstName: "<script>" },
          { username: "profile.person", lastName: 'a"b' },
          { username: "profile.person", attributes: { title: ["a".repeat(256)] } },
          { username: "ab", email: "no" },
        ]
      ) {
        const id = await create(subject, user);
        if (id !== "") await subject.removed(id);
      }
    },
  },
  {
    name: "a body that is no user is refused",
    play: async (subject) => {
      const id = await subject.made({ username: "body.person" });
      for (const path of [USERS, `${USERS}/${id}`]) {
        const method = path === USERS ? "POST" : "PUT";
        for (const json of [[], [1], "x", 1, null, { username: 5, email: 7 }, { username: [] }]) {
          const { headers } = await subject.send(method, path, { as: AGENT, json });
          const made = headers.get("location")?.split("/").at(-1);
          if (made !== undefined) await subject.removed(made);
        }
        for (const json of [{ enabled: "x" }, { attributes: "x" }, { id: 5 }]) {
          const named = { username: "body.other", ...json };
          const { headers } = await subject.send(method, path, {
            as: AGENT,
            json: method === "POST" ? named : json,
          });
          const made = headers.get("location")?.split("/").at(-1);
          if (made !== undefined) await subject.removed(made);
        }
        const json = { headers: { "content-type": "application/json" }, as: AGENT };
        await subject.send(method, path, { ...json, body: "{" });
        await subject.send(method, path, { ...json, body: "" });
        await subject.send(method, path, { as: AGENT, body: new URLSearchParams({ a: "b" }) });
      }
      await subject.removed(id);
    },
  },
  {
    name: "a user is changed in part",
    play: async (subject) => {
      const id = await subject.made({
        username: "change.person",
        email: "change.person@example.com",
        firstName: "Change",
        lastName: "Person",
        enabled: true,
        attributes: { department: ["IT"], title: ["Tester"] },
      });
      const path = `${USERS}/${id}`;
      for (
        const json of [
          { enabled: false },
          { enabled: true, firstName: "Changed" },
          { email: "Other.Address@example.com" },
          { emailVerified: true },
          { requiredActions: ["UPDATE_PASSWORD", "nonsense"] },
          { requiredActions: [] },
          { email: "third.address@example.com" },
          { attributes: "x" },
          { emailVerified: true, firstName: "Changed", lastName: "Person" },
          { attributes: { department: "IT", title: [] }, lastName: "Kept" },
          { firstName: "Given", lastName: "Family", email: "third.address@example.com" },
          { attributes: { title: ["Lead"] } },
          { attributes: {} },
          { username: "change.person" },
          { username: "renamed.person" },
          { email: "" },
          { firstName: null, lastName: "" },
          { email: "no" },
          {},
        ]
      ) {
        await subject.put(path, { as: AGENT, json });
        await subject.get(path, { as: AGENT });
      }
      await subject.removed(id);
    },
  },
  {
    name: "a user is deleted once",
    play: async (subject) => {
      const id = await subject.made({ username: "delete.person" });
      await subject.delete(`${USERS}/${id}`, { as: AGENT });
      await subject.delete(`${USERS}/${id}`, { as: AGENT });
      for (
        const [method, tail] of [
          ["GET", ""],
          ["PUT", ""],
          ["GET", "/credentials"],
          ["GET", "/sessions"],
          ["GET", "/role-mappings/realm"],
          ["POST", "/role-mappings/realm"],
          ["PUT", "/reset-password"],
          ["POST", "/logout"],
          ["GET", "/groups"],
        ] as const
      ) {
        const json = method === "GET" ? {} : { json: tail.includes("role") ? [] : {} };
        await subject.send(method, `${USERS}/${id}${tail}`, { as: AGENT, ...json });
      }
      await subject.get(`${USERS}/no-such-id`, { as: AGENT });
      await subject.get(`${USERS}/no-such-id`, { as: "alice.dev" });
      await subject.get("/admin/realms/enterprise/nothing", { as: AGENT });
    },
  },
];
