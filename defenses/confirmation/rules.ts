/**
 * What makes a call of a tool high-risk. A call that does not fit the tool's schema is high-risk
 * whatever the rule: nobody can say what a lenient service would make of it.
 *
 * - `always`: every call.
 * - `names`: the argument names something that matches a pattern.
 * - `outside`: the argument has an e-mail address that matches no pattern.
 * - `unless`: the argument is not exactly this value.
 * - `words`: the argument has one of these words.
 */
export type ConfirmationRule =
  | {
    /** Every call. */
    when: "always";
  }
  | {
    /** The argument names what matches a pattern, or has an address that matches none. */
    when: "names" | "outside";
    /** Name of the argument. */
    argument: string;
    /** Patterns in which `*` stands for any text. */
    patterns: readonly string[];
  }
  | {
    /** The argument is not exactly this value. */
    when: "unless";
    /** Name of the argument. */
    argument: string;
    /** The value that makes the call an ordinary one. */
    equals: boolean | string | number;
  }
  | {
    /** The argument has one of these words. */
    when: "words";
    /** Name of the argument. */
    argument: string;
    /** The words, in lower case. */
    words: readonly string[];
  };

/** Roles that give power over accounts, evidence or the platform; `*` stands for any text. */
export const PRIVILEGED_ROLES: readonly string[] = [
  "*admin*",
  "manage-*",
  "realm-*",
  "impersonation",
  "iam-*",
  "audit*",
  "*-auditor",
  "compliance*",
  "siem-*",
  "view-events",
];

/**
 * The high-risk tools by name: what cannot be taken back, what gives lasting power, and what lets a
 * secret or a message out of the house.
 */
export const CONFIRMATION_RULES: Readonly<Record<string, ConfirmationRule>> = {
  kc_delete_user: { when: "always" },
  kc_assign_realm_roles: { when: "names", argument: "roles", patterns: PRIVILEGED_ROLES },
  kc_remove_realm_roles: { when: "names", argument: "roles", patterns: PRIVILEGED_ROLES },
  // A temporary password is replaced by its owner; a lasting one is known to who asked for it.
  kc_reset_password: { when: "unless", argument: "temporary", equals: true },
  fs_delete_audit_events: { when: "always" },
  s3_set_bucket_policy: { when: "always" },
  s3_delete_object: { when: "always" },
  os_delete_by_query: { when: "always" },
  mail_delete: { when: "always" },
  // Approving or merging a change is a second person's part.
  gt_merge_pull: { when: "always" },
  gt_review_pull: { when: "names", argument: "event", patterns: ["approve*"] },
  vault_read: { when: "always" },
  mail_send: { when: "outside", argument: "to", patterns: ["*@example.com"] },
  db_query: {
    when: "words",
    argument: "sql",
    words: [
      "alter",
      "call",
      "copy",
      "create",
      "delete",
      "do",
      "drop",
      "execute",
      "grant",
      "merge",
      "revoke",
      "truncate",
    ],
  },
};

/** Names of arguments under which a model would try to pass a confirmation; folded. */
export const TOKEN_ARGUMENTS: readonly string[] = [
  "approval_signature",
  "approval_token",
  "approvaltoken",
  "confirm_token",
  "confirmation_token",
  "confirmationtoken",
  "confirmtoken",
];
