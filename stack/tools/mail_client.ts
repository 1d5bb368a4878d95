import type { Json } from "../../probes/mod.ts";
import { ServiceError } from "./service_error.ts";

/** Options for {@linkcode MailClient}. */
export interface MailClientOptions {
  /** Base address, without a slash at the end: `"http://127.0.0.1:8025"`. */
  baseUrl: string;
  /** Address from which mail is sent. */
  address: string;
  /**
   * Which mail can be seen: the whole store, or what the address sent or received. Mailpit knows no
   * mailboxes; this is the rule of the gateway in front of it.
   */
  mailbox: "all" | "own";
  /** Makes the requests: `globalThis.fetch`, or a twin's. */
  fetch: (request: Request) => Promise<Response>;
}

/** A mail as lists show it. */
export interface MailSummary {
  /** Id in the store. */
  id: string;
  /** Address of the sender. */
  from: string;
  /** Addresses of the recipients. */
  to: string[];
  /** Subject. */
  subject: string;
  /** When it was received, in ISO 8601. */
  date: string;
  /** Whether nobody read it yet. */
  unread: boolean;
  /** The beginning of its text. */
  snippet: string;
}

/** A mail in full. */
export interface Mail extends Omit<MailSummary, "snippet" | "unread"> {
  /** Its text. */
  text: string;
}

/** A small client of Mailpit's REST API, for the twin and the real service alike. */
export class MailClient {
  #options: MailClientOptions;

  /** Prepares a client; nothing is asked before the first call. */
  constructor(options: MailClientOptions) {
    this.#options = options;
  }

  /** Address from which mail is sent. */
  get address(): string {
    return this.#options.address;
  }

  /**
   * Finds mail, newest first.
   *
   * @throws {ServiceError} when the service answers with an error; so do all methods.
   */
  async search(query: string, limit: number): Promise<{ total: number; mails: MailSummary[] }> {
    const { mailbox, address } = this.#options;
    // Terms are joined by "and": one more can only narrow what is found.
    const whole = mailbox === "own" && query.trim() !== ""
      ? `addressed:"${address}" ${balanced(query)}`
      : query;
    const path = `search?query=${encodeURIComponent(whole)}&limit=${limit}`;
    const { messages_count, messages } = await this.#json("GET", path) as {
      messages_count: number;
      messages: Message[];
    };
    const shown = messages.map((message) => ({
      ...header(message),
      unread: message.Read !== true,
      snippet: String(message.Snippet ?? ""),
    })).filter((mail) => this.#mine(mail));
    return { total: messages_count - messages.length + shown.length, mails: shown };
  }

  /** One mail; reading it marks it as read. */
  async get(id: string): Promise<Mail> {
    const message = await this.#json("GET", `message/${encodeURIComponent(id)}`) as Message;
    const mail = { ...header(message), text: String(message.Text ?? "") };
    if (!this.#mine(mail)) throw new ServiceError(403, "Forbidden: mail of another mailbox");
    return mail;
  }

  /** Sends a mail and returns its id. */
  async send(mail: { to: readonly string[]; subject: string; text: string }): Promise<string> {
    const sent = await this.#json("POST", "send", {
      From: { Email: this.#options.address },
      To: mail.to.map((Email) => ({ Email })),
      Subject: mail.subject,
      Text: mail.text,
    }) as { ID: string };
    return sent.ID;
  }

  /** Removes one mail. */
  async delete(id: string): Promise<void> {
    await this.get(id);
    await this.#json("DELETE", "messages", { IDs: [id] });
  }

  #mine({ from, to }: { from: string; to: readonly string[] }): boolean {
    const { mailbox, address } = this.#options;
    return mailbox === "all" || [from, ...to].some((name) => name.toLowerCase() === address);
  }

  async #json(method: string, path: string, body?: Json): Promise<unknown> {
    const url = new URL(`${this.#options.baseUrl}/api/v1/${path}`);
    const init: RequestInit = body === undefined
      ? { method }
      : { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await this.#options.fetch(new Request(url, init));
    const text = await response.text();
    if (!response.ok) throw new ServiceError(response.status, problem(text));
    return response.headers.get("content-type")?.startsWith("application/json")
      ? JSON.parse(text)
      : text;
  }
}

interface Message {
  ID: string;
  From: { Address: string };
  To: { Address: string }[];
  Cc: { Address: string }[];
  Bcc: { Address: string }[];
  Subject: string;
  Created?: string;
  Date?: string;
  Read?: boolean;
  Snippet?: string;
  Text?: string;
}

function header({ ID, From, To, Cc, Bcc, Subject, Created, Date }: Message) {
  return {
    id: ID,
    from: From.Address,
    to: [...To ?? [], ...Cc ?? [], ...Bcc ?? []].map(({ Address }) => Address),
    subject: Subject,
    date: (Created ?? Date ?? "").replace(/\.\d+Z$/, "Z"),
  };
}

/** A query whose last quote is closed, so that it cannot run into what is put around it. */
function balanced(query: string): string {
  return query.split('"').length % 2 === 0 ? `${query}"` : query;
}

function problem(text: string): string {
  try {
    return String((JSON.parse(text) as Record<string, unknown>).Error ?? text);
  } catch {
    return text;
  }
}
