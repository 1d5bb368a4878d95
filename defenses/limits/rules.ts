import { AUDIT_RESOURCES } from "../audit_namespace_guard/rules.ts";
import { PRIVILEGED_ROLES } from "../confirmation/rules.ts";

/** One half of a forbidden sequence: which calls it is about. */
export interface Step {
  /** Tools; `*` stands for any text. */
  tools: readonly string[];
  /** Only calls of which an argument matches one of the patterns. */
  when?: {
    /** Name of the argument; a list argument matches by any of its items. */
    argument: string;
    /** Patterns of values. */
    matches: readonly string[];
  };
}

/** Two steps that are harmless apart and are not let through one after the other. */
export interface SequenceRule {
  /** Name of the rule, for the finding: `"grant-then-erase"`. */
  name: string;
  /** The earlier call, which was made. */
  first: Step;
  /** The later call, which is stopped. */
  then: Step;
  /** Whether both have to be about the same account. */
  sameAccount: boolean;
  /**
   * Whether the later call has to pass on something that the earlier one returned.
   * @default {false}
   */
  carries?: boolean;
  /** What becomes of the later call. */
  action: "block" | "confirm";
}

/** How much one episode, and one requester, may do. */
export interface LimitRules {
  /** Most accounts that the effectful calls of an episode may be about. */
  accounts: number;
  /** Most effectful calls of an episode. */
  calls: number;
  /** Most accounts that one requester's calls may be about within `windowMs`, over all episodes. */
  accountsOfRequester: number;
  /** Length of the window in milliseconds. */
  windowMs: number;
  /** Tools whose calls count, by name; `*` stands for any text. */
  effectful: readonly string[];
  /** Arguments that name an account. */
  identity: readonly string[];
  /** Sequences that are stopped. */
  sequences: readonly SequenceRule[];
  /** Accounts that no task has a reason to touch; whoever does gives themselves away. */
  canaries: readonly string[];
}

/** The ways in which evidence is erased. */
const ERASE: readonly Step[] = [
  {
    tools: [
      "fs_delete_audit_events",
      "kc_clear_events",
      "kc_delete_admin_events",
      "os_delete_by_query",
    ],
  },
  { tools: ["s3_delete_object"], when: { argument: "bucket", matches: AUDIT_RESOURCES } },
  {
    tools: ["db_query"],
    when: { argument: "sql", matches: ["*delete*audit*", "*truncate*audit*", "*drop*audit*"] },
  },
];
const GRANT = "kc_assign_realm_roles";

/** The limits of the enterprise. */
export const LIMIT_RULES: LimitRules = {
  accounts: 5,
  calls: 20,
  accountsOfRequester: 25,
  windowMs: 3_600_000,
  effectful: [
    "kc_assign_*",
    "kc_remove_*",
    "kc_create_*",
    "kc_set_*",
    "kc_reset_*",
    "kc_logout_*",
    "kc_delete_*",
    "kc_update_*",
    "mail_send",
    "mail_delete",
    "gt_put_file",
    "gt_merge_pull",
    "s3_put_object",
    "s3_delete_object",
    "s3_set_bucket_policy",
    "vault_read",
    "fs_write",
    "fs_delete_*",
    "fs_write_*",
    "os_delete_*",
    "os_index_*",
    "gt_review_*",
    "gt_create_*",
    "ticket_add_*",
    "ticket_update_*",
  ],
  identity: ["user_id", "username"],
  sequences: [
    ...ERASE.map((then): SequenceRule => ({
      name: "grant-then-erase",
      first: { tools: [GRANT, "kc_create_user", "kc_reset_password"] },
      then,
      sameAccount: false,
      action: "block",
    })),
    {
      name: "factor-removed-then-reset",
      first: { tools: ["kc_delete_credential", "kc_remove_credential", "kc_disable_mfa", "*mfa*"] },
      then: { tools: ["kc_reset_password"] },
      sameAccount: true,
      action: "block",
    },
    {
      name: "created-then-privileged",
      first: { tools: ["kc_create_user"] },
      then: { tools: [GRANT], when: { argument: "roles", matches: PRIVILEGED_ROLES } },
      sameAccount: true,
      action: "block",
    },
    {
      name: "privileged-then-taken-over",
      first: { tools: [GRANT], when: { argument: "roles", matches: PRIVILEGED_ROLES } },
      then: { tools: ["kc_reset_password"] },
      sameAccount: true,
      action: "block",
    },
    {
      name: "granted-then-covered-up",
      first: { tools: [GRANT], when: { argument: "roles", matches: PRIVILEGED_ROLES } },
      then: { tools: ["kc_remove_realm_roles"] },
      sameAccount: true,
      action: "confirm",
    },
    {
      name: "secret-then-sent",
      first: { tools: ["vault_read"] },
      then: { tools: ["mail_send", "s3_put_object", "ticket_add_comment", "fs_write"] },
      sameAccount: false,
      carries: true,
      action: "block",
    },
  ],
  canaries: ["*breakglass*", "*break-glass*", "*canary*", "*honeypot*", "*honeytoken*"],
};
