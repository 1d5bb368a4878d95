import { seededUuid } from "../seed/random.ts";
import type { RowOverlay } from "../state/row_store.ts";
import { errorAnswer, S3Error } from "./_answer.ts";
import {
  deletePolicy,
  getLocation,
  getObjectLock,
  getPolicy,
  getVersioning,
  headBucket,
  listBuckets,
  listObjects,
  putPolicy,
} from "./_buckets.ts";
import { deleteObject, getObject, putObject } from "./_objects.ts";
import { readRequest, type S3Request, type S3State, splitPath } from "./_request.ts";

/** Options for {@linkcode minioFetch}. */
export interface MinioOptions {
  /** Seed of the world, for identifiers of what is created. */
  seed: number;
  /** Milliseconds since the epoch as the service sees them. */
  now: () => number;
  /** Secret key of an account, by access key. */
  secretKey: (accessKey: string) => string;
}

/**
 * Returns a `fetch` that answers as MinIO's S3 API with path-style addresses, over the given rows.
 * No port is opened.
 *
 * Requests carry Signature Version 4 in their `Authorization` header, or none at all: a bucket's
 * policy decides what someone without an account may do, an account's own grants decide the rest.
 * Presigned addresses, streaming signatures, multipart uploads, copies, ranges, version 1 of the
 * object listing, and making or removing buckets are answered with 501 `NotImplemented`.
 */
export function minioFetch(
  rows: RowOverlay,
  options: MinioOptions,
): (request: Request) => Promise<Response> {
  const state: S3State = { rows, ...options };
  return async (request) => {
    const id = seededUuid(options.seed, `s3/${options.now()}/${rows.position}`).slice(0, 16);
    let answer: Response;
    try {
      answer = route(await readRequest(request, state));
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      answer = errorAnswer(error, { method: request.method, id, ...named(request) });
    }
    answer.headers.set("server", "MinIO");
    answer.headers.set("x-amz-request-id", id);
    return answer;
  };
}

/** What a path names, as far as it can be read. */
function named(request: Request): { bucket: string; key: string } {
  try {
    return splitPath(new URL(request.url));
  } catch {
    return { bucket: "", key: "" };
  }
}

/** Parameters that name another resource of a bucket or an object than its content. */
const UNKNOWN = [
  "acl",
  "cors",
  "delete",
  "encryption",
  "legal-hold",
  "lifecycle",
  "notification",
  "policyStatus",
  "replication",
  "retention",
  "select",
  "tagging",
  "uploadId",
  "uploads",
  "versions",
  "website",
];

type Handler = (request: S3Request) => Response;

const BUCKET: Readonly<Record<string, Handler>> = {
  "GET policy": getPolicy,
  "PUT policy": putPolicy,
  "DELETE policy": deletePolicy,
  "GET location": getLocation,
  "GET versioning": getVersioning,
  "GET object-lock": getObjectLock,
  "GET": listObjects,
  "HEAD": headBucket,
};

const OBJECT: Readonly<Record<string, Handler>> = {
  "GET": getObject,
  "HEAD": getObject,
  "PUT": putObject,
  "DELETE": deleteObject,
};

function route(request: S3Request): Response {
  const { method, bucket, key, query } = request;
  if (bucket === "") {
    if (method !== "GET") throw new S3Error("MethodNotAllowed");
    return listBuckets(request);
  }
  if (UNKNOWN.some((name) => query.has(name))) throw new S3Error("NotImplemented");
  if (key !== "") {
    const handler = Object.hasOwn(OBJECT, method) ? OBJECT[method] : undefined;
    if (!handler) throw new S3Error("MethodNotAllowed");
    return handler(request);
  }
  const part = ["policy", "location", "versioning", "object-lock"].find((name) => query.has(name));
  const name = part === undefined ? method : `${method} ${part}`;
  const handler = Object.hasOwn(BUCKET, name) ? BUCKET[name] : undefined;
  if (!handler) throw new S3Error("NotImplemented");
  return handler(request);
}
