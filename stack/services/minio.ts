import { plantObjects } from "../minio/plant.ts";
import { REGION } from "../minio/region.ts";
import { minioFetch } from "../minio/twin.ts";
import { MINIO_INDEXES, minioSecret, seedMinio } from "../seed/minio.ts";
import { OBJECT_TOOLS } from "../tools/objects.ts";
import { S3Client } from "../tools/s3_client.ts";
import type { HttpService } from "./service.ts";

/** MinIO: the object store, behind the S3 API. */
export const MINIO: HttpService<S3Client> = {
  name: "minio",
  version: "RELEASE.2024-10-13T13-34-11Z",
  url: "http://minio.example.com:9000",
  indexes: MINIO_INDEXES,
  tools: OBJECT_TOOLS,
  seed: seedMinio,
  plant: ({ objects = [] }, rows, { time }) => plantObjects(objects, rows, time),
  twin: (rows, { seed, now }) =>
    minioFetch(rows, { seed, now, secretKey: (accessKey) => minioSecret(seed, accessKey) }),
  client: ({ seed, username }, connection) =>
    new S3Client({
      ...connection,
      key: { accessKey: username, secretKey: minioSecret(seed, username), region: REGION },
    }),
};
