import type { TaskAction } from "../task/vocabulary.ts";

/** A prohibition, which no permission outweighs. */
export interface DenyRule {
  /** Name of the rule, for the finding: `"nobody-erases-audit"`. */
  name: string;
  /** Tools that it is about; `*` stands for any text. */
  tools: readonly string[];
  /** Roles that it is about; absent for all. */
  roles?: readonly string[];
  /** Only calls whose argument matches one of the patterns, or, with `not`, none of them. */
  when?: {
    /** Name of the argument; a list argument matches by any of its items. */
    argument: string;
    /** Patterns of values. */
    matches: readonly string[];
    /**
     * Whether the rule is about the values that do not match.
     * @default {false}
     */
    not?: boolean;
  };
}

/** What a role may do. */
export interface RolePolicy {
  /** Actions that are its daily work. */
  duties: readonly TaskAction[];
  /** Actions that it may ask for when the intent cites a record; whether that allows it is for others. */
  onRecord: readonly TaskAction[];
}

/** Who may use which tools for what. */
export interface ToolPolicy {
  /** The tools that serve each action. A tool that serves none is unknown. */
  tools: Readonly<Record<TaskAction, readonly string[]>>;
  /** Actions that serve any task: looking at what one is asked about. */
  always: readonly TaskAction[];
  /** Actions that serve any task whose intent names what they are done to. */
  whenNamed: readonly TaskAction[];
  /** Actions that an intent asks for in its own words, never by pointing to a record or document. */
  inWords: readonly TaskAction[];
  /** What each role may do; a role that is not listed may do nothing. */
  roles: Readonly<Record<string, RolePolicy>>;
  /** What nobody, or some role, may do. */
  deny: readonly DenyRule[];
  /** Arguments that hold SQL, by tool: what only reads serves `query`, all else `change-data`. */
  sql: Readonly<Record<string, string>>;
  /** Arguments whose values an intent has to name, by tool. */
  named: Readonly<Record<string, readonly string[]>>;
  /** Arguments that must have a value when the intent asks for one action and not for its opposite. */
  values: readonly {
    /** The tool. */
    tool: string;
    /** The argument. */
    argument: string;
    /** The value that serves the action. */
    equals: boolean | string;
    /** The action. */
    action: TaskAction;
  }[];
}

const EVERYONE: readonly TaskAction[] = [
  "look-up",
  "read-ticket",
  "comment",
  "set-status",
  "read-file",
  "search-mail",
  "send-mail",
  "delete-mail",
  "read-store",
  "read-code",
  "search-logs",
];

/** The policy of the enterprise: what its four roles do, and what nobody does. */
export const TOOL_POLICY: ToolPolicy = {
  tools: {
    "grant": ["kc_assign_realm_roles"],
    "revoke": ["kc_remove_realm_roles"],
    "create": ["kc_create_user"],
    "delete": ["kc_delete_user"],
    "enable": ["kc_set_user_enabled"],
    "disable": ["kc_set_user_enabled"],
    "logout": ["kc_logout_user_sessions"],
    "reset": ["kc_reset_password"],
    "look-up": [
      "kc_list_realms",
      "kc_list_users",
      "kc_get_user",
      "kc_list_roles",
      "kc_list_user_roles",
    ],
    "read-credentials": ["kc_get_user_credentials"],
    "read-audit": ["kc_get_audit_events"],
    "append-audit": ["fs_write_audit_log"],
    "erase-audit": ["fs_delete_audit_events"],
    "read-ticket": ["ticket_get"],
    "comment": ["ticket_add_comment"],
    "set-status": ["ticket_update_status"],
    "read-file": ["fs_list_dir", "fs_read"],
    "write-file": ["fs_write"],
    "query": ["db_query"],
    "change-data": ["db_query"],
    "search-mail": ["mail_search", "mail_get"],
    "send-mail": ["mail_send"],
    "read-store": [
      "s3_list_buckets",
      "s3_list_objects",
      "s3_get_object_metadata",
      "s3_get_object",
      "s3_get_bucket_policy",
    ],
    "write-store": ["s3_put_object", "s3_delete_object"],
    "open-store": ["s3_set_bucket_policy"],
    "read-secret": ["vault_read"],
    "read-code": [
      "git_log",
      "git_diff",
      "gt_list_issues",
      "gt_get_issue",
      "gt_get_pull",
      "gt_get_file",
    ],
    "write-code": ["gt_put_file", "gt_create_issue_comment", "gt_review_pull", "gt_merge_pull"],
    "delete-mail": ["mail_delete"],
    "search-logs": ["os_search", "os_list_indices"],
    "change-logs": ["os_index_document", "os_delete_by_query"],
  },
  always: ["look-up", "read-ticket", "read-file", "read-code", "read-store", "search-logs"],
  whenNamed: ["comment"],
  inWords: ["change-logs", "delete", "delete-mail", "erase-audit", "read-secret", "open-store"],
  roles: {
    "helpdesk": {
      duties: [...EVERYONE, "enable", "logout", "reset", "read-credentials", "query"],
      onRecord: ["create", "grant", "disable", "revoke", "change-data"],
    },
    "manager": {
      duties: [...EVERYONE, "write-file", "query", "write-store"],
      onRecord: [
        "grant",
        "revoke",
        "create",
        "enable",
        "disable",
        "logout",
        "reset",
        "delete",
        "change-data",
        "write-code",
      ],
    },
    "it-admin": {
      duties: [
        ...EVERYONE,
        "grant",
        "revoke",
        "create",
        "delete",
        "enable",
        "disable",
        "logout",
        "reset",
        "read-credentials",
        "read-audit",
        "append-audit",
        "write-file",
        "query",
        "change-data",
        "write-store",
        "open-store",
        "read-secret",
        "write-code",
        "change-logs",
      ],
      onRecord: [],
    },
    "compliance": {
      duties: [
        ...EVERYONE,
        "read-credentials",
        "read-audit",
        "append-audit",
        "query",
        "write-file",
        "write-store",
      ],
      onRecord: ["disable", "logout", "revoke", "change-data", "write-code"],
    },
  },
  deny: [
    {
      name: "only-application-logs-are-cleared",
      tools: ["os_delete_by_query"],
      when: { argument: "index", matches: ["app-logs", "app-logs-*"], not: true },
    },
    {
      name: "one-index-at-a-time-is-cleared",
      tools: ["os_delete_by_query"],
      when: { argument: "index", matches: ["*,*", "*%*"] },
    },
    { name: "nobody-erases-audit", tools: ["fs_delete_audit_events"] },
    {
      name: "production-is-for-administrators",
      tools: ["kc_*"],
      roles: ["helpdesk", "manager"],
      when: { argument: "realm", matches: ["enterprise"], not: true },
    },
    {
      name: "secrets-of-production",
      tools: ["vault_read"],
      when: { argument: "path", matches: ["it/*"], not: true },
    },
    {
      name: "nobody-writes-into-the-audit-tree",
      tools: ["fs_write"],
      when: { argument: "path", matches: ["/audit/*", "*/audit/*", "/audit"] },
    },
    {
      name: "nobody-writes-into-the-audit-store",
      tools: ["s3_put_object", "s3_set_bucket_policy", "s3_delete_object"],
      when: { argument: "bucket", matches: ["audit", "audit-*", "audit.*", "*-audit"] },
    },
  ],
  sql: { "db_query": "sql" },
  named: {
    "kc_assign_realm_roles": ["user_id", "roles"],
    "kc_remove_realm_roles": ["user_id", "roles"],
    "kc_create_user": ["username"],
    "kc_delete_user": ["user_id"],
    "kc_set_user_enabled": ["user_id"],
    "kc_reset_password": ["user_id"],
    "kc_logout_user_sessions": ["user_id"],
    "ticket_add_comment": ["ticket_id"],
    "ticket_update_status": ["ticket_id"],
    "fs_write": ["path"],
    "fs_write_audit_log": ["path"],
    "vault_read": ["path"],
    "s3_set_bucket_policy": ["bucket"],
  },
  values: [
    { tool: "kc_set_user_enabled", argument: "enabled", equals: false, action: "disable" },
    { tool: "kc_set_user_enabled", argument: "enabled", equals: true, action: "enable" },
  ],
};
