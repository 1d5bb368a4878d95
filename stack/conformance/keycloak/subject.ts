import { AGENT_CLIENT, agentSecret } from "../../seed/keycloak.ts";
import { AGENT_ACCOUNT, syntheticPassword } from "../../seed/people.ts";
import { HttpSubject, type HttpSubjectOptions } from "../http_subject.ts";
import { WORLD } from "./accounts.ts";
import type { Scenario } from "../scenario.ts";

/** A scenario of Keycloak. */
export type KeycloakScenario = Scenario<KeycloakSubject>;

/** Users of realm `enterprise`. */
export const USERS = "/admin/realms/enterprise/users";

/** Keycloak, real or the twin, seeded with the enterprise; accounts are named by their username. */
export class KeycloakSubject extends HttpSubject {
  #tokens: Map<string, string>;
  #passwords: Map<string, string>;

  /** Starts a transcript. */
  constructor(options: Pick<HttpSubjectOptions, "baseUrl" | "fetch">) {
    const tokens = new Map<string, string>();
    const passwords = new Map<string, string>();
    const login = (as: string): Promise<string> => this.#login(as);
    super({
      ...options,
      authorise: async (request, as) => {
        const token = tokens.get(as) ?? await login(as);
        tokens.set(as, token);
        request.headers.set("authorization", `Bearer ${token}`);
        return request;
      },
    });
    this.#tokens = tokens;
    this.#passwords = passwords;
  }

  /** The password of someone that the scenario made. */
  knows(username: string, password: string): void {
    this.#passwords.set(username, password);
    this.#tokens.delete(username);
  }

  /** Logs in by the token endpoint, unseen; `"name@realm"` is of another realm than `enterprise`. */
  async #login(as: string): Promise<string> {
    const [username = "", realm = "enterprise"] = as.split("@");
    const form = username === AGENT_ACCOUNT
      ? {
        grant_type: "client_credentials",
        client_id: AGENT_CLIENT,
        client_secret: agentSecret(WORLD.seed),
      }
      : {
        grant_type: "password",
        client_id: "admin-cli",
        username,
        password: this.#passwords.get(as) ?? syntheticPassword(WORLD.seed, realm, username),
      };
    const { status, body } = await this.post(`/realms/${realm}/protocol/openid-connect/token`, {
      body: new URLSearchParams(form),
      silent: true,
    });
    if (status !== 200) throw new Error(`Cannot log in as "${as}": ${JSON.stringify(body)}`);
    return body.access_token;
  }

  /** Makes a user of realm `enterprise` as the agent, unseen, and returns its id. */
  async made(user: Record<string, unknown>): Promise<string> {
    const { status, headers, body } = await this.post(USERS, {
      as: AGENT,
      json: user,
      silent: true,
    });
    if (status !== 201) throw new Error(`Cannot make a user: ${JSON.stringify(body)}`);
    return headers.get("location")?.split("/").at(-1) ?? "";
  }

  /** Removes users, unseen. */
  async removed(...ids: string[]): Promise<void> {
    for (const id of ids) await this.delete(`${USERS}/${id}`, { as: AGENT, silent: true });
  }
}

/** The agent's service account in realm `enterprise`. */
export const AGENT = AGENT_ACCOUNT;
