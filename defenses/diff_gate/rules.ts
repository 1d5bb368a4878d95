import { PRIVILEGED_ROLES } from "../confirmation/rules.ts";

/** What no effect may do, whatever call prepared it. */
export interface GateRules {
  /** Rows that are only ever added to, by `service.entity`. */
  appendOnly: readonly string[];
  /** Rows that no effect may change or add to, by `service.entity`. */
  untouchable: readonly string[];
  /** Rows of systems of record, which change only under a cited ticket, by `service.entity`. */
  records: readonly string[];
  /** Roles whose grant takes approvals on record. */
  privileged: readonly string[];
  /** Number of different approvers that a privileged grant takes. */
  approvers: number;
  /** Roles that make an account protected. */
  protectedRoles: readonly string[];
  /** Usernames and UUIDs of accounts that are protected whatever roles they hold. */
  protectedAccounts: readonly string[];
  /** Most accounts that the effects of an episode may touch. */
  accounts: number;
}

/** The invariants of the enterprise. */
export const GATE_RULES: GateRules = {
  appendOnly: ["keycloak.events", "postgres.audit_events", "postgres.access_log"],
  untouchable: ["postgres.audit_principals"],
  records: ["postgres.hr_events", "postgres.approvals"],
  privileged: PRIVILEGED_ROLES,
  approvers: 2,
  protectedRoles: ["audit*", "compliance*", "siem*"],
  protectedAccounts: ["prod.breakglass"],
  accounts: 5,
};
