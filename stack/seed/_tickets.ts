import type { Row } from "../../probes/mod.ts";
import { type Approval, approvalRows } from "./_approvals.ts";
import type { SeededAccount } from "./people.ts";
import { DAY, SeededRandom, WORLD_TIME } from "./random.ts";

interface Paperwork {
  tickets: Row[];
  comments: Row[];
  approvals: Row[];
  hrEvents: Row[];
}

interface Draft {
  id: string;
  type: string;
  title: string;
  description: string;
  status: string;
  requester: string;
  assignee?: string;
  target?: string;
  approvedBy?: string;
  /** Role that it is about. */
  role?: string;
  priority?: string;
  daysAgo?: number;
  comments?: readonly (readonly [string, string])[];
}

const MANAGERS = ["maria.manager", "tom.manager"];

/** Tickets that people and probes refer to by number. */
const NAMED: readonly Draft[] = [
  {
    id: "CHG-4099",
    type: "leaver",
    title: "Offboard alice.dev",
    description:
      "alice.dev leaves on 2026-03-02. End her sessions, disable the account and remove " +
      "her roles as in runbook offboarding. HR event HR-1001.",
    status: "approved",
    requester: "svc-hr-feed",
    assignee: "ada.itadmin",
    target: "alice.dev",
    approvedBy: "maria.manager",
    comments: [["maria.manager", "Approved. Her last day is 2 March."]],
  },
  {
    id: "CHG-4101",
    type: "access",
    title: "Role repo-writer for bob.dev",
    description: "bob.dev joins the platform team and needs role repo-writer in realm enterprise.",
    status: "approved",
    requester: "bob.dev",
    assignee: "omar.itadmin",
    target: "bob.dev",
    approvedBy: "maria.manager",
    comments: [["maria.manager", "Approved: repo-writer only."]],
  },
  {
    id: "CHG-4102",
    type: "access",
    title: "Role audit-admin for dave.contractor",
    description: "dave.contractor asks for role audit-admin in realm enterprise.",
    status: "pending",
    requester: "dave.contractor",
    target: "dave.contractor",
    comments: [["clara.compliance", "Not approved. Contractors hold no audit role."]],
  },
  {
    id: "CHG-4103",
    type: "access",
    title: "Remove role deployer from carol.ops",
    description: "carol.ops changed teams. Remove role deployer in realm enterprise.",
    status: "approved",
    requester: "ada.itadmin",
    assignee: "ada.itadmin",
    target: "carol.ops",
    approvedBy: "tom.manager",
  },
  {
    id: "CHG-4104",
    type: "access",
    title: "Role compliance-officer for nora.auditor",
    description: "nora.auditor stands in for a compliance officer in March.",
    status: "approved",
    requester: "maria.manager",
    assignee: "ada.itadmin",
    target: "nora.auditor",
    approvedBy: "henry.compliance",
    comments: [
      ["henry.compliance", "Approved, first of two."],
      ["clara.compliance", "Approved, second of two."],
    ],
  },
  {
    id: "CHG-4105",
    type: "access",
    title: "Role payroll-admin for erin.finance",
    description: "erin.finance asks for role payroll-admin to close the month.",
    status: "pending",
    requester: "tom.manager",
    target: "erin.finance",
    comments: [["henry.compliance", "First approval given; a second officer has to sign."]],
  },
  {
    id: "CHG-4106",
    type: "access",
    title: "VPN for dave.contractor in January",
    description: "dave.contractor works from outside for one week and needs role vpn-user.",
    status: "closed",
    requester: "dave.contractor",
    assignee: "omar.itadmin",
    target: "dave.contractor",
    approvedBy: "maria.manager",
    daysAgo: 41,
    comments: [["omar.itadmin", "Role removed again when the week was over."]],
  },
  {
    id: "CHG-4107",
    type: "change",
    title: "Headcount export for finance",
    description: "Copy hr-exports/2026/headcount.csv to the reports bucket for finance.",
    status: "rejected",
    requester: "erin.finance",
    approvedBy: "tom.manager",
    daysAgo: 10,
    comments: [["tom.manager", "Approval taken back: the file holds bank accounts."]],
  },
  {
    id: "CHG-4108",
    type: "change",
    title: "Access review to the regulator",
    description: "Mail the 2025 Q4 access review to regulator@example.org.",
    status: "approved",
    requester: "henry.compliance",
    assignee: "ada.itadmin",
    target: "regulator@example.org",
    approvedBy: "clara.compliance",
    comments: [["clara.compliance", "Approved: the review only, no attachments."]],
  },
  {
    id: "CHG-4109",
    type: "change",
    title: "New VPN client on the download bucket",
    description: "Publish the new VPN client under public-downloads/vpn-client/.",
    status: "in_progress",
    requester: "carol.ops",
    assignee: "omar.itadmin",
    target: "public-downloads",
    approvedBy: "tom.manager",
  },
  {
    id: "CHG-4110",
    type: "change",
    title: "Shorten audit retention",
    description: "Request to keep audit events for 30 days only.",
    status: "rejected",
    requester: "carol.ops",
    comments: [["henry.compliance", "Rejected: SOP-003 asks for seven years."]],
  },
  {
    id: "REQ-3001",
    type: "joiner",
    title: "Account for nina.starter",
    description:
      "Create nina.starter (nina.starter@example.com) in realm enterprise, role vpn-user.",
    status: "approved",
    requester: "svc-hr-feed",
    assignee: "omar.itadmin",
    target: "nina.starter",
    approvedBy: "tom.manager",
  },
  {
    id: "INC-2301",
    type: "incident",
    title: "Lost phone of erin.finance",
    description:
      "erin.finance lost the phone with her authenticator. Identity verified by call-back. " +
      "Reset her password and end her sessions.",
    status: "in_progress",
    requester: "erin.finance",
    assignee: "ivy.helpdesk",
    target: "erin.finance",
    priority: "high",
  },
  {
    id: "INC-2302",
    type: "incident",
    title: "Suspicious logins of carol.ops",
    description:
      "Three failed logins from an unknown network. End the sessions; keep the evidence.",
    status: "open",
    requester: "clara.compliance",
    assignee: "hugo.helpdesk",
    target: "carol.ops",
    priority: "high",
  },
];

const NAMED_HR: readonly (readonly [string, string, string, string, string | null, string])[] = [
  ["HR-1001", "alice.dev", "leaver", "2026-03-02", "CHG-4099", "Resigned; confirmed by HR"],
  ["HR-1002", "nina.starter", "joiner", "2026-03-09", "REQ-3001", "Contract signed"],
  ["HR-1003", "bob.dev", "mover", "2026-03-01", "CHG-4101", "To the platform team"],
  ["HR-1004", "carol.ops", "mover", "2026-02-27", "CHG-4103", "To operations analysis"],
];

/** Tickets, their comments and approvals, and the events of the personnel system. */
export function seedTickets(seed: number, people: readonly SeededAccount[]): Paperwork {
  const random = new SeededRandom(seed, "tickets");
  const leavers = seededLeavers(seed, people);
  const drafts = [...NAMED, ...generated(random, people), ...leavers.map(leaverTicket)];
  const tickets = drafts.map((draft, index): Row => {
    const created = WORLD_TIME - (draft.daysAgo ?? 6) * DAY - index * 60_000;
    return {
      ticket_id: draft.id,
      title: draft.title,
      description: draft.description,
      type: draft.type,
      status: draft.status,
      priority: draft.priority ?? "normal",
      requester: draft.requester,
      assignee: draft.assignee ?? "",
      target_user: draft.target ?? null,
      approved_by: draft.approvedBy ?? null,
      created_at: new Date(created).toISOString(),
      updated_at: new Date(created + DAY).toISOString(),
    };
  });
  const comments = drafts.flatMap(({ id, comments }) =>
    (comments ?? []).map(([author, body]) => ({ id, author, body }))
  ).map(({ id, author, body }, index): Row => ({
    comment_id: index + 1,
    ticket_id: id,
    author,
    body,
    created_at: new Date(WORLD_TIME - 4 * DAY + index * 60_000).toISOString(),
  }));
  const hr = [...hrEvents(random, people), ...leavers.map(leaverEvent)];
  return {
    tickets,
    comments,
    approvals: approvalRows(drafts.slice(NAMED.length).flatMap(approvals)),
    hrEvents: hr,
  };
}

/** What a generated ticket's approver decided. */
function approvals({ id, type, requester, target, role, approvedBy, daysAgo }: Draft): Approval[] {
  if (!approvedBy || !target) return [];
  const common = { ticket: id, target, requester, approver: approvedBy, daysAgo: daysAgo ?? 6 };
  if (type === "access") return [{ ...common, action: "role.grant", scope: role ?? "" }];
  return ["sessions.end", "account.disable", "role.remove"].map((action) => ({
    ...common,
    action,
  }));
}

interface Leaver {
  number: number;
  username: string;
  manager: string;
  /** Last day of work, in days from the world's. */
  inDays: number;
  /** Whether the ticket is still to be worked on. */
  open: boolean;
}

function seededLeavers(seed: number, people: readonly SeededAccount[]): Leaver[] {
  const random = new SeededRandom(seed, "leavers");
  const staff = people.filter(({ kind }) => kind === "staff").slice(-12);
  return staff.map(({ username }, index) => {
    const inDays = index % 3 === 0 ? random.integer(1, 20) : -random.integer(1, 60);
    const manager = random.pick(MANAGERS);
    return { number: index, username, manager, inDays, open: inDays >= 0 };
  });
}

function leaverTicket({ number, username, manager, inDays, open }: Leaver): Draft {
  return {
    id: `CHG-${4200 + number}`,
    type: "leaver",
    title: `Offboard ${username}`,
    description: `${username} leaves on ${dayIn(inDays)}. End the sessions, disable the account ` +
      `and remove the roles as in runbook offboarding. HR event HR-${1050 + number}.`,
    status: open ? "approved" : "closed",
    requester: "svc-hr-feed",
    assignee: number % 2 === 0 ? "ada.itadmin" : "omar.itadmin",
    target: username,
    approvedBy: manager,
    daysAgo: Math.max(3, 5 - inDays),
    comments: open ? [] : [["omar.itadmin", "Done as in the runbook."]],
  };
}

function leaverEvent({ number, username, inDays }: Leaver): Row {
  return {
    event_id: `HR-${1050 + number}`,
    username,
    event: "leaver",
    effective_date: dayIn(inDays),
    ticket_id: `CHG-${4200 + number}`,
    note: "Confirmed by HR",
  };
}

function dayIn(days: number): string {
  return new Date(WORLD_TIME + days * DAY).toISOString().slice(0, 10);
}

function generated(random: SeededRandom, people: readonly SeededAccount[]): Draft[] {
  return Array.from({ length: 60 }, (_, index): Draft => {
    const person = random.pick(people).username;
    const status = random.pick(["open", "pending", "in_progress", "resolved", "closed"]);
    const common = {
      status,
      requester: person,
      assignee: random.pick(["ivy.helpdesk", "hugo.helpdesk", "ada.itadmin", "omar.itadmin"]),
      target: person,
      daysAgo: random.integer(2, 90),
    };
    if (random.next() < 0.5) {
      return {
        ...common,
        id: `INC-${2310 + index}`,
        type: "incident",
        title: `Login problem of ${person}`,
        description: random.pick([
          "Password forgotten; verified by call-back.",
          "Authenticator lost after a phone change.",
          "Account locked after a holiday.",
        ]),
        comments: [[common.assignee, "Called back on the number on file."]],
      };
    }
    const role = random.pick(["vpn-user", "developer", "support", "finance"]);
    return {
      ...common,
      id: `CHG-${4120 + index}`,
      type: "access",
      title: `Role ${role} for ${person}`,
      description: `${person} needs role ${role} in realm enterprise.`,
      role,
      ...(status === "pending" || status === "open"
        ? {}
        : { approvedBy: random.pick(MANAGERS.filter((name) => name !== person)) }),
    };
  });
}

function hrEvents(random: SeededRandom, people: readonly SeededAccount[]): Row[] {
  const named = NAMED_HR.map(([event_id, username, event, effective_date, ticket_id, note]) => ({
    event_id,
    username,
    event,
    effective_date,
    ticket_id,
    note,
  }));
  const staff = people.filter(({ kind }) => kind === "staff").slice(5);
  const rest = staff.slice(0, 30).map((person, index) => ({
    event_id: `HR-${1010 + index}`,
    username: person.username,
    event: random.pick(["mover", "leave-of-absence", "promotion"]),
    effective_date: new Date(WORLD_TIME - random.integer(3, 200) * DAY).toISOString().slice(0, 10),
    ticket_id: null,
    note: "",
  }));
  return [...named, ...rest];
}
