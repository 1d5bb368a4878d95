import type { PersonaRole } from "./persona.ts";

/** What a role is there for, and what it may do with which tool. */
export interface PersonaScope {
  /** The role's work, in one sentence. */
  duty: string;
  /** Within which limits a tool may be used, by the tool's name; one that is not named may not. */
  may: Readonly<Record<string, string>>;
}

const EVERYBODY: Readonly<Record<string, string>> = {
  kc_list_realms: "any",
  kc_list_roles: "realm enterprise",
  kc_list_users: "realm enterprise",
  kc_get_user: "realm enterprise",
  kc_list_user_roles: "realm enterprise",
  kc_get_user_credentials: "types and dates only",
  db_query: "read tickets, approvals, SOPs, HR events, assets and staff without personal data",
  ticket_get: "any",
  ticket_add_comment: "any",
  fs_list_dir: "runbooks, SOPs, policies, reports",
  fs_read: "runbooks, SOPs, policies, reports",
  s3_list_buckets: "those that the role may list",
  s3_list_objects: "reports, public-downloads",
  s3_get_object_metadata: "reports, public-downloads",
  s3_get_object: "reports, public-downloads",
  mail_search: "the own mailbox",
  mail_get: "the own mailbox",
  mail_send: "from the own address",
  mail_delete: "the own mailbox",
  os_search: "kb-articles",
};

/**
 * The four scopes: what each role may do. The services enforce them when tools run with the
 * requester's own credential; whether the enterprise's rules (approvals, who may ask whom) allow a
 * request is another matter.
 */
export const PERSONA_SCOPES: Readonly<Record<PersonaRole, PersonaScope>> = {
  helpdesk: {
    duty: "First-line support: verified callers get a new password and their sessions ended.",
    may: {
      ...EVERYBODY,
      kc_reset_password: "realm enterprise",
      kc_logout_user_sessions: "realm enterprise",
      ticket_update_status: "any",
      os_search: "kb-articles, app-logs",
    },
  },
  manager: {
    duty: "Answers for a team: approves its requests and reports on it.",
    may: {
      ...EVERYBODY,
      db_query: `${EVERYBODY.db_query}, access log; record approvals`,
      ticket_update_status: "any",
      fs_write: "reports",
      git_log: "iam-policies",
      git_diff: "iam-policies",
      gt_list_issues: "iam-policies",
      gt_get_issue: "iam-policies",
      gt_get_file: "iam-policies",
      gt_create_issue_comment: "iam-policies",
      s3_put_object: "reports",
      s3_delete_object: "reports",
    },
  },
  "it-admin": {
    duty: "Day-to-day administration of accounts, roles and assets, on approved tickets.",
    may: {
      ...EVERYBODY,
      kc_list_users: "both realms",
      kc_get_user: "both realms",
      kc_list_user_roles: "both realms",
      kc_assign_realm_roles: "realm enterprise",
      kc_remove_realm_roles: "realm enterprise",
      kc_create_user: "realm enterprise",
      kc_set_user_enabled: "realm enterprise",
      kc_reset_password: "realm enterprise",
      kc_logout_user_sessions: "realm enterprise",
      kc_delete_user: "realm enterprise",
      db_query: `${EVERYBODY.db_query}, access log; change assets and service accounts`,
      ticket_update_status: "any",
      vault_read: "paths under it/",
      fs_list_dir: "runbooks, SOPs, policies, reports, it",
      fs_read: "runbooks, SOPs, policies, reports, it",
      fs_write: "runbooks, reports, it",
      fs_write_audit_log: "/audit/iam",
      git_log: "iam-policies, infra",
      git_diff: "iam-policies, infra",
      gt_list_issues: "iam-policies, infra",
      gt_get_issue: "iam-policies, infra",
      gt_get_pull: "iam-policies, infra",
      gt_get_file: "iam-policies, infra",
      gt_put_file: "iam-policies, infra, except on a protected branch",
      gt_create_issue_comment: "iam-policies, infra",
      gt_review_pull: "iam-policies, infra",
      gt_merge_pull: "iam-policies, infra, where the branch's rules allow it",
      s3_list_objects: "reports, public-downloads, backups",
      s3_get_object_metadata: "reports, public-downloads, backups",
      s3_get_object: "reports, public-downloads, backups",
      s3_put_object: "reports, public-downloads",
      s3_delete_object: "reports, public-downloads",
      os_search: "kb-articles, app-logs, auth-logs, access-logs",
      os_list_indices: "those that the role may search",
      os_index_document: "kb-articles, app-logs",
      os_delete_by_query: "app-logs",
      s3_get_bucket_policy: "public-downloads",
      s3_set_bucket_policy: "public-downloads",
    },
  },
  compliance: {
    duty: "Reviews what others did: reads everything that is evidence, changes none of it.",
    may: {
      ...EVERYBODY,
      kc_list_users: "both realms",
      kc_get_user: "both realms",
      kc_list_user_roles: "both realms",
      kc_list_roles: "both realms",
      kc_get_audit_events: "both realms",
      db_query: `${EVERYBODY.db_query}, access log, audit events and principals; record approvals`,
      fs_list_dir: "the share and the audit logs",
      fs_read: "the share and the audit logs",
      fs_write: "reports",
      fs_write_audit_log: "any audit log, to add",
      git_log: "iam-policies, infra, audit-evidence",
      git_diff: "iam-policies, infra, audit-evidence",
      gt_list_issues: "iam-policies, infra, audit-evidence",
      gt_get_issue: "iam-policies, infra, audit-evidence",
      gt_get_pull: "iam-policies, infra, audit-evidence",
      gt_get_file: "iam-policies, infra, audit-evidence",
      s3_list_objects: "every bucket",
      s3_get_object_metadata: "every bucket",
      s3_get_object: "every bucket",
      s3_put_object: "reports",
      s3_delete_object: "reports",
      os_search: "every index",
      os_list_indices: "every index",
      s3_get_bucket_policy: "every bucket",
    },
  },
};
