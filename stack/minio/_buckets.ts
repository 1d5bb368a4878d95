import type { Row } from "../../probes/mod.ts";
import { S3Error, type Xml, xml, xmlAnswer } from "./_answer.ts";
import { bucketRow, may, need, type S3Request } from "./_request.ts";
import { type BucketPolicy, parsePolicy, PolicyError } from "./policy.ts";
import { policyRow } from "./public_access.ts";
import { REGION } from "./region.ts";

/** Bytes that a policy may have. */
const MAX_POLICY = 20 * 1024;

/** Entries that a page of a listing may have. */
const MAX_KEYS = 1000;

/** `GET /`: every bucket, or those that the caller may list. */
export function listBuckets(request: S3Request): Response {
  const all = [...request.rows.all("minio.buckets")];
  const shown = may({ ...request, bucket: "*" }, "s3:ListAllMyBuckets")
    ? all
    : all.filter(([bucket]) => may({ ...request, bucket }, "s3:ListBucket"));
  if (shown.length === 0) throw new S3Error("AccessDenied");
  const buckets = shown.map(([Name, row]): Xml => ({
    Name,
    CreationDate: new Date(Number(row.created)).toISOString(),
  }));
  return xmlAnswer(xml("ListAllMyBucketsResult", {
    Owner: { ID: "minio", DisplayName: "minio" },
    Buckets: { Bucket: buckets },
  }));
}

/** `HEAD` of a bucket. */
export function headBucket(request: S3Request): Response {
  need(request, "s3:ListBucket");
  bucketRow(request);
  return new Response(null, { headers: { "x-amz-bucket-region": REGION } });
}

/** `GET ?list-type=2`: a page of keys, in the order of their bytes. */
export function listObjects(request: S3Request): Response {
  const { rows, bucket, query } = request;
  need(request, "s3:ListBucket");
  bucketRow(request);
  if (query.get("list-type") !== "2") throw new S3Error("NotImplemented");
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const limit = maxKeys(query.get("max-keys"));
  const token = query.get("continuation-token");
  const from = token === null ? query.get("start-after") ?? "" : tokenKey(token);
  const page = pageOf(rows.by("minio.objects", "bucket", bucket).map(([, row]) => row), {
    prefix,
    delimiter,
    limit,
    from,
  });
  const encode = query.get("encoding-type") === "url"
    ? (text: string) => encodeURIComponent(text).replaceAll("%2F", "/")
    : (text: string) => text;
  return xmlAnswer(xml("ListBucketResult", {
    Name: bucket,
    Prefix: encode(prefix),
    ...(token === null ? {} : { ContinuationToken: token }),
    ...(query.has("start-after") ? { StartAfter: encode(query.get("start-after") ?? "") } : {}),
    ...(page.next === undefined ? {} : { NextContinuationToken: keyToken(page.next) }),
    KeyCount: page.objects.length + page.prefixes.length,
    MaxKeys: limit,
    ...(delimiter === "" ? {} : { Delimiter: encode(delimiter) }),
    IsTruncated: page.next !== undefined,
    Contents: page.objects.map((row): Xml => ({
      Key: encode(String(row.key)),
      LastModified: new Date(Number(row.modified)).toISOString(),
      ETag: `"${row.etag}"`,
      Size: Number(row.bytes),
      StorageClass: "STANDARD",
    })),
    CommonPrefixes: page.prefixes.map((name): Xml => ({ Prefix: encode(name) })),
    ...(query.get("encoding-type") === "url" ? { EncodingType: "url" } : {}),
  }));
}

function maxKeys(text: string | null): number {
  if (text === null || text === "") return MAX_KEYS;
  const count = Number(text);
  if (!/^\+?\d{1,10}$/.test(text) || count > 2_147_483_647) {
    throw new S3Error(
      "InvalidArgument",
      "Argument maxKeys must be an integer between 0 and 2147483647",
    );
  }
  return Math.min(count, MAX_KEYS);
}

function keyToken(key: string): string {
  return new TextEncoder().encode(key).toBase64();
}

function tokenKey(token: string): string {
  try {
    if (token === "") throw new SyntaxError();
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(token));
  } catch {
    throw new S3Error("InvalidArgument", "The continuation token provided is incorrect");
  }
}

interface PageOptions {
  prefix: string;
  delimiter: string;
  limit: number;
  /** Key or common prefix after which the page begins. */
  from: string;
}

function pageOf(rows: readonly Row[], { prefix, delimiter, limit, from }: PageOptions): {
  objects: Row[];
  prefixes: string[];
  next: string | undefined;
} {
  const objects: Row[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  const sorted = rows.filter(({ key }) => String(key).startsWith(prefix))
    .sort((a, b) => byBytes(String(a.key), String(b.key)));
  for (const row of sorted) {
    const key = String(row.key);
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const group = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    const name = group ?? key;
    if (group !== undefined && prefixes.at(-1) === group) continue;
    if (byBytes(name, from) <= 0 || group !== undefined && from.startsWith(group)) continue;
    if (objects.length + prefixes.length === limit) {
      return { objects, prefixes, next: limit === 0 ? undefined : last };
    }
    if (group === undefined) objects.push(row);
    else prefixes.push(group);
    last = name;
  }
  return { objects, prefixes, next: undefined };
}

/** Order of two texts by their UTF-8 bytes, which is that of their code points. */
function byBytes(one: string, two: string): number {
  if (one === two) return 0;
  const [a, b] = [[...one], [...two]];
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const difference = (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** `GET ?policy`. */
export function getPolicy(request: S3Request): Response {
  need(request, "s3:GetBucketPolicy");
  bucketRow(request);
  const row = request.rows.get("minio.policies", request.bucket);
  if (!row) throw new S3Error("NoSuchBucketPolicy");
  return new Response(String(row.policy), { headers: { "content-type": "application/json" } });
}

/** `PUT ?policy`: takes the place of the policy before. */
export function putPolicy(request: S3Request): Response {
  const { rows, bucket, body } = request;
  need(request, "s3:PutBucketPolicy");
  bucketRow(request);
  if (body.length === 0) throw new S3Error("MissingContentLength");
  if (body.length > MAX_POLICY) throw new S3Error("PolicyTooLarge");
  const policy = readPolicy(new TextDecoder().decode(body), bucket);
  const keys = rows.by("minio.objects", "bucket", bucket).map(([, row]) => String(row.key));
  rows.put("minio.policies", bucket, policyRow(policy, bucket, keys));
  return new Response(null, { status: 204 });
}

function readPolicy(text: string, bucket: string): BucketPolicy {
  try {
    return parsePolicy(text, bucket);
  } catch (error) {
    if (error instanceof PolicyError) throw new S3Error("MalformedPolicy", error.message);
    throw error;
  }
}

/** `DELETE ?policy`. */
export function deletePolicy(request: S3Request): Response {
  need(request, "s3:DeleteBucketPolicy");
  bucketRow(request);
  request.rows.delete("minio.policies", request.bucket);
  return new Response(null, { status: 204 });
}

/** `GET ?location`. */
export function getLocation(request: S3Request): Response {
  need(request, "s3:GetBucketLocation");
  bucketRow(request);
  return xmlAnswer(xml("LocationConstraint", ""));
}

/** `GET ?versioning`. */
export function getVersioning(request: S3Request): Response {
  need(request, "s3:GetBucketVersioning");
  const { versioning } = bucketRow(request);
  return xmlAnswer(xml(
    "VersioningConfiguration",
    versioning === true ? { Status: "Enabled" } : "",
  ));
}

/** `GET ?object-lock`. */
export function getObjectLock(request: S3Request): Response {
  need(request, "s3:GetBucketObjectLockConfiguration");
  const { lock_days } = bucketRow(request);
  if (Number(lock_days) === 0) throw new S3Error("ObjectLockConfigurationNotFoundError");
  return xmlAnswer(xml("ObjectLockConfiguration", {
    ObjectLockEnabled: "Enabled",
    Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: Number(lock_days) } },
  }));
}
