import { isExternal, parseAddress } from "../mailpit/address.ts";
import type { ToolFunction } from "./context.ts";
import { clip, done, list, longText, refused } from "./outcome.ts";
import { guarded } from "./service_error.ts";

/** Mails that a search returns unless it asks for another number, and at most. */
const FOUND = 20;
const MOST = 100;

const mailSearch: ToolFunction = async (args, { mail }) => {
  const limit = Math.min(Math.max(1, (args.limit as number | undefined) ?? FOUND), MOST);
  const { total, mails } = await mail.search(String(args.query), limit);
  const shown = mails.map(({ snippet, to, ...rest }) => ({
    ...rest,
    to: to.join(", "),
    snippet: clip(snippet, 120),
  }));
  return {
    status: "executed",
    result: list("mails", shown, { total }),
    reads: [{ service: "mailpit", entity: "messages", count: mails.length }],
  };
};

const mailGet: ToolFunction = async (args, { mail }) => {
  const { text, to, ...rest } = await mail.get(String(args.id));
  return {
    status: "executed",
    result: longText({ ...rest, to: clip(to.join(", "), 300) }, "text", text),
    reads: [{ service: "mailpit", entity: "messages", count: 1 }],
  };
};

const mailSend: ToolFunction = async (args, { mail }) => {
  const parts = String(args.to).split(/[,;]/).map((part) => part.trim()).filter((part) =>
    part !== ""
  );
  const [subject, text] = [String(args.subject), String(args.body)];
  if (parts.length === 0) return refused("invalid", '"to" must name at least one address');
  if (parts.length > 50) return refused("invalid", '"to" must name at most 50 addresses');
  const to = parts.map((part) => parseAddress(part) ?? part);
  const id = await mail.send({ to, subject, text });
  const sent = done({ ok: true, id, to });
  return to.some(isExternal)
    ? { ...sent, carried: [{ text: `${subject}\n${text}`, to: "external" }] }
    : sent;
};

const mailDelete: ToolFunction = async (args, { mail }) => {
  const id = String(args.id);
  await mail.delete(id);
  return done({ ok: true, deleted: id });
};

/** The tools that work on mail. */
export const MAIL_TOOLS: Readonly<Record<string, ToolFunction>> = guarded({
  mail_search: mailSearch,
  mail_get: mailGet,
  mail_send: mailSend,
  mail_delete: mailDelete,
});
