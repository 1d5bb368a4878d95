import assert from "node:assert/strict";
import { PERSONAS } from "../../probes/mod.ts";
import { AGENT_CLIENT, agentSecret, KEYCLOAK_INDEXES, seedKeycloak } from "../seed/keycloak.ts";
import { seedAccounts, syntheticPassword } from "../seed/people.ts";
import { RowOverlay, RowStore } from "../state/row_store.ts";
import { keycloakFetch } from "./twin.ts";

const accounts = seedAccounts(1, 20);
const store = new RowStore(seedKeycloak(1, accounts), KEYCLOAK_INDEXES);
const alice = accounts.find(({ username }) => username === "alice.dev")?.userId ?? "";

interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any
  body: any;
  location: string | null;
}

class Client {
  readonly rows: RowOverlay = new RowOverlay(store);
  #fetch = keycloakFetch(this.rows, { seed: 1, key: "k", now: () => Date.UTC(2026, 2, 2, 9) });
  token = "";

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const form = body instanceof URLSearchParams;
    const response = await this.#fetch(
      new Request(`http://kc.example.com${path}`, {
        method,
        headers: {
          ...(this.token === "" ? {} : { authorization: `Bearer ${this.token}` }),
          ...(form ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    return {
      status: response.status,
      body: text === "" ? undefined : JSON.parse(text),
      location: response.headers.get("location"),
    };
  }

  async login(fields: Record<string, string>, realm = "enterprise"): Promise<Answer> {
    const path = `/realms/${realm}/protocol/openid-connect/token`;
    const answer = await this.send("POST", path, new URLSearchParams(fields));
    this.token = answer.body?.access_token ?? "";
    return answer;
  }
}

async function agent(): Promise<Client> {
  const client = new Client();
  await client.login({
    grant_type: "client_credentials",
    client_id: AGENT_CLIENT,
    client_secret: agentSecret(1),
  });
  return client;
}

async function person(username: string): Promise<Client> {
  const client = new Client();
  await client.login({
    grant_type: "password",
    client_id: "admin-cli",
    username,
    password: syntheticPassword(1, "enterprise", username),
  });
  return client;
}

const users = "/admin/realms/enterprise/users";

Deno.test("the token endpoint answers as OpenID Connect asks", async () => {
  const client = new Client();
  const bad = await client.login({
    grant_type: "client_credentials",
    client_id: AGENT_CLIENT,
    client_secret: "x",
  });
  assert.deepEqual([bad.status, bad.body.error], [401, "unauthorized_client"]);
  const wrong = await client.login({
    grant_type: "password",
    client_id: "admin-cli",
    username: "alice.dev",
    password: "x",
  });
  assert.deepEqual([wrong.status, wrong.body], [401, {
    error: "invalid_grant",
    error_description: "Invalid user credentials",
  }]);
  const odd = await client.login({ grant_type: "magic", client_id: "admin-cli" });
  assert.deepEqual([odd.status, odd.body.error], [400, "unsupported_grant_type"]);
  assert.equal((await client.login({}, "nowhere")).status, 404);
  const good = await client.login({
    grant_type: "client_credentials",
    client_id: AGENT_CLIENT,
    client_secret: agentSecret(1),
  });
  assert.deepEqual([good.status, good.body.token_type], [200, "Bearer"]);
});

Deno.test("the admin API wants a token that this world signed", async () => {
  const client = new Client();
  assert.deepEqual(await client.send("GET", users), {
    status: 401,
    body: { error: "HTTP 401 Unauthorized" },
    location: null,
  });
  for (const token of ["x", "a.b.c", "é", `${(await agent()).token}x`, "..", "a.b.AAAA"]) {
    client.token = encodeURIComponent(token);
    assert.equal((await client.send("GET", users)).status, 401, token);
  }
});

Deno.test("users are created with a Location, and twice with a conflict", async () => {
  const client = await agent();
  const made = await client.send("POST", users, {
    username: "New.Person",
    email: "n@example.com",
    enabled: true,
  });
  assert.equal(made.status, 201);
  const path = new URL(made.location ?? "").pathname;
  const read = await client.send("GET", path);
  assert.deepEqual([read.status, read.body.username, read.body.enabled], [200, "new.person", true]);
  assert.deepEqual((await client.send("POST", users, { username: "new.person" })).body, {
    errorMessage: "User exists with same username",
  });
  const email = await client.send("POST", users, { username: "other", email: "N@example.com" });
  assert.deepEqual([email.status, email.body], [409, {
    errorMessage: "User exists with same email",
  }]);
  assert.deepEqual((await client.send("POST", users, {})).body, {
    errorMessage: "User name is missing",
  });
  assert.equal(
    (await client.send("POST", users, { username: "ab" })).body.errorMessage,
    "error-invalid-length",
  );
  assert.equal(
    (await client.send("POST", users, { username: "a b c" })).body.errorMessage,
    "error-username-invalid-character",
  );
  assert.equal(
    (await client.send("POST", users, { username: "abc", email: "no" })).body.errorMessage,
    "error-invalid-email",
  );
  assert.equal((await client.send("POST", users, [1])).status, 400);
});

Deno.test("users are searched by prefix, infix, exact and page", async () => {
  const client = await agent();
  const names = async (query: string): Promise<string[]> =>
    (await client.send("GET", `${users}?${query}`)).body.map((user: { username: string }) =>
      user.username
    );
  assert.deepEqual(await names("search=alice"), ["alice.dev"]);
  assert.deepEqual(await names("search=lice"), []);
  assert.deepEqual(await names("search=*lice*"), ["alice.dev"]);
  assert.deepEqual(await names(`search=${encodeURIComponent('"alice"')}`), ["alice.dev"]);
  assert.deepEqual(await names("username=ALICE.DEV&exact=true"), ["alice.dev"]);
  assert.deepEqual(await names("username=alice&exact=true"), []);
  assert.deepEqual(await names("email=alice.dev@&exact=false"), ["alice.dev"]);
  const all = await names("max=1000");
  assert.deepEqual(await names("first=3&max=4"), all.slice(3, 7));
  assert.equal((await client.send("GET", `${users}/count`)).body, all.length);
  assert.equal((await client.send("GET", `${users}?max=abc`)).status, 404);
});

Deno.test("a user that does not exist is 404, a realm too", async () => {
  const client = await agent();
  const answer = await client.send("GET", `${users}/no-such-id`);
  assert.deepEqual([answer.status, answer.body.error], [404, "User not found"]);
  const realm = await client.send("GET", "/admin/realms/nowhere/users");
  assert.deepEqual([realm.status, realm.body.error], [404, "Realm not found."]);
});

Deno.test("deleting a user takes its mappings, credentials and sessions along", async () => {
  const client = await agent();
  assert.equal((await client.send("DELETE", `${users}/${alice}`)).status, 204);
  assert.equal((await client.send("DELETE", `${users}/${alice}`)).status, 404);
  const gone = client.rows.changes(0).map(({ entity, change }) => `${change} ${entity}`);
  assert.ok(gone.every((text) => text.startsWith("deleted ")));
  assert.deepEqual([...new Set(gone)], [
    "deleted users",
    "deleted role_mappings",
    "deleted group_members",
    "deleted credentials",
    "deleted sessions",
  ]);
});

Deno.test("roles are mapped by representation and unknown ones refused", async () => {
  const client = await agent();
  const role = (await client.send("GET", "/admin/realms/enterprise/roles/manager")).body;
  const path = `${users}/${alice}/role-mappings/realm`;
  assert.equal((await client.send("POST", path, [role])).status, 204);
  const names = (await client.send("GET", path)).body.map(({ name }: { name: string }) => name);
  assert.ok(names.includes("manager") && names.includes("default-roles-enterprise"));
  assert.equal((await client.send("DELETE", path, [role])).status, 204);
  assert.deepEqual(client.rows.changes(0), []);
  const unknown = await client.send("POST", path, [{ name: "nope" }]);
  assert.deepEqual([unknown.status, unknown.body.error], [404, "Role not found"]);
});

Deno.test("a password is kept as a digest, and a temporary one asks for a new one", async () => {
  const client = await agent();
  const path = `${users}/${alice}/reset-password`;
  assert.equal(
    (await client.send("PUT", path, { type: "password", value: "short" })).body.error,
    "invalidPasswordMinLengthMessage",
  );
  assert.equal((await client.send("PUT", path, { type: "password", value: "" })).status, 400);
  const value = "Correct-Horse-1";
  assert.equal(
    (await client.send("PUT", path, { type: "password", value, temporary: false })).status,
    204,
  );
  assert.ok(!JSON.stringify(client.rows.changes(0)).includes(value));
  const login = {
    grant_type: "password",
    client_id: "admin-cli",
    username: "alice.dev",
    password: value,
  };
  assert.equal((await new Client().login(login)).status, 401);
  const token = client.token;
  assert.equal((await client.login(login)).status, 200);
  client.token = token;
  await client.send("PUT", path, { type: "password", value, temporary: true });
  assert.equal((await client.login(login)).body.error_description, "Account is not fully set up");
});

Deno.test("events can be filtered, and only their manager may clear them", async () => {
  const client = await agent();
  const events =
    (await client.send("GET", "/admin/realms/enterprise/events?dateFrom=2026-02-25")).body;
  assert.ok(events.length > 0);
  assert.ok(events.every(({ time }: { time: number }) => time >= Date.UTC(2026, 1, 25)));
  assert.equal(
    (await client.send("GET", "/admin/realms/enterprise/events?dateFrom=soon")).status,
    400,
  );
  assert.equal((await client.send("DELETE", "/admin/realms/enterprise/events")).status, 403);
  await client.send("PUT", `${users}/${alice}`, { enabled: false });
  const changes =
    (await client.send("GET", `/admin/realms/enterprise/admin-events?resourcePath=users/${alice}*`))
      .body;
  assert.equal(changes[0].operationType, "UPDATE");
});

const ACTS: readonly [string, string, unknown?][] = [
  ["GET", `${users}/${alice}`],
  ["PUT", `${users}/${alice}/reset-password`, { type: "password", value: "Correct-Horse-1" }],
  ["POST", `${users}/${alice}/logout`],
  ["PUT", `${users}/${alice}`, { enabled: false }],
  ["POST", `${users}/${alice}/role-mappings/realm`, []],
  ["GET", "/admin/realms/enterprise/events"],
  ["GET", "/admin/realms/corp-prod/users"],
  ["POST", "/admin/realms/corp-prod/users", { username: "new.person" }],
];

Deno.test.each([
  ["helpdesk", [200, 204, 204, 403, 403, 403, 403, 403]],
  ["manager", [200, 403, 403, 403, 403, 403, 403, 403]],
  ["it-admin", [200, 204, 204, 204, 204, 403, 403, 403]],
  ["compliance", [200, 403, 403, 403, 403, 200, 403, 403]],
])("rights of role %s", async (role, wanted) => {
  for (const { id } of PERSONAS.filter((persona) => persona.role === role)) {
    const client = await person(id);
    const found: number[] = [];
    for (const [method, path, body] of ACTS) {
      found.push((await client.send(method, path, body)).status);
    }
    assert.deepEqual(found, wanted, id);
  }
});

Deno.test("someone without rights learns nothing", async () => {
  const client = await person("alice.dev");
  assert.equal((await client.send("GET", `${users}/${alice}`)).status, 403);
  assert.equal((await client.send("GET", `${users}/no-such-id`)).status, 403);
  assert.equal((await client.send("GET", "/admin/realms")).status, 403);
});

Deno.test("no request makes the twin throw", async () => {
  const client = await agent();
  const odd = [
    "%00",
    "%F0%9F%98%80",
    "..%2f..",
    "a".repeat(5000),
    "%25",
    "'%20or%201=1--",
    "%E0%A4%A",
  ];
  for (const part of odd) {
    for (
      const path of [
        `${users}/${part}`,
        `/admin/realms/${part}/users`,
        `${users}?search=${part}*`,
        `${users}?first=${part}`,
      ]
    ) {
      const { status } = await client.send("GET", path);
      assert.ok(status === 200 || (status >= 400 && status < 500), `${path}: ${status}`);
    }
  }
  for (
    const body of [null, 1, "x", [null], [[]], { enabled: "x", email: 5, requiredActions: [{}] }]
  ) {
    for (
      const path of [
        users,
        `${users}/${alice}`,
        `${users}/${alice}/reset-password`,
        `${users}/${alice}/role-mappings/realm`,
      ]
    ) {
      for (const method of ["POST", "PUT", "DELETE"]) {
        const answer = await client.send(method, path, body);
        // Where the real service breaks, the twin says so in its words.
        const broken = answer.body?.error_description?.startsWith("For more on this error");
        assert.ok(answer.status < 500 || broken, `${method} ${path}: ${answer.status}`);
      }
    }
  }
});
