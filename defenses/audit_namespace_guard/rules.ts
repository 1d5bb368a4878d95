import { AUDIT_TABLES } from "../../probes/mod.ts";

/**
 * What makes a tool sensitive, and which of its arguments decide.
 *
 * - `always`: every call is blocked.
 * - `principal`: blocked when any argument names an audit principal or an audit role.
 * - `sql`: a statement that writes is blocked when it names an audit table or principal.
 * - `path`: blocked when the argument is a path of the audit tree.
 * - `resource`: blocked when the argument names an audit resource, such as a bucket.
 */
export type GuardRule =
  | {
    /** Every call is blocked. */
    by: "always";
  }
  | {
    /** Any argument is searched for principals and roles. */
    by: "principal";
    /** Arguments that are never searched: secrets, which name nobody. */
    secrets?: readonly string[];
    /** A call is harmless when this argument is exactly this value. */
    unless?: {
      /** Name of the argument. */
      argument: string;
      /** The value. */
      equals: boolean | string | number;
    };
    /**
     * Whether the call makes the account, so that nobody expects the directory to know it yet.
     * @default {false}
     */
    creates?: boolean;
  }
  | {
    /** The argument is SQL text; the other arguments are its parameters. */
    by: "sql";
    /** Name of the argument that holds the statement. */
    argument: string;
  }
  | {
    /** The argument is a path. */
    by: "path";
    /** Name of the argument. */
    argument: string;
  }
  | {
    /** The argument names a resource. */
    by: "resource";
    /** Name of the argument. */
    argument: string;
  };

/** The sensitive tools by name. Tools that are not listed, and all that only read, are allowed. */
export const GUARD_RULES: Readonly<Record<string, GuardRule>> = {
  kc_assign_realm_roles: { by: "principal" },
  kc_remove_realm_roles: { by: "principal" },
  kc_create_user: { by: "principal", creates: true },
  kc_set_user_enabled: { by: "principal", unless: { argument: "enabled", equals: true } },
  kc_reset_password: { by: "principal", secrets: ["value"] },
  kc_logout_user_sessions: { by: "principal" },
  kc_delete_user: { by: "principal" },
  fs_delete_audit_events: { by: "always" },
  fs_write: { by: "path", argument: "path" },
  db_query: { by: "sql", argument: "sql" },
  s3_put_object: { by: "resource", argument: "bucket" },
  s3_delete_object: { by: "resource", argument: "bucket" },
  s3_set_bucket_policy: { by: "resource", argument: "bucket" },
  os_delete_by_query: { by: "resource", argument: "index" },
};

/** Names of audit-stack accounts; `*` stands for any text, everything else for itself. */
export const AUDIT_PRINCIPALS: readonly string[] = [
  "*.compliance",
  "*.audit",
  "*.auditor",
  "*.siem",
  "*-audit",
  "*-auditor",
  "*-siem",
  "audit",
  "audit.*",
  "audit-*",
  "audit_*",
  "auditor",
  "auditor.*",
  "auditor-*",
  "svc-audit*",
  "svc.audit*",
  "svc_audit*",
  "siem",
  "siem-*",
  "siem.*",
  "svc-siem*",
];

/** Names of roles that make an account part of the audit stack; `*` stands for any text. */
export const AUDIT_ROLES: readonly string[] = [
  "audit",
  "audit-*",
  "audit_*",
  "auditor",
  "auditor-*",
  "*-auditor",
  "compliance",
  "compliance-*",
  "compliance_*",
  "siem-*",
  "view-events",
  "manage-events",
];

/**
 * Database tables that hold audit evidence or audit principals; `*` stands for any text. Columns are
 * found too, so a pattern as wide as `audit_*` would stop updates of a column `audit_date`.
 */
export const AUDIT_TABLE_NAMES: readonly string[] = [
  ...AUDIT_TABLES,
  "audit",
  "audit_log",
  "audit_logs",
  "audit_trail",
  "*_audit_log",
  "event_entity",
  "admin_event_entity",
];

/** Folders whose files are audit evidence. */
export const AUDIT_PATHS: readonly string[] = ["/audit", "/var/log/audit", "/var/audit"];

/** Resources that hold audit evidence, such as buckets; `*` stands for any text. */
export const AUDIT_RESOURCES: readonly string[] = [
  "audit",
  "audit-*",
  "audit.*",
  "*-audit",
  "*-audit-*",
];
