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
  /**
   * The caller's accounts, by realm: an account administers its own realm and no other. Where there
   * is none, the first one asks, and the service refuses.
   */
  logins: ReadonlyMap<string, KeycloakLogin>;
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
  /**
   * Realm whose account asks.
   * @default {the one that the path names}
   */
  realm?: string;
}

/** A small client of Keycloak's admin REST API: one set of tool code serves the twin and the real service. */
export class KeycloakClient {
  #options: KeycloakClientOptions;
  #tokens = new Map<string, string>();

  /** Prepares a client; it logs in with its first request to a realm. */
  constructor(options: KeycloakClientOptions) {
    this.#options = options;
  }

  /** Realms in which the caller has an account. */
  get realms(): string[] {
    return [...this.#options.logins.keys()];
  }

  /**
   * Makes one request below `/admin` and returns its JSON, or undefined for an empty answer.
   *
   * @throws {ServiceError} when the service answers with an error.
   */
  async admin(path: string, request: AdminRequest = {}): Promise<unknown> {
    const [home = ""] = this.realms;
    const named = request.realm ?? realmOf(path);
    const realm = this.#options.logins.has(named) ? named : home;
    const known = this.#tokens.has(realm);
    const response = await this.#send(path, request, realm);
    if (response.status === 401 && known) {
      await response.body?.cancel();
      this.#tokens.delete(realm);
      return await this.#read(await this.#send(path, request, realm));
    }
    return await this.#read(response);
  }

  async #send(path: string, request: AdminRequest, realm: string): Promise<Response> {
    const token = this.#tokens.get(realm) ?? await this.#login(realm);
    this.#tokens.set(realm, token);
    const url = new URL(`${this.#options.baseUrl}/admin${path}`);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
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

  async #login(realm: string): Promise<string> {
    const { baseUrl, logins } = this.#options;
    const login = logins.get(realm);
    if (!login) throw new ServiceError(401, "HTTP 401 Unauthorized");
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

/** The realm that a path names, or nothing. */
function realmOf(path: string): string {
  return decodeURIComponent(/^\/realms\/([^/?]+)/.exec(path)?.[1] ?? "");
}

function message(status: number, text: string): string {
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    if (Array.isArray(body.errors)) {
      return body.errors.map((error) => message(status, JSON.stringify(error))).join("; ");
    }
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
