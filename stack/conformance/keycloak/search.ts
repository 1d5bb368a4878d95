import { AGENT, type KeycloakScenario, USERS } from "./subject.ts";

const PEOPLE = [
  ["srch.anna", "anna.one@example.com", "Anna", "Sprint"],
  ["srch.bert", "bert.two@example.com", "Bert", "Winter"],
  ["srch.cleo", "cleo.three@example.com", "Cleo Maria", "Sprint"],
  ["srch.dora", "", "", ""],
  ["x-srch", "x.srch@example.com", "Xena", "O'Srch"],
] as const;

const QUERIES = [
  "search=srch",
  "search=SRCH",
  "search=rch",
  "search=*rch*",
  "search=*rch",
  "search=srch*",
  "search=%22srch.anna%22",
  "search=%22srch.ann%22",
  "search=%22Anna%22",
  "search=srch.a*a",
  "search=sr%25h",
  "search=srch_anna",
  "username=svc-iam",
  "username=svc-iam-agent&exact=true",
  "search=svc-iam",
  "search=svc-iam-agent",
  "email=svc-iam-agent",
  "search=sprint",
  "search=anna+sprint",
  "search=srch+winter",
  "search=cleo+maria",
  "search=%22cleo+maria%22",
  "search=anna.one@example.com",
  "search=nobody.at.all",
  "search=id:no-such-id",
  "username=srch",
  "username=rch.ann",
  "username=SRCH.ANNA",
  "username=srch.anna&exact=true",
  "username=SRCH.anna&exact=true",
  "username=srch&exact=true",
  "username=srch*",
  "username=s_ch",
  "email=anna.one",
  "email=ANNA.ONE@EXAMPLE.COM&exact=true",
  "email=anna.one&exact=true",
  "firstName=cleo&search=",
  "lastName=sprint",
  "lastName=sprint&firstName=anna",
  "lastName=sprint&firstName=anna&exact=true",
  "username=srch&enabled=true",
  "username=srch&enabled=false",
  "username=srch&emailVerified=true",
  "search=srch&enabled=true",
  "search=srch&first=1&max=2",
  "search=srch&first=3",
  "search=srch&first=9",
  "search=srch&max=0",
  "search=srch&max=-1",
  "search=srch&first=-1",
  "search=srch&max=abc",
  "search=srch&first=1.5",
  "search=srch&max=99999999999",
  "username=srch&briefRepresentation=true",
  "username=srch.anna&briefRepresentation=nonsense",
  "q=department:Research",
  "q=department:research",
  "q=department:Research+title:Tester",
  "q=nothing:here",
  "username=srch&q=department:Research",
];

/** Finding users. */
export const SEARCH_SCENARIOS: readonly KeycloakScenario[] = [
  {
    name: "users are searched, paged and counted",
    play: async (subject) => {
      const ids: string[] = [];
      for (const [username, email, firstName, lastName] of PEOPLE) {
        ids.push(
          await subject.made({
            username,
            ...(email ? { email, firstName, lastName } : {}),
            enabled: username !== "srch.bert",
            emailVerified: username === "srch.anna",
            attributes: username === "srch.cleo"
              ? { department: ["Research"], title: ["Tester"] }
              : {},
          }),
        );
      }
      for (const query of QUERIES) {
        const found = await subject.get(`${USERS}?${query}`, { as: AGENT, silent: true });
        const names = Array.isArray(found.body)
          ? found.body.map(({ username }) => username)
          : found.body ?? null;
        subject.transcript.push({
          asked: `usernames for ${query}`,
          answer: { status: found.status, names },
        });
        await subject.get(`${USERS}/count?${query}`, { as: AGENT });
      }
      for (const query of ["", "?max=-1", "?first=120", "?briefRepresentation=true&max=3"]) {
        const { body } = await subject.get(`${USERS}${query}`, { as: AGENT, silent: true });
        const names = body.map(({ username }: { username: string }) => username);
        subject.transcript.push({ asked: `all usernames ${query}`, answer: names });
      }
      await subject.get(`${USERS}/count`, { as: AGENT });
      const [anna = "", bert = ""] = ids;
      for (
        const query of [`search=id:${anna}`, `search=id:${anna}+${bert}`, `search=id:+${bert}`]
      ) {
        await subject.get(`${USERS}?${query}`, { as: AGENT });
      }
      await subject.removed(...ids);
    },
  },
];
