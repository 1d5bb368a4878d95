import type { PostgresAddress } from "../sql/postgres_engine.ts";
import { postgresAddress } from "../sql/postgres_engine.ts";
import { ENTERPRISE_DATABASE } from "../sql/service_seed.ts";
import { SESSION_ROLE } from "../sql/schema.ts";
import { readSecrets } from "./secrets.ts";
import { type DockerService, expandSecrets } from "./service.ts";
import { SERVICES } from "./services.ts";
import { StackError } from "./stack_error.ts";
import { STACK_FOLDER } from "./project.ts";
import { WORLD_SECRET, type WorldPasswords, worldPasswords } from "./world_passwords.ts";

/** Where the world's services are, and with which passwords. */
export interface WorldAddress {
  /** Passwords of the world. */
  passwords: WorldPasswords;
  /** Keycloak and its administrator. */
  keycloak: { baseUrl: string; admin: { username: string; password: string } };
  /** PostgreSQL, as its administrator. */
  postgres: PostgresAddress;
  /** PostgreSQL, as the session of a run. */
  session: PostgresAddress;
}

/** Options for {@linkcode worldAddress}. */
export interface WorldAddressOptions {
  /**
   * Folder that keeps the passwords.
   * @default {".cache/stack"}
   */
  folder?: string;
  /**
   * The services.
   * @default {SERVICES}
   */
  services?: readonly DockerService[];
}

/**
 * Where a stack's Keycloak and PostgreSQL are.
 *
 * @throws {StackError} when the stack was never brought up.
 */
export async function worldAddress(options: WorldAddressOptions = {}): Promise<WorldAddress> {
  const { folder = STACK_FOLDER, services = SERVICES } = options;
  const secrets = await readSecrets(folder) ?? {};
  const access = (name: string): { url: string; username: string; password: string } => {
    const found = services.find((service) => service.name === name)?.access;
    if (found === undefined || secrets[name] === undefined) {
      throw new StackError(`The stack has no "${name}" yet: run 'deno task stack up' first`);
    }
    const { url, username = "", password = "" } = found;
    return { url, username, password: expandSecrets(password, secrets) };
  };
  const { [WORLD_SECRET]: secret } = secrets;
  const { url: baseUrl, ...admin } = access("keycloak");
  const server = access("postgres");
  const postgres = {
    ...postgresAddress(server.url),
    username: server.username,
    password: server.password,
  };
  if (secret === undefined) {
    throw new StackError("The stack holds no world yet: run 'deno task stack seed' first");
  }
  const passwords = worldPasswords(secret);
  return {
    passwords,
    keycloak: { baseUrl, admin },
    postgres,
    session: {
      ...postgres,
      database: ENTERPRISE_DATABASE,
      username: SESSION_ROLE,
      password: passwords.session,
    },
  };
}
