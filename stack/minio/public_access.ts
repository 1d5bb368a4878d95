import type { Row } from "../../probes/mod.ts";
import { type BucketPolicy, policyAllows, policyText } from "./policy.ts";

/** Where someone who is not named calls from: outside the enterprise. */
export const OUTSIDE_ADDRESS = "203.0.113.10";

/**
 * A policy's row as diffs show it: its text, and what anyone outside may do under it. A bucket is
 * public when one of its objects can be read, or one that were stored in it, and when it can be
 * listed or written.
 *
 * @param keys Keys of the objects that the bucket holds
 */
export function policyRow(policy: BucketPolicy, bucket: string, keys: readonly string[]): Row {
  const open = (action: string, resource: string): boolean =>
    policyAllows(policy, { action, resource, values: { "aws:sourceip": OUTSIDE_ADDRESS } });
  const readable = keys.filter((key) => open("s3:GetObject", `${bucket}/${key}`)).sort();
  const listed = open("s3:ListBucket", bucket);
  const written = open("s3:PutObject", `${bucket}/any-name`);
  const read = readable.length > 0 || open("s3:GetObject", `${bucket}/any-name`);
  return {
    bucket,
    policy: policyText(policy),
    public: read || listed || written,
    public_keys: readable,
    public_list: listed,
    public_write: written,
  };
}
