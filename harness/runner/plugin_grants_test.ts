import assert from "node:assert/strict";
import { checkGrants, parseGrants } from "./plugin_grants.ts";

Deno.test("parseGrants() reads grants by the plugin's name", () => {
  const grants = [
    "@acme/badge:net=127.0.0.1:8080",
    "@acme/badge:net=example.com:443",
    "@acme/badge:read=/srv/badges",
    "drill:env=ARGUS_REGION",
  ];
  assert.deepEqual(parseGrants(grants), {
    "@acme/badge": { net: ["127.0.0.1:8080", "example.com:443"], read: ["/srv/badges"] },
    drill: { env: ["ARGUS_REGION"] },
  });
});

Deno.test("parseGrants() refuses what names no plugin, no kind or everything of a kind", () => {
  for (
    const text of [
      "net=127.0.0.1:8080",
      "@acme/badge:run=sh",
      "@acme/badge:net",
      "@acme/badge:net=",
      "@acme/badge:net=*",
      "@acme/badge:net=example.com",
      "@acme/badge:read=relative",
      "@acme/badge:env=A B",
    ]
  ) {
    assert.throws(() => parseGrants([text]), /^ConfigError: Cannot read the grant/, text);
  }
});

Deno.test("checkGrants() refuses a grant that nobody asked for", () => {
  const plugins = [{ name: "badge", permissions: { net: ["127.0.0.1:1"] } }];
  checkGrants({ badge: { net: ["127.0.0.1:1"] } }, plugins);
  assert.throws(() => checkGrants({ bagde: {} }, plugins), /"bagde": the plugins are "badge"/);
  assert.throws(
    () => checkGrants({ badge: { env: ["HOME"] } }, plugins),
    /Cannot grant env "HOME" to "badge": it does not ask for it/,
  );
});
