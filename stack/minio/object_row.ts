import { createHash } from "node:crypto";
import type { Row } from "../../probes/mod.ts";
import { payloadHash } from "./signature.ts";

/** What an object's row is made from. */
export interface ObjectParts {
  /** Bucket. */
  bucket: string;
  /** Key in the bucket. */
  key: string;
  /** Content. */
  body: Uint8Array;
  /** Media type. */
  contentType: string;
  /** Milliseconds since the epoch. */
  modified: number;
  /** Version; empty in a bucket that keeps none. */
  version: string;
  /** Whether it is audit evidence. */
  audit: boolean;
  /** Whether anyone can read it. */
  public: boolean;
}

/** The row of an object, and that of its content, which others with the same content share. */
export function objectRow(parts: ObjectParts): { row: Row; digest: string; blob: Row } {
  const { body, contentType, ...rest } = parts;
  const digest = payloadHash(body);
  const row: Row = {
    ...rest,
    bytes: body.length,
    etag: createHash("md5").update(body).digest("hex"),
    sha256: digest,
    content_type: contentType,
  };
  return { row, digest, blob: { base64: body.toBase64() } };
}
