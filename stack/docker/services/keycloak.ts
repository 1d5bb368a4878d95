import type { DockerService } from "../service.ts";

/** Keycloak 26: identities, roles, sessions and their events. */
export const KEYCLOAK: DockerService = {
  name: "keycloak",
  image: "quay.io/keycloak/keycloak:26.0",
  command: ["start-dev"],
  environment: {
    KC_BOOTSTRAP_ADMIN_USERNAME: "argus",
    KC_BOOTSTRAP_ADMIN_PASSWORD: "{{secret:keycloak}}",
    KC_HEALTH_ENABLED: "true",
  },
  ports: [
    { container: 8080, host: 8080 },
    // The management interface, which answers the health check. Its own number, 9000, is MinIO's.
    { container: 9000, host: 0 },
  ],
  volumes: [{ name: "keycloak", path: "/opt/keycloak/data" }],
  memory: 1024,
  health: { kind: "http", port: 9000, path: "/health/ready" },
  deadline: 240,
  access: { url: "http://127.0.0.1:8080", username: "argus", password: "{{secret:keycloak}}" },
};
