import type { Json } from "../../probes/mod.ts";
import { ServiceError } from "./service_error.ts";

/** Options for {@linkcode SearchClient}. */
export interface SearchClientOptions {
  /** Base address, without a slash at the end: `"http://127.0.0.1:9200"`. */
  baseUrl: string;
  /** Username. */
  username: string;
  /** Password. */
  password: string;
  /** Makes the requests: `globalThis.fetch`, or a twin's. */
  fetch: (request: Request) => Promise<Response>;
}

/** What a request to OpenSearch carries. */
export interface SearchRequest {
  /**
   * HTTP method.
   * @default {"GET"}
   */
  method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Query parameters. */
  query?: Record<string, string>;
  /** JSON body. */
  body?: Json;
}

/** A small client of OpenSearch's REST API: one set of tool code serves the twin and the real service. */
export class SearchClient {
  #options: SearchClientOptions;

  /** Prepares a client. */
  constructor(options: SearchClientOptions) {
    this.#options = options;
  }

  /**
   * Makes one request and returns its JSON.
   *
   * @param path Segments of the path, unescaped; a slash within one is escaped
   * @throws {ServiceError} when the service answers with an error.
   */
  async send(path: readonly string[], request: SearchRequest = {}): Promise<unknown> {
    const { baseUrl, username, password, fetch } = this.#options;
    // URL would take such a segment for a step up, to another endpoint; an empty one means all indices.
    const bad = path.find((segment) => ["", ".", ".."].includes(segment));
    if (bad !== undefined) throw new ServiceError(404, `no such index [${bad}]`);
    const url = new URL(`${baseUrl}/${path.map(encodeURIComponent).join("/")}`);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      url.searchParams.set(name, value);
    }
    const credentials = new TextEncoder().encode(`${username}:${password}`).toBase64();
    const headers: Record<string, string> = { authorization: `Basic ${credentials}` };
    const init: RequestInit = { method: request.method ?? "GET", headers };
    if (request.body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(request.body);
    }
    const response = await fetch(new Request(url, init));
    const text = await response.text();
    if (!response.ok) throw new ServiceError(response.status, message(response.status, text));
    return JSON.parse(text);
  }
}

interface Reason {
  reason?: string;
}

interface ErrorBody {
  error?: string | { reason?: string; root_cause?: Reason[]; caused_by?: Reason };
}

function message(status: number, text: string): string {
  try {
    const { error } = JSON.parse(text) as ErrorBody;
    const said = typeof error === "string"
      ? error
      : error?.root_cause?.[0]?.reason ?? error?.caused_by?.reason ?? error?.reason;
    if (said) return said;
  } catch {
    // Not JSON: the status says enough.
  }
  return status === 401 ? "HTTP 401 Unauthorized" : `HTTP ${status}`;
}
