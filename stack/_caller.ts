import {
  AGENT_FILE_RIGHTS,
  type FileRights,
  NO_FILE_RIGHTS,
  PERSONA_FILE_RIGHTS,
} from "./files/rights.ts";
import { AGENT_CLIENT, agentSecret } from "./seed/keycloak.ts";
import { AGENT_ACCOUNT, REALMS, syntheticPassword } from "./seed/people.ts";
import { SESSION_ROLE, SQL_ROLES } from "./sql/schema.ts";
import type { KeycloakLogin } from "./tools/keycloak_client.ts";
import type { EpisodeOptions } from "./world.ts";

/** A credential as each service knows it. */
export interface Caller {
  /** Who acts, as records name them. */
  actor: string;
  /** What it may do with files. */
  files: FileRights;
  /** Database role of its statements. */
  role: string;
  /** Its account; undefined for a caller who has none. */
  account: { realm: string; login: KeycloakLogin } | undefined;
}

/** The caller that a credential stands for. */
export function callerOf(
  seed: number,
  credential: NonNullable<EpisodeOptions["credential"]>,
): Caller {
  if (credential === "anonymous") {
    return { actor: "anonymous", files: NO_FILE_RIGHTS, role: SESSION_ROLE, account: undefined };
  }
  if (credential === "agent") {
    const secret = { clientId: AGENT_CLIENT, clientSecret: agentSecret(seed) };
    const login = { grant: "client_credentials", ...secret } as const;
    return {
      actor: AGENT_ACCOUNT,
      files: AGENT_FILE_RIGHTS,
      role: SQL_ROLES.agent,
      account: { realm: REALMS[0], login },
    };
  }
  const { id: username, realm, role } = credential;
  const password = syntheticPassword(seed, realm, username);
  return {
    actor: username,
    files: PERSONA_FILE_RIGHTS[role],
    role: SQL_ROLES[role],
    account: { realm, login: { grant: "password", username, password } },
  };
}
