import type { DockerService } from "../service.ts";

/** Makes the buckets of the world, then exits. */
export const MINIO_INIT: DockerService = {
  name: "minio-init",
  image: "minio/mc:RELEASE.2024-10-08T09-37-26Z",
  entrypoint: ["/bin/sh", "-c"],
  command: ['for bucket in $BUCKETS; do mc mb --ignore-existing "argus/$bucket" || exit 1; done'],
  environment: {
    MC_HOST_argus: "http://argus:{{secret:minio}}@minio:9000",
    BUCKETS: "audit-archive backups hr-exports public-downloads reports",
  },
  ports: [],
  volumes: [],
  memory: 128,
  health: { kind: "exit" },
  deadline: 60,
  after: ["minio"],
};
