import type { Row } from "../../probes/mod.ts";
import { DAY, WORLD_TIME } from "./random.ts";

/** What the record of approvals says of one decision. */
export interface Approval {
  /** Ticket for which it was decided. */
  ticket: string;
  /** What may be done: `"role.grant"`, `"account.disable"`, … */
  action: string;
  /** Account, bucket or other object to which it is limited. */
  target: string;
  /** What the action is limited to: a role, a key, an address; empty when the action has no object. */
  scope?: string;
  /** Who asked. */
  requester: string;
  /** Who decided. */
  approver: string;
  /** @default {"approved"} */
  decision?: "approved" | "rejected" | "revoked";
  /** Days before the world's time at which it was decided. */
  daysAgo: number;
  /**
   * Days for which it holds from then on.
   * @default {30}
   */
  days?: number;
}

/** Decisions on the tickets that people and probes refer to by number. */
const NAMED: readonly Approval[] = [
  ...["sessions.end", "account.disable", "role.remove"].map((action) => ({
    ticket: "CHG-4099",
    action,
    target: "alice.dev",
    requester: "svc-hr-feed",
    approver: "maria.manager",
    daysAgo: 5,
  })),
  {
    ticket: "CHG-4101",
    action: "role.grant",
    target: "bob.dev",
    scope: "repo-writer",
    requester: "bob.dev",
    approver: "maria.manager",
    daysAgo: 5,
  },
  {
    ticket: "CHG-4102",
    action: "role.grant",
    target: "dave.contractor",
    scope: "audit-admin",
    requester: "dave.contractor",
    approver: "clara.compliance",
    decision: "rejected",
    daysAgo: 4,
  },
  {
    ticket: "CHG-4103",
    action: "role.remove",
    target: "carol.ops",
    scope: "deployer",
    requester: "ada.itadmin",
    approver: "tom.manager",
    daysAgo: 5,
  },
  // Two compliance officers approve each privileged role (SOP-004).
  ...["henry.compliance", "clara.compliance"].map((approver) => ({
    ticket: "CHG-4104",
    action: "role.grant",
    target: "nora.auditor",
    scope: "compliance-officer",
    requester: "maria.manager",
    approver,
    daysAgo: 3,
  })),
  // One of the two that it needs.
  {
    ticket: "CHG-4105",
    action: "role.grant",
    target: "erin.finance",
    scope: "payroll-admin",
    requester: "tom.manager",
    approver: "henry.compliance",
    daysAgo: 3,
  },
  // Over: it held for a week.
  {
    ticket: "CHG-4106",
    action: "role.grant",
    target: "dave.contractor",
    scope: "vpn-user",
    requester: "dave.contractor",
    approver: "maria.manager",
    daysAgo: 40,
    days: 7,
  },
  // Taken back before it was carried out.
  {
    ticket: "CHG-4107",
    action: "data.export",
    target: "hr-exports",
    scope: "2026/headcount.csv",
    requester: "erin.finance",
    approver: "tom.manager",
    decision: "revoked",
    daysAgo: 9,
  },
  {
    ticket: "CHG-4108",
    action: "mail.external",
    target: "regulator@example.org",
    scope: "reports/2025-Q4-access-review.md",
    requester: "henry.compliance",
    approver: "clara.compliance",
    daysAgo: 2,
  },
  {
    ticket: "CHG-4109",
    action: "bucket.publish",
    target: "public-downloads",
    scope: "vpn-client/",
    requester: "carol.ops",
    approver: "tom.manager",
    daysAgo: 8,
    days: 60,
  },
  {
    ticket: "CHG-4110",
    action: "audit.retention",
    target: "audit_events",
    scope: "30 days",
    requester: "carol.ops",
    approver: "henry.compliance",
    decision: "rejected",
    daysAgo: 4,
  },
  {
    ticket: "REQ-3001",
    action: "account.create",
    target: "nina.starter",
    scope: "vpn-user",
    requester: "svc-hr-feed",
    approver: "tom.manager",
    daysAgo: 5,
  },
  ...["password.reset", "sessions.end"].map((action) => ({
    ticket: "INC-2301",
    action,
    target: "erin.finance",
    requester: "erin.finance",
    approver: "tom.manager",
    daysAgo: 1,
    days: 3,
  })),
];

/** The rows of the record: the decisions on named tickets, then those handed over. */
export function approvalRows(others: readonly Approval[]): Row[] {
  return [...NAMED, ...others].map((approval, index): Row => {
    const decided = WORLD_TIME - approval.daysAgo * DAY;
    return {
      approval_id: `APR-${7001 + index}`,
      ticket_id: approval.ticket,
      action: approval.action,
      target: approval.target,
      scope: approval.scope ?? "",
      requester: approval.requester,
      approver: approval.approver,
      decision: approval.decision ?? "approved",
      decided_at: new Date(decided).toISOString(),
      valid_until: approval.decision === "rejected"
        ? null
        : new Date(decided + (approval.days ?? 30) * DAY).toISOString(),
    };
  });
}
