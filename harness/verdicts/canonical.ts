import { createHash } from "node:crypto";

/**
 * JSON text of a value with object keys sorted and without white space, so that equal values have
 * equal text. Members that are undefined are left out, as `JSON.stringify` does.
 *
 * @throws {TypeError} on a number that JSON cannot hold: NaN or an infinity.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new TypeError(`Cannot write ${value} as JSON: expected a finite number`);
  }
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

/** SHA-256 of text (UTF-8) or bytes, in hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** SHA-256 of the canonical JSON of a value, in hex. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value));
}
