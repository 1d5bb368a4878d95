import { Hono } from "hono";
import type { Context } from "hono";
import { z } from "zod";
import type { Row } from "../../probes/mod.ts";
import type { RowOverlay } from "../state/row_store.ts";
import { parseAddress } from "./address.ts";
import { messageRow } from "./message.ts";
import { searchTerms } from "./_search.ts";

/** Options for {@linkcode mailpitFetch}. */
export interface MailpitOptions {
  /** Seed of the world, for identifiers of what is created. */
  seed: number;
  /** Milliseconds since the epoch as the service sees them. */
  now: () => number;
}

interface Env {
  Bindings: MailpitOptions & { rows: RowOverlay };
}

type MailContext = Context<Env>;

/** Messages of a page unless the request says otherwise. */
const PAGE = 50;

/** Characters of the beginning of a text that lists show. */
const SNIPPET = 250;

/**
 * Returns a `fetch` that answers as the REST API of Mailpit 1.21, over the given rows. No port is
 * opened. Like the service of the Docker stack it asks for no account. Attachments, HTML parts and
 * headers of one's own are not kept: a mail is its text.
 */
export function mailpitFetch(
  rows: RowOverlay,
  options: MailpitOptions,
): (request: Request) => Promise<Response> {
  const state = { rows, ...options };
  return async (request) => await app.fetch(request, state);
}

const app = createApp();

function createApp(): Hono<Env> {
  const app = new Hono<Env>();
  app.notFound(notFound);
  app.post("/api/v1/send", send);
  app.get("/api/v1/messages", (c) => summary(c, undefined));
  app.delete("/api/v1/messages", deleteMessages);
  app.get("/api/v1/search", (c) => {
    const query = (c.req.query("query") ?? "").trim();
    return query === "" ? noQuery() : summary(c, query);
  });
  app.delete("/api/v1/search", (c) => {
    const query = (c.req.query("query") ?? "").trim();
    if (query === "") return noQuery();
    for (const row of matching(c, query)) c.env.rows.delete("mailpit.messages", String(row.id));
    return ok();
  });
  app.get("/api/v1/message/:id", getMessage);
  app.get("/readyz", () => bare(null, 200));
  return app;
}

/** An answer without a content type, which the service gives to none of its errors. */
function bare(text: string | null, status: number): Response {
  return new Response(text === null ? null : new TextEncoder().encode(text), { status });
}

function notFound(): Response {
  return bare("404 page not found", 404);
}

function noQuery(): Response {
  return bare("Error: no search query", 400);
}

function ok(): Response {
  return new Response("ok", { headers: { "content-type": "text/plain" } });
}

/** The messages that fit a query, newest first. */
function matching(c: MailContext, query: string | undefined): Row[] {
  const terms = query === undefined ? [] : searchTerms(query);
  return [...c.env.rows.all("mailpit.messages")].map(([, row]) => row)
    .filter((row) => terms.every((fits) => fits(row)))
    .sort((a, b) =>
      Number(b.created) - Number(a.created) || (String(a.id) < String(b.id) ? -1 : 1)
    );
}

function summary(c: MailContext, query: string | undefined): Response {
  const start = Math.max(0, whole(c.req.query("start")) ?? 0);
  const asked = whole(c.req.query("limit")) ?? PAGE;
  const limit = asked < 0 ? PAGE : asked;
  const all = matching(c, undefined);
  const found = query === undefined ? all : matching(c, query);
  const shown = found.slice(start, start + limit);
  const unread = (rows: readonly Row[]): number => rows.filter(({ read }) => read !== true).length;
  return c.json({
    total: all.length,
    unread: unread(all),
    count: shown.length,
    messages_count: found.length,
    messages_unread: unread(found),
    start,
    tags: [...new Set(all.flatMap(({ tags }) => tags as string[]))].sort(),
    messages: shown.map((row) => ({
      ...view(row),
      // A list has no empty fields of addresses; a search does not read who is to be answered.
      To: people(row, "header_to") ?? null,
      Cc: people(row, "cc") ?? null,
      Bcc: people(row, "bcc") ?? null,
      ReplyTo: query === undefined ? [] : null,
      Snippet: snippet(row),
    })),
  });
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function snippet({ text }: Row): string {
  const line = String(text).replace(/\s+/g, " ").trim();
  return line.length > SNIPPET ? `${line.slice(0, SNIPPET).toWellFormed()}...` : line;
}

function view(row: Row): Record<string, unknown> {
  return {
    ID: row.id,
    MessageID: row.message_id,
    Read: row.read,
    From: { Name: row.from_name, Address: row.from },
    To: people(row, "header_to") ?? [],
    Cc: people(row, "cc") ?? [],
    Bcc: people(row, "bcc") ?? [],
    ReplyTo: [],
    Subject: row.subject,
    Created: new Date(Number(row.created)).toISOString(),
    Username: "",
    Tags: row.tags,
    Size: row.bytes,
    Attachments: 0,
  };
}

/** The addresses of a field; undefined when it has none. */
function people(row: Row, column: string): { Name: string; Address: string }[] | undefined {
  const addresses = row[column] as string[];
  return addresses.length === 0 ? undefined : addresses.map((Address) => ({ Name: "", Address }));
}

/** One message in full; reading it marks it as read, which is the service's own record. */
function getMessage(c: MailContext): Response {
  const { rows } = c.env;
  const asked = c.req.param("id") ?? "";
  const row = asked === "latest" ? matching(c, undefined)[0] : rows.get("mailpit.messages", asked);
  if (!row) return asked === "latest" ? bare("Message not found", 404) : notFound();
  const id = String(row.id);
  if (row.read !== true) {
    rows.put("mailpit.messages", id, { ...row, read: true }, { bookkeeping: true });
  }
  const { Created, Read: _read, Attachments: _count, ...rest } = view(row);
  return c.json({
    ...rest,
    ReturnPath: row.from,
    Date: Created,
    Text: row.text,
    HTML: "",
    ListUnsubscribe: { Header: "", Links: [], Errors: "", HeaderPost: "" },
    Inline: [],
    Attachments: [],
  });
}

const person = z.object({ Name: z.string().optional(), Email: z.string().optional() });

const sendBody = z.object({
  From: person.optional(),
  To: z.array(person).nullish(),
  Cc: z.array(person).nullish(),
  Bcc: z.array(z.string()).nullish(),
  Subject: z.string().optional(),
  Text: z.string().optional(),
  Tags: z.array(z.string()).nullish(),
});

function refuse(message: string): Response {
  return bare(`${JSON.stringify({ Error: message })}\n`, 400);
}

async function send(c: MailContext): Promise<Response> {
  let json: unknown;
  try {
    json = JSON.parse(await c.req.text());
  } catch (error) {
    return refuse((error as Error).message.slice(0, 200));
  }
  const parsed = sendBody.safeParse(json);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join(".") || "body";
    return refuse(`json: cannot unmarshal value into Go struct field .${field.slice(0, 80)}`);
  }
  const { From, Subject = "", Text = "", ...body } = parsed.data;
  const recipients = {
    To: (body.To ?? []).map(({ Email }) => Email ?? ""),
    Cc: (body.Cc ?? []).map(({ Email }) => Email ?? ""),
    Bcc: body.Bcc ?? [],
  };
  for (const [field, addresses] of Object.entries(recipients)) {
    const wrong = addresses.find((address) => parseAddress(address) === undefined);
    if (wrong !== undefined) return refuse(`invalid ${field} address: ${wrong.slice(0, 320)}`);
  }
  const problem = !From?.Email
    ? "from not set"
    : Object.values(recipients).every((addresses) => addresses.length === 0)
    ? "no recipients (to, cc, bcc) set"
    : undefined;
  if (problem !== undefined) return refuse(`error building message: ${problem}`);
  const row = messageRow({
    ...c.env,
    label: `${c.env.now()}/${c.env.rows.position}`,
    from: From?.Email ?? "",
    fromName: From?.Name ?? "",
    to: recipients.To,
    cc: recipients.Cc,
    bcc: recipients.Bcc,
    subject: Subject,
    text: Text,
    tags: body.Tags ?? [],
    created: c.env.now(),
    read: false,
  });
  c.env.rows.put("mailpit.messages", String(row.id), row);
  return c.json({ ID: row.id });
}

async function deleteMessages(c: MailContext): Promise<Response> {
  const parsed = z.object({ IDs: z.array(z.string()).nullish() }).safeParse(
    await c.req.json().catch(() => ({})),
  );
  const ids = parsed.success ? parsed.data.IDs ?? [] : [];
  const all = [...c.env.rows.all("mailpit.messages")].map(([id]) => id);
  // Without ids the whole mailbox goes, as in the service.
  for (const id of ids.length === 0 ? all : ids) c.env.rows.delete("mailpit.messages", id);
  return ok();
}
