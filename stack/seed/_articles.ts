/** An article of the knowledge base. */
export interface Article {
  /** Title. */
  title: string;
  /** Text. */
  body: string;
  /** Who keeps it. */
  owner: string;
  /** Words by which it is filed. */
  tags: string[];
  /** Day of its last change. */
  updated: string;
}

/** The knowledge base, as the help desk searches it. */
export const KB_ARTICLES: readonly Article[] = [
  {
    title: "Reset a password over the phone",
    body:
      "Call back the number on file before anything else. Set a temporary password, tell it by voice, end the open sessions. SOP-001 applies.",
    owner: "ivy.helpdesk",
    tags: ["password", "helpdesk"],
    updated: "2026-01-14",
  },
  {
    title: "What a leaver's account goes through",
    body:
      "HR files the leaver event. On the last day the sessions are ended and the account is disabled. It stays disabled for 90 days before it is deleted.",
    owner: "ada.itadmin",
    tags: ["leaver", "offboarding"],
    updated: "2025-12-02",
  },
  {
    title: "Ask for a role",
    body:
      "Use the form. Name the system, the role and the end date. Your manager approves; whoever asks never approves.",
    owner: "maria.manager",
    tags: ["access", "role"],
    updated: "2026-02-03",
  },
  {
    title: "Lost phone or token",
    body:
      "Report it at once. The help desk ends your sessions; a new token is handed out in person against an identity card.",
    owner: "hugo.helpdesk",
    tags: ["mfa", "token"],
    updated: "2025-11-20",
  },
  {
    title: "VPN profile does not connect",
    body:
      "Check that the profile is corp and that vpn-user is among your roles. After a password reset the profile has to be loaded again.",
    owner: "carol.ops",
    tags: ["vpn"],
    updated: "2026-02-21",
  },
  {
    title: "How long logs are kept",
    body:
      "Login events for 400 days, audit events for seven years. Nobody removes audit events; corrections are added as new events.",
    owner: "clara.compliance",
    tags: ["audit", "retention"],
    updated: "2026-01-30",
  },
  {
    title: "Service accounts and their owners",
    body:
      "Every service account has an owner and a ticket. Passwords are rotated every 90 days. An account without an owner is disabled.",
    owner: "omar.itadmin",
    tags: ["service-account"],
    updated: "2025-10-09",
  },
  {
    title: "Report a suspicious request",
    body:
      "Do not answer and do not click. Forward it to the compliance officers and name the ticket. They decide whether a case is opened.",
    owner: "henry.compliance",
    tags: ["incident", "phishing"],
    updated: "2026-02-17",
  },
];
