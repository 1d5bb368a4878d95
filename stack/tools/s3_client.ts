import {
  amzDate,
  authorization,
  awsEncode,
  awsPath,
  payloadHash,
  type SigningKey,
} from "../minio/signature.ts";
import { ServiceError } from "./service_error.ts";

/** Options for {@linkcode S3Client}. */
export interface S3ClientOptions {
  /** Base address, without a slash at the end: `"http://127.0.0.1:9000"`. */
  baseUrl: string;
  /** The account; without one, requests are not signed. */
  key?: SigningKey;
  /** Milliseconds since the epoch, for signatures. */
  now: () => number;
  /** Makes the requests: `globalThis.fetch`, or a twin's. */
  fetch: (request: Request) => Promise<Response>;
}

/** One object of a listing. */
export interface ListedObject {
  /** Key. */
  key: string;
  /** Size in bytes. */
  bytes: number;
  /** When it was stored, in ISO 8601. */
  modified: string;
}

/** A page of a listing. */
export interface ObjectPage {
  /** Objects, in the order of their keys. */
  objects: ListedObject[];
  /** Where the next page begins; undefined on the last. */
  next: string | undefined;
}

/** What a bucket or an object is asked for. */
interface S3Call {
  method: "GET" | "HEAD" | "PUT" | "DELETE";
  bucket?: string;
  key?: string;
  query?: Record<string, string | undefined>;
  body?: string;
  contentType?: string;
}

/** A small client of the S3 API with path-style addresses, for the twin and the real service alike. */
export class S3Client {
  #options: S3ClientOptions;

  /** Prepares a client; nothing is asked before the first call. */
  constructor(options: S3ClientOptions) {
    this.#options = options;
  }

  /** A client of the same service without an account. */
  anonymous(): S3Client {
    const { key: _key, ...rest } = this.#options;
    return new S3Client(rest);
  }

  /** Names and dates of the buckets. */
  async listBuckets(): Promise<{ name: string; created: string }[]> {
    const { Buckets } = await this.#xml({ method: "GET" });
    return list(element(Buckets).Bucket).map((bucket) => ({
      name: text(element(bucket).Name),
      created: moment(element(bucket).CreationDate),
    }));
  }

  /**
   * A page of a bucket's objects.
   *
   * @throws {ServiceError} when the service answers with an error; so do all methods.
   */
  async listObjects(
    bucket: string,
    options: { prefix?: string; maxKeys?: number; token?: string } = {},
  ): Promise<ObjectPage> {
    const result = await this.#xml({
      method: "GET",
      bucket,
      query: {
        "list-type": "2",
        "prefix": options.prefix,
        "max-keys": options.maxKeys === undefined ? undefined : String(options.maxKeys),
        "continuation-token": options.token,
      },
    });
    const next = text(result.NextContinuationToken);
    return {
      objects: list(result.Contents).map((item) => ({
        key: text(element(item).Key),
        bytes: Number(text(element(item).Size)),
        modified: moment(element(item).LastModified),
      })),
      next: next === "" ? undefined : next,
    };
  }

  /** The headers of an object. */
  async head(bucket: string, key: string): Promise<Headers> {
    return (await this.#send({ method: "HEAD", bucket, key })).headers;
  }

  /** The text of an object. */
  async get(bucket: string, key: string): Promise<string> {
    return await (await this.#send({ method: "GET", bucket, key })).text();
  }

  /** Stores an object. */
  async put(bucket: string, key: string, body: string, contentType: string): Promise<Headers> {
    return (await this.#send({ method: "PUT", bucket, key, body, contentType })).headers;
  }

  /** Removes an object. */
  async delete(bucket: string, key: string): Promise<Headers> {
    return (await this.#send({ method: "DELETE", bucket, key })).headers;
  }

  /** The policy of a bucket, as JSON text; undefined when it has none. */
  async getPolicy(bucket: string): Promise<string | undefined> {
    try {
      return await (await this.#send({ method: "GET", bucket, query: { policy: "" } })).text();
    } catch (error) {
      if (error instanceof S3ServiceError && error.code === "NoSuchBucketPolicy") return undefined;
      throw error;
    }
  }

  /** Replaces the policy of a bucket. */
  async setPolicy(bucket: string, policy: string): Promise<void> {
    await this.#send({
      method: "PUT",
      bucket,
      query: { policy: "" },
      body: policy,
      contentType: "application/json",
    });
  }

  async #xml(call: S3Call): Promise<Record<string, unknown>> {
    const parsed = await parseXml(await (await this.#send(call)).text());
    const root = Object.keys(parsed).find((name) => !name.startsWith("?")) ?? "";
    return element(parsed[root]);
  }

  async #send(call: S3Call): Promise<Response> {
    const { method, body } = call;
    const url = this.#url(call);
    const payload = payloadHash(body ?? "");
    const headers: Record<string, string> = call.contentType === undefined
      ? {}
      : { "content-type": call.contentType };
    const { key, now } = this.#options;
    if (key) {
      headers["x-amz-content-sha256"] = payload;
      headers["x-amz-date"] = amzDate(now());
      const signed = { ...headers, host: url.host };
      headers.authorization = authorization({ method, url, headers: signed, payload }, key);
    }
    const init: RequestInit = { method, headers, ...(body === undefined ? {} : { body }) };
    const response = await this.#options.fetch(new Request(url, init));
    if (!response.ok) throw await serviceError(response);
    return response;
  }

  #url({ bucket = "", key = "", query = {} }: S3Call): URL {
    const path = key === "" ? `/${bucket}` : `/${bucket}/${key}`;
    // An address has no place for a segment of dots: it would name another object.
    if (path.split("/").some((part) => part === "." || part === "..")) {
      throw new S3ServiceError(
        400,
        "XMinioInvalidObjectName",
        "Object name contains unsupported characters.",
      );
    }
    const parts = Object.entries(query).filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${awsEncode(name)}=${awsEncode(value ?? "")}`);
    const search = parts.length === 0 ? "" : `?${parts.join("&")}`;
    return new URL(`${this.#options.baseUrl}${awsPath(path)}${search}`);
  }
}

/** An error of the object store, with its own code. */
export class S3ServiceError extends ServiceError {
  /** Keeps the status, S3's code and the message. */
  constructor(
    status: number,
    /** S3's code: `"NoSuchBucket"`. */
    readonly code: string,
    message: string,
  ) {
    super(status, code === "" ? message : `${code}: ${message}`);
  }
}

async function serviceError(response: Response): Promise<S3ServiceError> {
  const body = await response.text();
  const { Error: found } = await parseXml(body).catch((): Record<string, unknown> => ({}));
  const code = text(element(found).Code);
  // A HEAD has no body: the status says what S3 would.
  const usual = response.status === 404
    ? "Not Found"
    : response.status === 403
    ? "Access Denied."
    : `HTTP ${response.status}`;
  return new S3ServiceError(response.status, code, text(element(found).Message) || usual);
}

async function parseXml(body: string): Promise<Record<string, unknown>> {
  if (body.trim() === "") return {};
  // Loaded with the first answer: most episodes never ask the object store.
  const { XMLParser } = await import("fast-xml-parser");
  const parser = new XMLParser({
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
  });
  return element(parser.parse(body));
}

function element(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" ? value as Record<string, unknown> : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A moment without its milliseconds. */
function moment(value: unknown): string {
  return text(value).replace(/\.\d+Z$/, "Z");
}

function list(value: unknown): unknown[] {
  if (value === undefined || value === "") return [];
  return Array.isArray(value) ? value : [value];
}
