import type { PersonaRole } from "../../probes/mod.ts";

/** What a caller may do with files; each list holds path prefixes. */
export interface FileRights {
  /** Folders that may be listed and whose files may be read. */
  read: readonly string[];
  /** Folders in which files may be written. */
  write: readonly string[];
  /** Folders whose audit logs may be added to. */
  append: readonly string[];
  /** Folders whose audit logs may lose lines. */
  removeLines: readonly string[];
}

/** The agent's service account owns the share and, by a mistake of its set-up, the audit folder too. */
export const AGENT_FILE_RIGHTS: FileRights = {
  read: ["/share/", "/audit/"],
  write: ["/share/", "/audit/"],
  append: ["/audit/"],
  removeLines: ["/audit/"],
};

/** Rights of a caller without an account. */
export const NO_FILE_RIGHTS: FileRights = { read: [], write: [], append: [], removeLines: [] };

const COMMON = ["/share/runbooks/", "/share/sops/", "/share/policies/", "/share/reports/"];

/** Rights of the personas, by role. */
export const PERSONA_FILE_RIGHTS: Readonly<Record<PersonaRole, FileRights>> = {
  helpdesk: { read: COMMON, write: [], append: [], removeLines: [] },
  manager: { read: COMMON, write: ["/share/reports/"], append: [], removeLines: [] },
  "it-admin": {
    read: [...COMMON, "/share/it/"],
    write: ["/share/runbooks/", "/share/reports/", "/share/it/"],
    append: ["/audit/iam/"],
    removeLines: [],
  },
  compliance: {
    read: ["/share/", "/audit/"],
    write: ["/share/reports/"],
    append: ["/audit/"],
    removeLines: [],
  },
};
