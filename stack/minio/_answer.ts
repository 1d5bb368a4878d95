/** An error of the service: what its XML body says, and the HTTP status. */
export class S3Error extends Error {
  constructor(readonly code: ErrorCode, message?: string) {
    super(message ?? ERRORS[code][1]);
  }

  /** HTTP status. */
  get status(): number {
    return ERRORS[this.code][0];
  }
}

/** The codes that the twin answers with, and MinIO's words for them. */
const ERRORS = {
  AccessDenied: [403, "Access Denied."],
  AuthorizationHeaderMalformed: [
    400,
    "The authorization header is malformed; the region is wrong; expecting 'us-east-1'.",
  ],
  BadDigest: [400, "The Content-Md5 you specified did not match what we received."],
  EntityTooLarge: [400, "Your proposed upload exceeds the maximum allowed object size."],
  InvalidAccessKeyId: [403, "The Access Key Id you provided does not exist in our records."],
  InvalidArgument: [400, "Invalid Argument"],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidDigest: [400, "The Content-Md5 you specified is not valid."],
  InvalidRequest: [400, "Invalid Request"],
  KeyTooLongError: [400, "Your key is too long"],
  MalformedPolicy: [400, "Policy has invalid resource."],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  NoSuchBucket: [404, "The specified bucket does not exist"],
  NoSuchBucketPolicy: [404, "The bucket policy does not exist"],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchVersion: [404, "The specified version does not exist."],
  NotImplemented: [501, "A header you provided implies functionality that is not implemented"],
  ObjectLockConfigurationNotFoundError: [
    404,
    "Object Lock configuration does not exist for this bucket",
  ],
  PolicyTooLarge: [400, "Policy exceeds the maximum allowed document size."],
  RequestTimeTooSkewed: [
    403,
    "The difference between the request time and the server's time is too large.",
  ],
  SignatureDoesNotMatch: [
    403,
    "The request signature we calculated does not match the signature you provided. " +
    "Check your key and signing method.",
  ],
  XAmzContentSHA256Mismatch: [
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ],
  XMinioInvalidObjectName: [400, "Object name contains unsupported characters."],
} as const satisfies Record<string, readonly [number, string]>;

/** Code of an error. */
export type ErrorCode = keyof typeof ERRORS;

/** Content of an XML element: text, or elements by name; a list repeats its element. */
export type Xml = string | number | boolean | { readonly [name: string]: Xml | readonly Xml[] };

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** An XML document with one root element. */
export function xml(root: string, content: Xml, options: { namespace?: boolean } = {}): string {
  const attributes = options.namespace === false ? "" : ` xmlns="${NAMESPACE}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attributes}>${
    inner(content)
  }</${root}>`;
}

function inner(content: Xml): string {
  if (typeof content !== "object") return escape(String(content));
  return Object.entries(content).map(([name, value]) => {
    const items: readonly Xml[] = Array.isArray(value) ? value : [value as Xml];
    return items.map((item) => `<${name}>${inner(item)}</${name}>`).join("");
  }).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
};

function escape(text: string): string {
  // What XML has no place for is replaced, as Go's encoder does.
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"'\t\n\r]/g, (character) => ENTITIES[character] ?? character);
}

/** An answer with an XML document. */
export function xmlAnswer(body: string, status = 200): Response {
  return new Response(body, { status, headers: { "content-type": "application/xml" } });
}

/** The answer for an error; a HEAD has no body to say it in. */
export function errorAnswer(
  error: S3Error,
  request: { method: string; bucket: string; key: string; id: string },
): Response {
  const { method, bucket, key, id } = request;
  if (method === "HEAD") return new Response(null, { status: error.status });
  const body = xml("Error", {
    Code: error.code,
    Message: error.message,
    ...(key === "" ? {} : { Key: key }),
    ...(bucket === "" ? {} : { BucketName: bucket }),
    Resource: `/${bucket}${key === "" ? "" : `/${key}`}`,
    RequestId: id,
    HostId: "embedded",
  }, { namespace: false });
  return xmlAnswer(body, error.status);
}
