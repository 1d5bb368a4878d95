import assert from "node:assert/strict";
import { KeycloakClient } from "./keycloak_client.ts";

function client(realms: readonly string[], answer: (path: string) => Response): {
  client: KeycloakClient;
  asked: string[];
} {
  const asked: string[] = [];
  const logins = new Map(
    realms.map((realm) =>
      [realm, {
        grant: "password",
        username: "anna",
        password: realm,
      }] as const
    ),
  );
  return {
    asked,
    client: new KeycloakClient({
      baseUrl: "http://keycloak.example.com",
      logins,
      fetch: (request) => {
        const { pathname } = new URL(request.url);
        const token = /realms\/([^/]+)\/protocol/.exec(pathname)?.[1];
        asked.push(`${request.headers.get("authorization") ?? "login"} ${pathname}`);
        return Promise.resolve(
          token === undefined ? answer(pathname) : Response.json({ access_token: token }),
        );
      },
    }),
  };
}

Deno.test("KeycloakClient asks with the account of the realm that the path names", async () => {
  const { client: keycloak, asked } = client(["one", "two"], () => Response.json([]));
  await keycloak.admin("/realms/two/users");
  await keycloak.admin("/realms/three/users");
  await keycloak.admin("/realms", { realm: "two" });
  assert.deepEqual(asked.filter((line) => line.includes("/admin/")), [
    "Bearer two /admin/realms/two/users",
    "Bearer one /admin/realms/three/users",
    "Bearer two /admin/realms",
  ]);
  assert.deepEqual(keycloak.realms, ["one", "two"]);
});

Deno.test("KeycloakClient logs in again once when its token is no longer taken", async () => {
  let refusals = 1;
  const { client: keycloak, asked } = client(["one"], () => {
    if (refusals-- > 0) return Response.json({ error: "HTTP 401 Unauthorized" }, { status: 401 });
    return Response.json([]);
  });
  await assert.rejects(keycloak.admin("/realms/one/users"), { status: 401 });
  refusals = 1;
  await keycloak.admin("/realms/one/users");
  assert.equal(asked.filter((line) => line.startsWith("login")).length, 2);
});

Deno.test("KeycloakClient tells every problem of a user profile", async () => {
  const errors = [
    { field: "username", errorMessage: "error-invalid-length", params: [] },
    { field: "email", errorMessage: "error-invalid-email", params: [] },
  ];
  const { client: keycloak } = client(["one"], () => Response.json({ errors }, { status: 400 }));
  await assert.rejects(keycloak.admin("/realms/one/users", { method: "POST", body: {} }), {
    message: "error-invalid-length (username); error-invalid-email (email)",
  });
});
