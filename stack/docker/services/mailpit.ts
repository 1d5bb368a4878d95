import type { DockerService } from "../service.ts";

/** Mailpit: takes every mail and delivers none. */
export const MAILPIT: DockerService = {
  name: "mailpit",
  image: "axllent/mailpit:v1.21",
  environment: { MP_DATABASE: "/data/mailpit.db", MP_DISABLE_VERSION_CHECK: "true" },
  ports: [{ container: 1025, host: 1025 }, { container: 8025, host: 8025 }],
  volumes: [{ name: "mailpit", path: "/data" }],
  memory: 128,
  health: { kind: "http", port: 8025, path: "/readyz" },
  deadline: 60,
  access: { url: "http://127.0.0.1:8025" },
};
