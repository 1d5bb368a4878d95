import assert from "node:assert/strict";
import { seedAccounts } from "../seed/people.ts";
import { seedKeycloakService } from "./service_seed.ts";

interface Asked {
  line: string;
  // deno-lint-ignore no-explicit-any
  body: any;
}

/** A server that takes everything, but for what `refuse` names. */
function server(refuse = ""): { asked: Asked[]; fetch: (request: Request) => Promise<Response> } {
  const asked: Asked[] = [];
  return {
    asked,
    fetch: async (request) => {
      const line = `${request.method} ${decodeURIComponent(new URL(request.url).pathname)}`;
      if (line.endsWith("/token")) return Response.json({ access_token: "t" });
      const text = await request.text();
      asked.push({ line, body: text === "" ? undefined : JSON.parse(text) });
      if (line === refuse) return Response.json({ errorMessage: "no" }, { status: 400 });
      if (line.startsWith("GET")) return Response.json([{ displayName: "Conditional OTP" }]);
      return new Response(null, { status: request.method === "POST" ? 201 : 204 });
    },
  };
}

const options = {
  baseUrl: "http://keycloak.example.com",
  admin: { username: "admin", password: "p" },
  seed: 1,
  accounts: seedAccounts(1, 3),
};

Deno.test("seedKeycloakService() replaces both realms and turns one-time codes off", async () => {
  const { asked, fetch } = server();
  await seedKeycloakService({ ...options, fetch });
  const path = "/authentication/flows/direct grant/executions";
  assert.deepEqual(
    asked.map(({ line }) => line),
    ["enterprise", "corp-prod"].flatMap((realm) => [
      `DELETE /admin/realms/${realm}`,
      "POST /admin/realms",
      `GET /admin/realms/${realm}${path}`,
      `PUT /admin/realms/${realm}${path}`,
    ]),
  );
  assert.equal(asked[3]?.body.requirement, "DISABLED");
});

Deno.test("seedKeycloakService() gives each account its id, roles and rights", async () => {
  const { asked, fetch } = server();
  await seedKeycloakService({ ...options, fetch });
  const realm = asked[1]?.body;
  const user = (name: string) =>
    realm.users.find(({ username }: { username: string }) => username === name);
  const wanted = options.accounts.filter((account) => account.realm === "enterprise");
  assert.deepEqual(
    realm.users.map(({ id }: { id: string }) => id),
    wanted.map(({ userId }) => userId),
  );
  assert.equal(user("svc-iam-agent").serviceAccountClientId, "iam-agent");
  assert.ok(user("svc-iam-agent").clientRoles["realm-management"].includes("manage-users"));
  assert.deepEqual(user("ivy.helpdesk").clientRoles["realm-management"], [
    "query-users",
    "view-users",
  ]);
  assert.deepEqual(user("alice.dev").clientRoles["realm-management"], []);
  assert.ok(user("alice.dev").realmRoles.includes("developer"));
  assert.deepEqual(user("alice.dev").groups, ["/engineering"]);
});

Deno.test("seedKeycloakService() says which step was refused and why", async () => {
  const { fetch } = server("POST /admin/realms");
  await assert.rejects(
    seedKeycloakService({ ...options, fetch }),
    /Keycloak refused POST \/realms with 400: \{"errorMessage":"no"\}/,
  );
});

Deno.test("seedKeycloakService() takes passwords and a client secret of the service's own", async () => {
  const { asked, fetch } = server();
  const password = (realm: string, username: string) => `${realm} ${username}`;
  await seedKeycloakService({ ...options, fetch, password, clientSecret: "own" });
  const realm = asked[1]?.body;
  assert.equal(realm.clients[0].secret, "own");
  for (const { username, credentials } of realm.users) {
    assert.equal(credentials[0].value, `enterprise ${username}`);
  }
});
