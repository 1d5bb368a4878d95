import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A request as its signature sees it. */
export interface SignedParts {
  /** HTTP method. */
  method: string;
  /** Address; the query is signed too. */
  url: URL;
  /** Headers that are signed, by lower-case name; `host` and `x-amz-date` among them. */
  headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hex, or what `x-amz-content-sha256` says in its place. */
  payload: string;
}

/** What a signature is made with. */
export interface SigningKey {
  /** Access key. */
  accessKey: string;
  /** Secret key. */
  secretKey: string;
  /** Region: `"us-east-1"`. */
  region: string;
  /**
   * Service.
   * @default {"s3"}
   */
  service?: string;
}

/** What an `Authorization` header of Signature Version 4 says. */
export interface Authorization {
  /** Access key. */
  accessKey: string;
  /** Day as `YYYYMMDD`. */
  day: string;
  /** Region. */
  region: string;
  /** Service. */
  service: string;
  /** Names of the signed headers, lower case. */
  signedHeaders: readonly string[];
  /** Signature in hex. */
  signature: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

/** SHA-256 in hex of a body. */
export function payloadHash(body: string | Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

/** A time as signatures have it: `"20260302T090000Z"`. */
export function amzDate(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");
}

/** Milliseconds since the epoch of such a time, or undefined when it is none. */
export function parseAmzDate(text: string): number | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** Percent-encodes as S3 signs it: everything but letters, digits and `-._~`. */
export function awsEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The path of an object as it is sent and signed: each segment encoded, once. */
export function awsPath(path: string): string {
  return path.split("/").map(awsEncode).join("/");
}

/**
 * Signature Version 4 of a request, in hex.
 *
 * Follows "Authenticating Requests (AWS Signature Version 4)" of the Amazon S3 API reference.
 *
 * @throws {URIError} when the path is no valid percent-encoding.
 */
export function signature(parts: SignedParts, key: SigningKey): string {
  const date = parts.headers["x-amz-date"] ?? "";
  const scope = [date.slice(0, 8), key.region, key.service ?? "s3", "aws4_request"];
  const text = [ALGORITHM, date, scope.join("/"), payloadHash(canonicalRequest(parts))].join("\n");
  const signing = scope.reduce<string | Uint8Array>(
    (secret, part) => createHmac("sha256", secret).update(part).digest(),
    `AWS4${key.secretKey}`,
  );
  return createHmac("sha256", signing).update(text).digest("hex");
}

function canonicalRequest({ method, url, headers, payload }: SignedParts): string {
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}`);
  const path = awsPath(decodeURIComponent(url.pathname));
  return [method, path, canonicalQuery(url), ...lines, "", names.join(";"), payload].join("\n");
}

function canonicalQuery(url: URL): string {
  return [...url.searchParams]
    .map(([name, value]) => [awsEncode(name), awsEncode(value)] as const)
    .sort(([a, one], [b, two]) => a < b ? -1 : a > b ? 1 : one < two ? -1 : one > two ? 1 : 0)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** The `Authorization` header of a request. */
export function authorization(parts: SignedParts, key: SigningKey): string {
  const day = (parts.headers["x-amz-date"] ?? "").slice(0, 8);
  const scope = `${key.accessKey}/${day}/${key.region}/${key.service ?? "s3"}/aws4_request`;
  const names = Object.keys(parts.headers).sort().join(";");
  const made = signature(parts, key);
  return `${ALGORITHM} Credential=${scope}, SignedHeaders=${names}, Signature=${made}`;
}

/** Reads an `Authorization` header of Signature Version 4; undefined when it is malformed. */
export function parseAuthorization(header: string): Authorization | undefined {
  if (!header.startsWith(`${ALGORITHM} `)) return undefined;
  const fields = new Map(
    header.slice(ALGORITHM.length + 1).split(",").map((part): [string, string] => {
      const [name = "", ...value] = part.trim().split("=");
      return [name, value.join("=")];
    }),
  );
  // An access key may hold slashes: the scope is what follows the last four.
  const credential = (fields.get("Credential") ?? "").split("/");
  const [day = "", region = "", service = "", end] = credential.slice(-4);
  const accessKey = credential.slice(0, -4).join("/");
  const signedHeaders = (fields.get("SignedHeaders") ?? "").split(";").filter((name) =>
    name !== ""
  );
  const made = fields.get("Signature") ?? "";
  if (accessKey === "" || end !== "aws4_request" || !/^\d{8}$/.test(day)) return undefined;
  if (signedHeaders.length === 0 || made === "") return undefined;
  return { accessKey, day, region, service, signedHeaders, signature: made };
}

/** Whether two signatures are equal, in a time that does not tell where they differ. */
export function sameSignature(one: string, two: string): boolean {
  const [a, b] = [new TextEncoder().encode(one), new TextEncoder().encode(two)];
  return a.length === b.length && timingSafeEqual(a, b);
}
