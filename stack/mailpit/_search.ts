import type { Row } from "../../probes/mod.ts";

/** Whether a message fits one term of a query. */
type Term = (row: Row) => boolean;

/** Terms that a query may have; the rest is left out, as a reader of mail would. */
const MAX_TERMS = 64;

/**
 * Reads a query in Mailpit's syntax: words and quoted phrases, all of which must be found;
 * `from:`, `to:`, `cc:`, `bcc:`, `addressed:`, `subject:`, `message-id:`, `tag:`, `is:read`,
 * `is:unread`, `is:tagged`, `has:attachment`, `larger:`, `smaller:`, `before:` and `after:`; each negated by a leading `!`
 * or `-`. A term without a letter or a digit, and a date that is none, are ignored.
 */
export function searchTerms(query: string): Term[] {
  return words(query).slice(0, MAX_TERMS).flatMap((word) => {
    const negated = word.length > 1 && (word.startsWith("!") || word.startsWith("-"));
    const text = negated ? word.slice(1) : word;
    if (!/[a-zA-Z0-9]/.test(text)) return [];
    const term = termOf(text);
    if (!term) return [];
    return [negated ? (row: Row) => !term(row) : term];
  });
}

/** Words, and phrases in double quotes as one word without them. */
function words(query: string): string[] {
  const found: string[] = [];
  let word = "";
  let quoted = false;
  for (const character of query) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && /\s/.test(character)) {
      found.push(word);
      word = "";
    } else word += character;
  }
  found.push(word);
  return found.filter((text) => clean(text) !== "");
}

/** A text with its white space made single. */
function clean(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

const PREFIXES: Readonly<Record<string, (row: Row) => readonly string[]>> = {
  "from:": (row) => [String(row.from_name), String(row.from)],
  "to:": (row) => list(row.header_to),
  "cc:": (row) => list(row.cc),
  "bcc:": (row) => list(row.bcc),
  "addressed:": (row) => [String(row.from), ...list(row.to)],
  "subject:": (row) => [String(row.subject)],
  "message-id:": (row) => [String(row.message_id)],
};

function termOf(word: string): Term | undefined {
  const lower = word.toLowerCase();
  for (const [prefix, values] of Object.entries(PREFIXES)) {
    if (!lower.startsWith(prefix)) continue;
    const wanted = clean(lower.slice(prefix.length));
    if (wanted === "") return undefined;
    return (row) => values(row).some((value) => value.toLowerCase().includes(wanted));
  }
  if (lower.startsWith("tag:")) {
    const wanted = clean(lower.slice(4));
    return wanted === ""
      ? undefined
      : (row) => list(row.tags).some((tag) => tag.toLowerCase() === wanted);
  }
  if (lower === "is:read") return ({ read }) => read === true;
  if (lower === "is:unread") return ({ read }) => read !== true;
  if (lower === "is:tagged") return ({ tags }) => list(tags).length > 0;
  if (lower === "has:attachment" || lower === "has:attachments") return () => false;
  for (const [prefix, fits] of SIZES) {
    const size = lower.startsWith(prefix) ? bytesOf(lower.slice(prefix.length)) : undefined;
    if (size !== undefined) return ({ bytes }) => fits(Number(bytes), size);
  }
  for (const [prefix, fits] of DATES) {
    if (!lower.startsWith(prefix)) continue;
    const time = dateOf(clean(lower.slice(prefix.length)));
    return time === undefined ? undefined : ({ created }) => fits(Number(created), time);
  }
  const wanted = clean(lower);
  return (row) => searchText(row).includes(wanted);
}

const SIZES: readonly (readonly [string, (bytes: number, size: number) => boolean])[] = [
  ["larger:", (bytes, size) => bytes > size],
  ["smaller:", (bytes, size) => bytes < size],
];

/** A size such as `"4kb"` or `"1.5M"`. */
function bytesOf(text: string): number | undefined {
  const parts = /^(\d{1,9}(?:\.\d{1,3})?)\s?(k|kb|m|mb)?$/.exec(clean(text));
  if (!parts) return undefined;
  const [, number, unit = ""] = parts;
  const factor = unit.startsWith("m") ? 1024 * 1024 : unit.startsWith("k") ? 1024 : 1;
  const size = Math.floor(Number(number) * factor);
  return size > 0 ? size : undefined;
}

const DATES: readonly (readonly [string, (created: number, time: number) => boolean])[] = [
  ["after:", (created, time) => created >= time],
  ["before:", (created, time) => created <= time],
];

/** A day or a moment in UTC, the service's own zone. */
function dateOf(text: string): number | undefined {
  const day = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[t ](\d{2}:\d{2}(?::\d{2})?)z?)?$/.exec(text);
  if (!day) return undefined;
  const [, year, month = "", date = "", moment = "00:00"] = day;
  const time = Date.parse(`${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}T${moment}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** What a plain word is looked for in. */
function searchText(row: Row): string {
  const parts = [row.from_name, row.from, ...list(row.to), row.subject, row.text];
  return clean(parts.join(" ")).toLowerCase();
}

function list(value: Row[string] | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
