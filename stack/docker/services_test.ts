import assert from "node:assert/strict";
import { containerSpec } from "./container.ts";
import { expandSecrets, secretNames } from "./service.ts";
import { SERVICES } from "./services.ts";

Deno.test("SERVICES are the seven of the enterprise, with pinned images", () => {
  const table = SERVICES.map(({ name, image, ports }) => [
    name,
    image,
    ports.map(({ host }) => host).filter((port) => port !== 0).join(),
  ]);
  assert.deepEqual(table, [
    ["keycloak", "quay.io/keycloak/keycloak:26.0", "8080"],
    ["postgres", "postgres:16-alpine", "5432"],
    ["gitea", "gitea/gitea:1.22", "3000"],
    ["minio", "minio/minio:RELEASE.2024-10-13T13-34-11Z", "9000,9001"],
    ["minio-init", "minio/mc:RELEASE.2024-10-08T09-37-26Z", ""],
    ["mailpit", "axllent/mailpit:v1.21", "1025,8025"],
    ["opensearch", "opensearchproject/opensearch:2.17.1", "9200"],
  ]);
});

for (const service of SERVICES) {
  Deno.test(`The service "${service.name}" is sound data`, () => {
    assert.deepEqual(JSON.parse(JSON.stringify(service)), service);
    assert.ok(service.memory >= 64 && service.memory <= 2048);
    assert.ok(service.deadline > 0);
    const { health, ports } = service;
    if (health.kind === "http") assert.ok(ports.some((port) => port.container === health.port));
    for (const other of service.after ?? []) {
      assert.ok(SERVICES.some(({ name }) => name === other), other);
    }
    for (const secret of secretNames(service)) {
      assert.ok(SERVICES.some(({ name }) => name === secret), secret);
    }
    for (const [name, value] of Object.entries(service.environment ?? {})) {
      if (/PASSWORD|SECRET|TOKEN/.test(name)) assert.match(value, /^\{\{secret:[^}]+\}\}$/, name);
    }
  });

  Deno.test(`The container of "${service.name}" is bound on 127.0.0.1 only`, () => {
    const secrets = Object.fromEntries(secretNames(service).map((name) => [name, "p".repeat(32)]));
    const spec = containerSpec(service, { project: "t", secrets });
    assert.doesNotMatch(JSON.stringify(spec), /\{\{/);
    const { PortBindings } = spec.HostConfig as { PortBindings: Record<string, object[]> };
    for (const bindings of Object.values(PortBindings)) {
      for (const binding of bindings) {
        assert.equal((binding as { HostIp: string }).HostIp, "127.0.0.1");
      }
    }
  });
}

Deno.test("No two services bind one port", () => {
  const ports = SERVICES.flatMap((service) => service.ports.map(({ host }) => host))
    .filter((port) => port !== 0);
  assert.equal(new Set(ports).size, ports.length);
});

Deno.test("expandSecrets() fills in what exists and refuses what does not", () => {
  assert.equal(expandSecrets("a{{secret:x}}b{{secret:x}}", { x: "$&" }), "a$&b$&");
  assert.throws(() => expandSecrets("{{secret:toString}}", {}), {
    name: "ReferenceError",
    message: /"toString"/,
  });
});
