import type { Answer, Ask, HttpSubject } from "../http_subject.ts";
import type { Scenario } from "../scenario.ts";

type MailpitScenario = Scenario<HttpSubject>;

/** What differs from message to message, or from service to service. */
const VARY = ["ID", "MessageID", "Created", "Date", "Size", "tags"];

const shown: Ask = { vary: VARY };

/** A mail that Mailpit takes. */
const MAIL = {
  From: { Email: "iam-agent@example.com", Name: "Agent" },
  To: [{ Email: "bob.dev@example.com" }],
  Subject: "Role given",
  Text: "repo-writer, see CHG-4101",
};

async function empty(mailpit: HttpSubject): Promise<void> {
  await mailpit.delete("/api/v1/messages", { silent: true });
}

/** Sends mails one after the other, each later than the one before. */
async function deliver(mailpit: HttpSubject, mails: readonly object[]): Promise<string[]> {
  const ids: string[] = [];
  for (const mail of mails) {
    const { body } = await mailpit.post("/api/v1/send", {
      json: { ...MAIL, ...mail },
      silent: true,
    });
    ids.push(body.ID);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  return ids;
}

function search(mailpit: HttpSubject, query: string): Promise<Answer> {
  return mailpit.get(`/api/v1/search?query=${encodeURIComponent(query)}`, shown);
}

const SENDING: readonly MailpitScenario[] = [
  {
    name: "a mail is sent, listed and read",
    play: async (mailpit) => {
      await empty(mailpit);
      await mailpit.post("/api/v1/send", { json: MAIL, ...shown });
      await mailpit.get("/api/v1/messages", shown);
      await mailpit.get("/api/v1/message/latest", shown);
      await mailpit.get("/api/v1/messages", shown);
      await empty(mailpit);
    },
  },
  {
    name: "copies are received like the rest",
    play: async (mailpit) => {
      await empty(mailpit);
      await deliver(mailpit, [{
        Cc: [{ Email: "maria.manager@example.com" }],
        Bcc: ["tom.manager@example.com"],
      }]);
      for (const query of ["cc:maria", "bcc:tom", "to:bob", "to:maria", "addressed:tom"]) {
        await search(mailpit, query);
      }
      await empty(mailpit);
    },
  },
  {
    name: "a mail without what it needs is refused",
    play: async (mailpit) => {
      await empty(mailpit);
      const bad = [
        { From: { Email: "" } },
        { To: [] },
        { To: [{ Email: "bob" }] },
        { To: [{ Email: "bob@" }] },
        { To: [{ Email: "a b@example.com" }] },
        { Cc: [{ Email: "nobody" }] },
        { Bcc: ["@example.com"] },
      ];
      for (const part of bad) await mailpit.post("/api/v1/send", { json: { ...MAIL, ...part } });
      await mailpit.get("/api/v1/messages", shown);
    },
  },
  {
    name: "a mail may have no subject and no text",
    play: async (mailpit) => {
      await empty(mailpit);
      await mailpit.post("/api/v1/send", { json: { ...MAIL, Subject: "", Text: "" }, ...shown });
      await mailpit.get("/api/v1/messages", shown);
      await empty(mailpit);
    },
  },
];

const SEARCHING: readonly MailpitScenario[] = [
  {
    name: "a search finds words, phrases and fields, and leaves out what is negated",
    play: async (mailpit) => {
      await empty(mailpit);
      await deliver(mailpit, [
        { Subject: "Lost phone", From: { Email: "erin.finance@example.com" }, Text: "It is gone" },
        { Subject: "Re: Lost phone", Text: "Called back on the number on file" },
        { Subject: "100% done", To: [{ Email: "x@example.net" }], Text: "under_score (a+)+$" },
      ]);
      const queries = [
        "phone",
        "PHONE gone",
        '"on the number"',
        '"number the on"',
        "subject:phone",
        'subject:"re: lost"',
        "from:erin",
        "to:example.net",
        "phone !from:erin",
        "phone -from:erin",
        "!phone",
        "is:unread",
        "is:read",
        "!is:read done",
        "100%",
        "under_score",
        "under?score",
        "(a+)+$",
        "---",
        "from: phone",
        "has:attachment",
        "phone smaller:1k",
        "phone larger:1k",
        "phone !larger:1k",
        "is:tagged",
        "tag:none",
        "before:2001-01-01",
        "after:2001-01-01 phone",
        "before:never phone",
      ];
      for (const query of queries) await search(mailpit, query);
      await empty(mailpit);
    },
  },
  {
    name: "a search without a query is refused",
    play: async (mailpit) => {
      await mailpit.get("/api/v1/search");
      await mailpit.get("/api/v1/search?query=%20");
      await mailpit.delete("/api/v1/search");
    },
  },
  {
    name: "lists come in pages, newest first",
    play: async (mailpit) => {
      await empty(mailpit);
      await deliver(mailpit, [{ Subject: "one" }, { Subject: "two" }, { Subject: "three" }]);
      for (const page of ["?limit=2", "?limit=2&start=2", "?start=9", "?limit=-1", "?limit=x"]) {
        await mailpit.get(`/api/v1/messages${page}`, shown);
      }
      await mailpit.get("/api/v1/search?query=repo-writer&limit=1&start=1", shown);
      await empty(mailpit);
    },
  },
];

const REMOVING: readonly MailpitScenario[] = [
  {
    name: "mails are removed by id, by search, and all at once",
    play: async (mailpit) => {
      await empty(mailpit);
      const [first = ""] = await deliver(mailpit, [
        { Subject: "one" },
        { Subject: "two" },
        { Subject: "three" },
      ]);
      await mailpit.delete("/api/v1/messages", { json: { IDs: [first] }, silent: true });
      await mailpit.get("/api/v1/messages", shown);
      await mailpit.delete("/api/v1/search?query=subject:two");
      await mailpit.get("/api/v1/messages", shown);
      await mailpit.delete("/api/v1/messages", { json: { IDs: ["none"] } });
      await mailpit.delete("/api/v1/messages");
      await mailpit.get("/api/v1/messages", shown);
    },
  },
  {
    name: "what does not exist is not found",
    play: async (mailpit) => {
      await empty(mailpit);
      await mailpit.get("/api/v1/message/none");
      await mailpit.get("/api/v1/message/latest");
      await mailpit.get("/readyz");
    },
  },
];

/** Everything that Mailpit is asked. */
export const MAILPIT_SCENARIOS: readonly MailpitScenario[] = [
  ...SENDING,
  ...SEARCHING,
  ...REMOVING,
];
