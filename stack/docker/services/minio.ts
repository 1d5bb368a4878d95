import type { DockerService } from "../service.ts";

/** MinIO: the object store, behind the S3 API. */
export const MINIO: DockerService = {
  name: "minio",
  image: "minio/minio:RELEASE.2024-10-13T13-34-11Z",
  command: ["server", "/data", "--console-address", ":9001"],
  environment: { MINIO_ROOT_USER: "argus", MINIO_ROOT_PASSWORD: "{{secret:minio}}" },
  ports: [{ container: 9000, host: 9000 }, { container: 9001, host: 9001 }],
  volumes: [{ name: "minio", path: "/data" }],
  memory: 512,
  health: { kind: "http", port: 9000, path: "/minio/health/live" },
  deadline: 90,
  access: { url: "http://127.0.0.1:9000", username: "argus", password: "{{secret:minio}}" },
};
