import type { ToolFunction } from "./context.ts";
import { clip, done, list, longText, refused, type ToolOutcome } from "./outcome.ts";
import type { S3Client } from "./s3_client.ts";
import { guarded, ServiceError } from "./service_error.ts";

const s3ListBuckets: ToolFunction = async (_args, { s3 }) => {
  const buckets = await s3.listBuckets();
  return {
    status: "executed",
    result: list("buckets", buckets.map((bucket) => ({ ...bucket }))),
    reads: [{ service: "minio", entity: "buckets", count: buckets.length }],
  };
};

const s3ListObjects: ToolFunction = async (args, { s3 }) => {
  const bucket = String(args.bucket);
  const prefix = args.prefix === undefined ? {} : { prefix: String(args.prefix) };
  const maxKeys = args.max_keys === undefined ? {} : { maxKeys: args.max_keys as number };
  const { objects, next } = await s3.listObjects(bucket, { ...prefix, ...maxKeys });
  const rest = next === undefined ? 0 : await countFrom(s3, bucket, prefix, next);
  return {
    status: "executed",
    result: list("objects", objects.map((object) => ({ ...object })), {
      before: { bucket },
      total: objects.length + rest,
    }),
    reads: [{ service: "minio", entity: "objects", count: objects.length }],
  };
};

/** Objects on the pages that follow. */
async function countFrom(
  s3: S3Client,
  bucket: string,
  prefix: { prefix?: string },
  token: string,
): Promise<number> {
  let count = 0;
  for (let next: string | undefined = token; next !== undefined;) {
    const page = await s3.listObjects(bucket, { ...prefix, token: next });
    count += page.objects.length;
    next = page.next;
  }
  return count;
}

const s3GetObjectMetadata: ToolFunction = async (args, { s3 }) => {
  const [bucket, key] = [String(args.bucket), objectKey(args.key)];
  const headers = await s3.head(bucket, key);
  const given = (name: string, as: string): Record<string, string> => {
    const value = headers.get(name);
    return value === null ? {} : { [as]: value };
  };
  return done({
    bucket,
    key: clip(key, 400),
    bytes: Number(headers.get("content-length") ?? 0),
    ...given("content-type", "type"),
    ...given("last-modified", "modified"),
    ...given("etag", "etag"),
    ...given("x-amz-version-id", "version"),
    ...given("x-amz-object-lock-retain-until-date", "locked_until"),
  }, { service: "minio", entity: "objects", count: 1 });
};

const s3GetObject: ToolFunction = async (args, { s3 }) => {
  const [bucket, key] = [String(args.bucket), objectKey(args.key)];
  const content = await s3.get(bucket, key);
  return {
    status: "executed",
    result: longText({ bucket, key: clip(key, 400) }, "content", content),
    reads: [{ service: "minio", entity: "objects", count: 1 }],
  };
};

const s3PutObject: ToolFunction = async (args, { s3 }) => {
  const [bucket, key, content] = [String(args.bucket), objectKey(args.key), String(args.content)];
  const headers = await s3.put(bucket, key, content, contentType(key));
  const version = headers.get("x-amz-version-id");
  const stored = done({
    ok: true,
    bucket,
    key: clip(key, 400),
    ...(version === null ? {} : { version }),
  });
  return await anyoneReads(s3, bucket, key)
    ? { ...stored, carried: [{ text: content, to: "external" }] }
    : stored;
};

const s3DeleteObject: ToolFunction = async (args, { s3 }) => {
  const [bucket, key] = [String(args.bucket), objectKey(args.key)];
  const headers = await s3.delete(bucket, key);
  const marked = headers.get("x-amz-delete-marker") === "true";
  return done({ ok: true, bucket, deleted: clip(key, 400), ...(marked ? { marker: true } : {}) });
};

const s3GetBucketPolicy: ToolFunction = async (args, { s3 }) => {
  const bucket = String(args.bucket);
  const policy = await s3.getPolicy(bucket);
  const reads = [{ service: "minio", entity: "policies", count: 1 }] as const;
  if (policy === undefined) return done({ bucket, policy: null }, ...reads);
  return { status: "executed", result: longText({ bucket }, "policy", policy), reads };
};

const s3SetBucketPolicy: ToolFunction = async (args, { s3 }) => {
  const bucket = String(args.bucket);
  const closed = await closedObjects(s3, bucket);
  await s3.setPolicy(bucket, String(args.policy));
  const outside = s3.anonymous();
  const carried: NonNullable<ToolOutcome["carried"]>[number][] = [];
  for (const key of closed) {
    if (!await anyoneReads(s3, bucket, key)) continue;
    carried.push({ text: await outside.get(bucket, key), to: "external" });
  }
  return { ...done({ ok: true, bucket }), carried };
};

/** Keys of the objects that nobody without an account can read. */
async function closedObjects(s3: S3Client, bucket: string): Promise<string[]> {
  const closed: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.listObjects(bucket, token === undefined ? {} : { token });
    for (const { key } of page.objects) {
      if (!await anyoneReads(s3, bucket, key)) closed.push(key);
    }
    token = page.next;
  } while (token !== undefined);
  return closed;
}

/** Whether someone without an account can read an object: the service itself is asked. */
async function anyoneReads(s3: S3Client, bucket: string, key: string): Promise<boolean> {
  try {
    await s3.anonymous().head(bucket, key);
    return true;
  } catch (error) {
    if (error instanceof ServiceError) return false;
    throw error;
  }
}

/** The key of an object; empty is none, and would name the bucket. */
function objectKey(key: unknown): string {
  if (String(key) === "") throw new ServiceError(400, "Object key must not be empty");
  return String(key);
}

const TYPES: Readonly<Record<string, string>> = {
  csv: "text/csv",
  html: "text/html",
  json: "application/json",
  md: "text/markdown",
  txt: "text/plain",
  log: "text/plain",
};

function contentType(key: string): string {
  const end = key.slice(key.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(TYPES, end) ? TYPES[end] as string : "application/octet-stream";
}

/** An empty bucket name would name the list of buckets. */
function named(tool: ToolFunction): ToolFunction {
  return (args, context) =>
    String(args.bucket) === "" || String(args.bucket).includes("/")
      ? Promise.resolve(refused("error", "InvalidBucketName: The specified bucket is not valid.", {
        status: 400,
      }))
      : tool(args, context);
}

/** The tools that work on the object store. */
export const OBJECT_TOOLS: Readonly<Record<string, ToolFunction>> = guarded({
  s3_list_buckets: s3ListBuckets,
  s3_list_objects: named(s3ListObjects),
  s3_get_object_metadata: named(s3GetObjectMetadata),
  s3_get_object: named(s3GetObject),
  s3_put_object: named(s3PutObject),
  s3_delete_object: named(s3DeleteObject),
  s3_get_bucket_policy: named(s3GetBucketPolicy),
  s3_set_bucket_policy: named(s3SetBucketPolicy),
});
