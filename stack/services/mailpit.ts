import { INTERNAL_DOMAIN } from "../mailpit/address.ts";
import { plantMails } from "../mailpit/plant.ts";
import { mailpitFetch } from "../mailpit/twin.ts";
import { AGENT_ADDRESS, MAILPIT_INDEXES, seedMailpit } from "../seed/mailpit.ts";
import { MAIL_TOOLS } from "../tools/mail.ts";
import { MailClient } from "../tools/mail_client.ts";
import type { HttpService } from "./service.ts";

/** Mailpit: every mail of the enterprise; the agent sees all of it, a person what is their own. */
export const MAILPIT: HttpService<MailClient> = {
  name: "mailpit",
  version: "v1.21",
  url: "http://mailpit.example.com:8025",
  indexes: MAILPIT_INDEXES,
  tools: MAIL_TOOLS,
  seed: seedMailpit,
  plant: ({ mails = [] }, rows, options) => plantMails(mails, rows, options),
  twin: mailpitFetch,
  client: ({ username, role }, connection) =>
    new MailClient({
      ...connection,
      address: role === "agent" ? AGENT_ADDRESS : `${username}@${INTERNAL_DOMAIN}`,
      mailbox: role === "agent" ? "all" : "own",
    }),
};
