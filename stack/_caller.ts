import {
  AGENT_FILE_RIGHTS,
  type FileRights,
  NO_FILE_RIGHTS,
  PERSONA_FILE_RIGHTS,
} from "./files/rights.ts";
import { AGENT_ACCOUNT, REALMS } from "./seed/people.ts";
import type { Account } from "./services/service.ts";
import { SESSION_ROLE, SQL_ROLES } from "./sql/schema.ts";
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
  account: Account | undefined;
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
    return {
      actor: AGENT_ACCOUNT,
      files: AGENT_FILE_RIGHTS,
      role: SQL_ROLES.agent,
      account: { seed, username: AGENT_ACCOUNT, realm: REALMS[0], role: "agent" },
    };
  }
  const { id: username, realm, role } = credential;
  return {
    actor: username,
    files: PERSONA_FILE_RIGHTS[role],
    role: SQL_ROLES[role],
    account: { seed, username, realm, role },
  };
}
