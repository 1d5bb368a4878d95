import { SINGLE_RIGHTS, singleName } from "./accounts.ts";
import { AGENT, type KeycloakScenario, type KeycloakSubject, USERS } from "./subject.ts";

const REALM = "/admin/realms/enterprise";

/** One request to each thing that needs a right; `{user}` stands for the scenario's own user. */
const ACTS: readonly (readonly [string, string, unknown?])[] = [
  ["GET", "/admin/realms"],
  ["GET", REALM],
  ["GET", USERS],
  ["GET", `${USERS}?username=rights.target`],
  ["GET", `${USERS}/count`],
  ["GET", `${USERS}/{user}`],
  ["GET", `${USERS}/no-such-id`],
  ["GET", `${USERS}/{user}/credentials`],
  ["GET", `${USERS}/{user}/sessions`],
  ["GET", `${USERS}/{user}/groups`],
  ["GET", `${USERS}/{user}/role-mappings`],
  ["GET", `${USERS}/{user}/role-mappings/realm`],
  ["GET", `${USERS}/{user}/role-mappings/realm/available`],
  ["GET", `${USERS}/{user}/role-mappings/realm/composite`],
  ["GET", `${REALM}/roles`],
  ["GET", `${REALM}/roles/manager`],
  ["GET", `${REALM}/roles/manager/users`],
  ["GET", `${REALM}/roles/manager/composites`],
  ["GET", `${REALM}/groups`],
  ["GET", `${REALM}/groups/count`],
  ["GET", `${REALM}/groups/no-such-group`],
  ["GET", `${REALM}/events`],
  ["GET", `${REALM}/admin-events`],
  ["GET", "/admin/realms/corp-prod/users"],
  ["POST", USERS, { username: "ab" }],
  ["PUT", `${USERS}/{user}`, { email: "no" }],
  ["PUT", `${USERS}/{user}/reset-password`, { type: "password", value: "" }],
  ["POST", `${USERS}/{user}/role-mappings/realm`, []],
  ["DELETE", `${USERS}/{user}/role-mappings/realm`, []],
  ["POST", `${USERS}/{user}/logout`],
  ["PUT", `${USERS}/{user}/groups/no-such-group`],
  ["DELETE", `${USERS}/{user}/credentials/no-such-credential`],
  ["DELETE", `${USERS}/no-such-id`],
  ["DELETE", `${REALM}/events`],
];

async function acts(subject: KeycloakSubject, as: string): Promise<void> {
  const user = await subject.made({ username: "rights.target", enabled: true });
  for (const [method, path, json] of ACTS) {
    const { status, body } = await subject.send(method, path.replace("{user}", user), {
      as,
      ...(json === undefined ? {} : { json }),
      silent: true,
    });
    subject.transcript.push({
      asked: `${method} ${path} as ${as}`,
      // What a refusal says is told, and whether the entitled are shown anything.
      answer: status === 403 || status === 404
        ? { status, body: body ?? null }
        : { status, ...shown(body) },
    });
  }
  await subject.removed(user);
}

function shown(body: unknown): Record<string, boolean> {
  if (Array.isArray(body)) return { some: body.length > 0 };
  return typeof body === "number" ? { some: body > 0 } : {};
}

/** What each kind of account may do: those of the enterprise, and one for each role there is. */
export const RIGHTS_SCENARIOS: readonly KeycloakScenario[] = [
  AGENT,
  "maria.manager",
  "ada.itadmin",
  "henry.compliance",
  "alice.dev",
  ...SINGLE_RIGHTS.map(singleName),
].map((as) => ({ name: `what ${as} may do`, play: (subject) => acts(subject, as) }));
