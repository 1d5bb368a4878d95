import type { Row } from "../../probes/mod.ts";
import { seededUuid } from "../seed/random.ts";
import { isExternal, parseAddress } from "./address.ts";

/** What a message's row is made from. */
export interface MessageParts {
  /** Seed of the world. */
  seed: number;
  /** What its identifier depends on. */
  label: string;
  /** Address of the sender. */
  from: string;
  /** Name of the sender. */
  fromName: string;
  /** Addresses of the recipients. */
  to: readonly string[];
  cc: readonly string[];
  bcc: readonly string[];
  subject: string;
  text: string;
  tags: readonly string[];
  /** Milliseconds since the epoch. */
  created: number;
  read: boolean;
}

/** The row of a message. */
export function messageRow(parts: MessageParts): Row {
  const { seed, label, from, fromName, subject, text, tags, created, read } = parts;
  const bare = (addresses: readonly string[]): string[] =>
    addresses.map((address) => parseAddress(address) ?? address);
  const [header_to, cc, bcc] = [bare(parts.to), bare(parts.cc), bare(parts.bcc)];
  const to = [...header_to, ...cc, ...bcc].map((address) => address.toLowerCase());
  const uuid = seededUuid(seed, `mail/${label}`);
  return {
    id: shortId(uuid),
    message_id: `${uuid}@mailpit`,
    from,
    from_name: fromName,
    to,
    header_to,
    cc,
    bcc,
    subject,
    text,
    tags: [...tags],
    created,
    read,
    bytes: new TextEncoder().encode(`${from}${to}${subject}${text}`).length + 320,
    external: to.some(isExternal),
  };
}

const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** A UUID in the 22 characters in which Mailpit writes it. */
function shortId(uuid: string): string {
  let number = BigInt(`0x${uuid.replaceAll("-", "")}`);
  let text = "";
  while (text.length < 22) {
    text = ALPHABET.charAt(Number(number % 57n)) + text;
    number /= 57n;
  }
  return text;
}
