import type { DockerService } from "../service.ts";

/** PostgreSQL 16: tickets, assets, access logs. */
export const POSTGRES: DockerService = {
  name: "postgres",
  image: "postgres:16-alpine",
  environment: {
    POSTGRES_USER: "argus",
    POSTGRES_PASSWORD: "{{secret:postgres}}",
    POSTGRES_DB: "argus",
  },
  ports: [{ container: 5432, host: 5432 }],
  volumes: [{ name: "postgres", path: "/var/lib/postgresql/data" }],
  memory: 512,
  // By TCP: while the image sets the database up, its server listens on a Unix socket only.
  health: {
    kind: "exec",
    command: ["pg_isready", "-h", "127.0.0.1", "-U", "argus", "-d", "argus"],
  },
  deadline: 120,
  access: {
    url: "postgres://127.0.0.1:5432/argus",
    username: "argus",
    password: "{{secret:postgres}}",
  },
};
