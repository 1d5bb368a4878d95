import { createHash } from "node:crypto";
import type { Row } from "../../probes/mod.ts";
import { seededUuid } from "../seed/random.ts";
import type { RowOverlay } from "../state/row_store.ts";
import { S3Error } from "./_answer.ts";
import { parsePolicy, policyAllows } from "./policy.ts";
import { OUTSIDE_ADDRESS } from "./public_access.ts";
import { REGION } from "./region.ts";
import { type Grant, granted, grantsOf } from "./rights.ts";
import {
  parseAmzDate,
  parseAuthorization,
  payloadHash,
  sameSignature,
  signature,
} from "./signature.ts";

/** Bytes that a body may have. */
const MAX_BODY = 1024 * 1024;

/** How far the clocks of caller and service may be apart, in milliseconds. */
const MAX_SKEW = 15 * 60_000;

/** What the service works on. */
export interface S3State {
  rows: RowOverlay;
  seed: number;
  now: () => number;
  /** Secret key of an account, by access key. */
  secretKey: (accessKey: string) => string;
}

/** One request, read and authenticated. */
export interface S3Request extends S3State {
  method: string;
  bucket: string;
  key: string;
  query: URLSearchParams;
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
  /** Access key of the caller; empty for someone without an account. */
  account: string;
}

/** The bucket and the key that a path names. */
export function splitPath(url: URL): { bucket: string; key: string } {
  let path: string;
  try {
    path = decodeURIComponent(url.pathname).slice(1);
  } catch {
    throw new S3Error("XMinioInvalidObjectName");
  }
  const slash = path.indexOf("/");
  return slash < 0
    ? { bucket: path, key: "" }
    : { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

/** Reads a request and checks its signature and its body's digests. */
export async function readRequest(request: Request, state: S3State): Promise<S3Request> {
  const url = new URL(request.url);
  const { headers, method } = request;
  const body = new Uint8Array(await request.arrayBuffer());
  const account = authenticate(request, url, state);
  if (account !== "" || headers.has("x-amz-content-sha256")) checkPayload(headers, body);
  checkDigest(headers, body);
  if (body.length > MAX_BODY) throw new S3Error("EntityTooLarge");
  return { ...state, ...splitPath(url), method, query: url.searchParams, headers, body, account };
}

/** The caller's access key, proved by the signature; empty for a request without one. */
function authenticate({ headers, method }: Request, url: URL, state: S3State): string {
  const header = headers.get("authorization");
  if (header === null) {
    if (url.searchParams.has("X-Amz-Algorithm")) throw new S3Error("NotImplemented");
    return "";
  }
  if (!header.startsWith("AWS4-HMAC-SHA256")) {
    throw new S3Error(
      "InvalidRequest",
      "The authorization mechanism you have provided is not supported. " +
        "Please use AWS4-HMAC-SHA256.",
    );
  }
  const given = parseAuthorization(header);
  if (!given || given.region !== REGION || given.service !== "s3") {
    throw new S3Error("AuthorizationHeaderMalformed");
  }
  const date = headers.get("x-amz-date") ?? "";
  const time = parseAmzDate(date);
  if (time === undefined || date.slice(0, 8) !== given.day) {
    throw new S3Error(
      "AccessDenied",
      "AWS authentication requires a valid Date or x-amz-date header",
    );
  }
  if (Math.abs(time - state.now()) > MAX_SKEW) throw new S3Error("RequestTimeTooSkewed");
  if (grantsOf(given.accessKey) === undefined) throw new S3Error("InvalidAccessKeyId");
  const signed = Object.fromEntries(
    given.signedHeaders.map((name) => [name, name === "host" ? url.host : headers.get(name) ?? ""]),
  );
  if (!("host" in signed) || !("x-amz-date" in signed)) {
    throw new S3Error(
      "AccessDenied",
      "There were headers present in the request which were not signed",
    );
  }
  const wanted = signature(
    {
      method,
      url,
      headers: signed,
      payload: headers.get("x-amz-content-sha256") ?? payloadHash(""),
    },
    { ...given, secretKey: state.secretKey(given.accessKey) },
  );
  if (!sameSignature(wanted, given.signature)) throw new S3Error("SignatureDoesNotMatch");
  return given.accessKey;
}

function checkPayload(headers: Headers, body: Uint8Array): void {
  const said = headers.get("x-amz-content-sha256");
  if (said === null || said === "UNSIGNED-PAYLOAD") return;
  if (said.startsWith("STREAMING-")) throw new S3Error("NotImplemented");
  if (said !== payloadHash(body)) throw new S3Error("XAmzContentSHA256Mismatch");
}

function checkDigest(headers: Headers, body: Uint8Array): void {
  const said = headers.get("content-md5");
  if (said === null) return;
  if (!/^[A-Za-z0-9+/]{22}==$/.test(said)) throw new S3Error("InvalidDigest");
  if (createHash("md5").update(body).digest("base64") !== said) throw new S3Error("BadDigest");
}

/** Whether the caller may do something to the bucket, or to an object of it. */
export function may(request: S3Request, action: string, key = ""): boolean {
  const { account, bucket } = request;
  const resource = key === "" ? bucket : `${bucket}/${key}`;
  if (account === "") return anyoneMay(request.rows, bucket, action, resource, valuesOf(request));
  const grants: readonly Grant[] = grantsOf(account) ?? [];
  return granted(grants, action, resource);
}

/** Refuses the caller who may not. */
export function need(request: S3Request, action: string, key = ""): void {
  if (!may(request, action, key)) throw new S3Error("AccessDenied");
}

function valuesOf({ headers, query }: S3Request): Record<string, string> {
  const address = headers.get("x-forwarded-for")?.split(",")[0]?.trim() || OUTSIDE_ADDRESS;
  const values: Record<string, string> = {
    "aws:sourceip": address,
    "aws:securetransport": "false",
    "aws:principaltype": "Anonymous",
  };
  const given: readonly (readonly [string, string | null])[] = [
    ["aws:useragent", headers.get("user-agent")],
    ["aws:referer", headers.get("referer")],
    ["s3:prefix", query.get("prefix")],
    ["s3:delimiter", query.get("delimiter")],
    ["s3:max-keys", query.get("max-keys")],
  ];
  for (const [name, value] of given) if (value !== null) values[name] = value;
  return values;
}

/** Whether a bucket's policy lets someone without an account do something. */
export function anyoneMay(
  rows: RowOverlay,
  bucket: string,
  action: string,
  resource: string,
  values: Readonly<Record<string, string>> = { "aws:sourceip": OUTSIDE_ADDRESS },
): boolean {
  const text = rows.get("minio.policies", bucket)?.policy;
  if (typeof text !== "string") return false;
  return policyAllows(parsePolicy(text, bucket), { action, resource, values });
}

/** The bucket's row. */
export function bucketRow({ rows, bucket }: S3Request): Row {
  if (!validBucketName(bucket)) throw new S3Error("InvalidBucketName");
  const row = rows.get("minio.buckets", bucket);
  if (!row) throw new S3Error("NoSuchBucket");
  return row;
}

/** Whether a name follows S3's rules for buckets. */
function validBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..") &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name);
}

/** Refuses keys that the service cannot hold. */
export function checkKey(key: string): void {
  if (new TextEncoder().encode(key).length > 1024) throw new S3Error("KeyTooLongError");
  if (key.startsWith("/")) {
    throw new S3Error("XMinioInvalidObjectName", "Object name contains a leading slash.");
  }
  const parts = key.split("/");
  if (key.includes("\0") || key.includes("//") || parts.includes(".") || parts.includes("..")) {
    throw new S3Error("XMinioInvalidObjectName");
  }
}

/** An identifier of what a request creates. */
export function created(request: S3Request, label: string): string {
  const { seed, now, rows } = request;
  return seededUuid(seed, `${label}/${now()}/${rows.position}`);
}
