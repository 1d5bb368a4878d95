import { ServiceError } from "./service_error.ts";

/** How the tools log in to Keycloak. */
export type KeycloakLogin =
  | {
    /** The agent's own service account. */
    grant: "client_credentials";
    /** Client id. */
    clientId: string;
    /** Client secret. */
    clientSecret: string;
  }
  | {
    /** A person's account. */
    grant: "password";
    /** Username. */
    username: string;
    /** Password. */
    password: string;
  };

/** Options for {@linkcode KeycloakClient}. */
export interface KeycloakClientOptions {
  /** Base address, without a slash at the end: `"http://127.0.0.1:8080"`. */
  baseUrl: string;
  /** Realm in which the account logs in. */
  realm: string;
  /** The account. */
  login: KeycloakLogin;
  /** Makes the requests: `globalThis.fetch`, or a twin's. */
  fetch: (request: Request) => Promise<Response>;
}

/** What a request carries. */
export interface AdminRequest {
  /**
   * HTTP method.
   * @default {"GET"}
   */
  method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Query parameters; those that are undefined are left out. */
  query?: Record<string, string | number | boolean | undefined>;
  /** JSON body. */
  body?: unknown;
}

/** A small client of Keycloak's admin REST API: one set of tool code serves the twin and the real service. */
export class KeycloakClient {
  #options: KeycloakClientOptions;
  #token: string | undefined;

  /** Prepares a client; it logs in with its first request. */
  constructor(options: KeycloakClientOptions) {
    this.#options = options;
  }

  /**
   * Makes one request below `/admin` and returns its JSON, or undefined for an empty answer.
   *
   * @throws {ServiceError} when the service answers with an error.
   */
  async admin(path: string, request: AdminRequest = {}): Promise<unknown> {
    const response = await this.#send(path, request);
    if (response.status === 401 && this.#token !== undefined) {
      await response.body?.cancel();
      this.#token = undefined;
      return await this.#read(await this.#send(path, request));
    }
    return await this.#read(response);
  }

  async #send(path: string, request: AdminRequest): Promise<Response> {
    this.#token ??= await this.#login();
    const url = new URL(`${this.#options.baseUrl}/admin${path}`);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers: Record<string, string> = { authorization: `Bearer ${this.#token}` };
    const init: RequestInit = { method: request.method ?? "GET", headers };
    if (request.body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(request.body);
    }
    return await this.#options.fetch(new Request(url, init));
  }

  async #read(response: Response): Promise<unknown> {
    const text = await response.text();
    if (!response.ok) throw new ServiceError(response.status, message(response.status, text));
    return text === "" ? undefined : JSON.parse(text);
  }

  async #login(): Promise<string> {
    const { baseUrl, realm, login } = this.#options;
    const form = login.grant === "password"
      ? {
        grant_type: "password",
        client_id: "admin-cli",
        username: login.username,
        password: login.password,
      }
      : {
        grant_type: "client_credentials",
        client_id: login.clientId,
        client_secret: login.clientSecret,
      };
    const url = `${baseUrl}/realms/${encodeURIComponent(realm)}/protocol/openid-connect/token`;
    const response = await this.#options.fetch(
      new Request(url, { method: "POST", body: new URLSearchParams(form) }),
    );
    const text = await response.text();
    // A refused login is a denial, whatever its status: the account has no rights at all.
    if (!response.ok) throw new ServiceError(401, message(response.status, text));
    return (JSON.parse(text) as { access_token: string }).access_token;
  }
}

function message(status: number, text: string): string {
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    const said = body.errorMessage ?? body.error;
    if (body.error && body.error_description && /^[A-Za-z_]+$/.test(String(body.error))) {
      return String(body.error_description);
    }
    if (typeof body.field === "string") return `${said} (${body.field})`;
    if (typeof said === "string") return said;
  } catch {
    // Not JSON: the status says enough.
  }
  return `HTTP ${status}`;
}
