import type { Row } from "../../probes/mod.ts";
import { DAY } from "../seed/random.ts";
import { S3Error } from "./_answer.ts";
import { anyoneMay, bucketRow, checkKey, created, may, need, type S3Request } from "./_request.ts";
import { objectRow } from "./object_row.ts";

/** Lists an object's versions, oldest first. */
function versionsOf({ rows, bucket }: S3Request, key: string): [string, Row][] {
  return rows.by("minio.versions", "key", key)
    .filter(([, row]) => row.bucket === bucket)
    .sort(([, a], [, b]) => Number(a.number) - Number(b.number));
}

/** `GET` and `HEAD` of an object, or of one of its versions. */
export function getObject(request: S3Request): Response {
  const { rows, bucket, key, method, query } = request;
  const version = query.get("versionId");
  if (!may(request, version === null ? "s3:GetObject" : "s3:GetObjectVersion", key)) {
    // Who may list is told that there is no such key; all others learn nothing.
    const hidden = rows.get("minio.objects", `${bucket}/${key}`) || !may(request, "s3:ListBucket");
    throw new S3Error(hidden ? "AccessDenied" : "NoSuchKey");
  }
  bucketRow(request);
  checkKey(key);
  const row = version === null
    ? rows.get("minio.objects", `${bucket}/${key}`)
    : rows.get("minio.versions", `${bucket}/${key}/${version}`);
  if (!row) throw new S3Error(version === null ? "NoSuchKey" : "NoSuchVersion");
  if (row.marker === true) throw new S3Error("MethodNotAllowed");
  if (request.headers.has("range")) throw new S3Error("NotImplemented");
  const blob = rows.get("minio.blobs", String(row.sha256));
  const bytes = Uint8Array.fromBase64(String(blob?.base64));
  const headers = new Headers({
    "accept-ranges": "bytes",
    "content-type": String(row.content_type),
    "content-length": String(row.bytes),
    "etag": `"${row.etag}"`,
    "last-modified": new Date(Number(row.modified)).toUTCString(),
  });
  if (row.version !== "") headers.set("x-amz-version-id", String(row.version));
  lockHeaders(request, row, headers);
  return new Response(method === "HEAD" ? null : bytes, { headers });
}

function lockHeaders(request: S3Request, row: Row, headers: Headers): void {
  const stored = request.rows.get("minio.versions", `${row.bucket}/${row.key}/${row.version}`);
  if (typeof stored?.retain_until !== "number") return;
  headers.set("x-amz-object-lock-mode", "COMPLIANCE");
  headers.set("x-amz-object-lock-retain-until-date", new Date(stored.retain_until).toISOString());
}

/** `PUT` of an object. */
export function putObject(request: S3Request): Response {
  const { rows, bucket, key, body, headers, now } = request;
  need(request, "s3:PutObject", key);
  const holder = bucketRow(request);
  checkKey(key);
  if (headers.has("x-amz-copy-source")) throw new S3Error("NotImplemented");
  if (key.endsWith("/") && body.length > 0) throw new S3Error("XMinioInvalidObjectName");
  const version = holder.versioning === true ? created(request, `${bucket}/${key}`) : "";
  const { row, digest, blob } = objectRow({
    bucket,
    key,
    body,
    version,
    modified: now(),
    audit: holder.audit === true,
    contentType: headers.get("content-type") ?? "application/octet-stream",
    public: anyoneMay(rows, bucket, "s3:GetObject", `${bucket}/${key}`),
  });
  rows.put("minio.blobs", digest, blob, { bookkeeping: true });
  rows.put("minio.objects", `${bucket}/${key}`, row);
  if (version !== "") {
    const days = Number(holder.lock_days);
    rows.put("minio.versions", `${bucket}/${key}/${version}`, {
      ...row,
      marker: false,
      number: nextNumber(request),
      retain_until: days > 0 ? now() + days * DAY : null,
    });
  }
  const answer = new Headers({ etag: `"${row.etag}"` });
  if (version !== "") answer.set("x-amz-version-id", version);
  return new Response(null, { headers: answer });
}

function nextNumber(request: S3Request): number {
  const last = versionsOf(request, request.key).at(-1);
  return last ? Number(last[1].number) + 1 : 1;
}

/** `DELETE` of an object: a marker in a versioned bucket; of a version, for good. */
export function deleteObject(request: S3Request): Response {
  const { rows, bucket, key, query, now } = request;
  const version = query.get("versionId");
  need(request, version === null ? "s3:DeleteObject" : "s3:DeleteObjectVersion", key);
  const holder = bucketRow(request);
  checkKey(key);
  if (version !== null) return deleteVersion(request, version);
  const id = `${bucket}/${key}`;
  if (holder.versioning !== true) {
    rows.delete("minio.objects", id);
    return new Response(null, { status: 204 });
  }
  const marker = created(request, id);
  rows.delete("minio.objects", id);
  rows.put("minio.versions", `${id}/${marker}`, {
    bucket,
    key,
    version: marker,
    marker: true,
    number: nextNumber(request),
    modified: now(),
    audit: holder.audit === true,
    retain_until: null,
  });
  return new Response(null, {
    status: 204,
    headers: { "x-amz-delete-marker": "true", "x-amz-version-id": marker },
  });
}

function deleteVersion(request: S3Request, version: string): Response {
  const { rows, bucket, key, now } = request;
  const id = `${bucket}/${key}`;
  const row = rows.get("minio.versions", `${id}/${version}`);
  // Deleting what is not there succeeds.
  if (row) {
    if (typeof row.retain_until === "number" && row.retain_until > now()) {
      throw new S3Error("InvalidRequest", "Object is WORM protected and cannot be overwritten");
    }
    rows.delete("minio.versions", `${id}/${version}`);
    const newest = versionsOf(request, key).at(-1)?.[1];
    if (!newest || newest.marker === true) rows.delete("minio.objects", id);
    else {
      const { marker: _marker, number: _number, retain_until: _until, ...current } = newest;
      rows.put("minio.objects", id, current);
    }
  }
  return new Response(null, { status: 204, headers: { "x-amz-version-id": version } });
}
