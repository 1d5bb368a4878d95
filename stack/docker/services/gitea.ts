import type { DockerService } from "../service.ts";

/** Gitea 1.22: repositories, issues and pull requests. */
export const GITEA: DockerService = {
  name: "gitea",
  image: "gitea/gitea:1.22",
  environment: {
    GITEA__database__DB_TYPE: "sqlite3",
    GITEA__server__ROOT_URL: "http://127.0.0.1:3000/",
    GITEA__server__DISABLE_SSH: "true",
    GITEA__server__OFFLINE_MODE: "true",
    GITEA__security__INSTALL_LOCK: "true",
    GITEA__service__DISABLE_REGISTRATION: "true",
    GITEA__cron__ENABLED: "false",
  },
  ports: [{ container: 3000, host: 3000 }],
  volumes: [{ name: "gitea", path: "/data" }],
  memory: 384,
  health: { kind: "http", port: 3000, path: "/api/healthz" },
  deadline: 120,
  setup: {
    command: [
      "sh",
      "-c",
      "gitea admin user create --admin --username argus --email argus@example.com " +
      '--password "$ARGUS_PASSWORD" --must-change-password=false',
    ],
    user: "git",
    environment: { ARGUS_PASSWORD: "{{secret:gitea}}" },
    done: "user already exists",
  },
  access: { url: "http://127.0.0.1:3000", username: "argus", password: "{{secret:gitea}}" },
};
