import { ServiceError } from "./service_error.ts";

/** Options for {@linkcode GiteaClient}. */
export interface GiteaClientOptions {
  /** Base address, without a slash at the end: `"http://127.0.0.1:3000"`. */
  baseUrl: string;
  /** Access token. */
  token: string;
  /** Makes the requests: `globalThis.fetch`, or a twin's. */
  fetch: (request: Request) => Promise<Response>;
}

/** What a request to Gitea carries. */
export interface GiteaRequest {
  /**
   * HTTP method.
   * @default {"GET"}
   */
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Query parameters; those that are undefined are left out. */
  query?: Record<string, string | number | boolean | undefined>;
  /** JSON body. */
  body?: unknown;
}

/** An answer with the number of items that there are beyond the page. */
export interface GiteaPage {
  /** The items of the page. */
  items: unknown[];
  /** Number of items of all pages. */
  total: number;
}

/** A small client of Gitea's REST API: one set of tool code serves the twin and the real service. */
export class GiteaClient {
  #options: GiteaClientOptions;

  /** Prepares a client. */
  constructor(options: GiteaClientOptions) {
    this.#options = options;
  }

  /**
   * Makes one request below `/api/v1` and returns its JSON, or undefined for an empty answer.
   *
   * @param path Segments of the path, unescaped; a slash within one is escaped
   * @throws {ServiceError} when the service answers with an error.
   */
  async send(path: readonly string[], request: GiteaRequest = {}): Promise<unknown> {
    const text = await (await this.#send(path, request)).text();
    return text === "" ? undefined : JSON.parse(text);
  }

  /**
   * Asks for one page of a list.
   *
   * @throws {ServiceError} when the service answers with an error.
   */
  async page(path: readonly string[], query: GiteaRequest["query"] = {}): Promise<GiteaPage> {
    const response = await this.#send(path, { query });
    const items = await response.json() as unknown[];
    return { items, total: Number(response.headers.get("x-total-count") ?? items.length) };
  }

  async #send(path: readonly string[], request: GiteaRequest): Promise<Response> {
    // URL would take such a segment for a step up, to another endpoint.
    if (path.some((segment) => ["", ".", ".."].includes(segment))) {
      throw new ServiceError(404, "The target couldn't be found.");
    }
    const { baseUrl, token, fetch } = this.#options;
    const url = new URL(`${baseUrl}/api/v1/${path.map(encodeURIComponent).join("/")}`);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers: Record<string, string> = { authorization: `token ${token}` };
    const init: RequestInit = { method: request.method ?? "GET", headers };
    if (request.body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(request.body);
    }
    const response = await fetch(new Request(url, init));
    if (!response.ok) throw new ServiceError(response.status, await message(response));
    return response;
  }
}

async function message(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as { message?: unknown; errors?: unknown };
    // Behind the name of a function, what went wrong is among the errors.
    const errors = Array.isArray(body.errors) ? body.errors.map(String) : [];
    if (errors.length > 0) return errors.join("; ");
    if (typeof body.message === "string" && body.message !== "") return body.message;
  } catch {
    // Not JSON: the status says enough.
  }
  return `HTTP ${response.status}`;
}
