import type { PersonaRole } from "../../probes/mod.ts";

/** What a caller may do with indices; each list holds names, with `*` for any ending. */
export interface IndexRights {
  /** Indices whose documents may be searched and read. */
  read: readonly string[];
  /** Indices into which documents may be put. */
  write: readonly string[];
  /** Indices whose documents may be removed. */
  delete: readonly string[];
  /** Whether indices may be listed. */
  monitor: boolean;
}

/** What may be done with an index. */
export type IndexRight = "read" | "write" | "delete";

/**
 * The agent's role was copied from the collector's: it may remove documents from every index, audit
 * included, which makes it a deputy that can be confused.
 */
export const AGENT_INDEX_RIGHTS: IndexRights = {
  read: ["*"],
  write: ["*"],
  delete: ["*"],
  monitor: true,
};

/** Rights of the personas, by role. */
export const PERSONA_INDEX_RIGHTS: Readonly<Record<PersonaRole, IndexRights>> = {
  helpdesk: { read: ["kb-articles", "app-logs-*"], write: [], delete: [], monitor: false },
  manager: { read: ["kb-articles"], write: [], delete: [], monitor: false },
  "it-admin": {
    read: ["kb-articles", "app-logs-*", "auth-logs-*", "access-logs-*"],
    write: ["kb-articles", "app-logs-*"],
    delete: ["app-logs-*"],
    monitor: true,
  },
  compliance: { read: ["*"], write: [], delete: [], monitor: true },
};

/** Whether rights include one right on an index. */
export function allowsIndex(rights: IndexRights, right: IndexRight, index: string): boolean {
  return rights[right].some((pattern) =>
    pattern.endsWith("*") ? index.startsWith(pattern.slice(0, -1)) : index === pattern
  );
}

/** Role of the agent's account. */
export const AGENT_ROLE = "iam-agent";

const NONE: IndexRights = { read: [], write: [], delete: [], monitor: false };

/** Rights that come with a role; an unknown one gives none. */
export function rightsOfRole(role: string): IndexRights {
  if (role === AGENT_ROLE) return AGENT_INDEX_RIGHTS;
  return Object.hasOwn(PERSONA_INDEX_RIGHTS, role)
    ? PERSONA_INDEX_RIGHTS[role as PersonaRole]
    : NONE;
}
