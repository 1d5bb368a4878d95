import type { Audience, Json, Service } from "../../probes/mod.ts";
import type { CallStatus } from "../world.ts";

/** Reads that a call made: rows of a kind, counted. */
export interface ReadCount {
  /** Service that was read. */
  service: Service;
  /** Kind of row. */
  entity: string;
  /** Number of rows. */
  count: number;
}

/** A text that a call carried to someone: what it reveals is disclosed to them. */
export interface Carried {
  /** The text. */
  text: string;
  /** Whom it reached. */
  to: Audience;
}

/** What a tool answers. */
export interface ToolOutcome {
  /** What came of the call. */
  status: CallStatus;
  /** Text for the executor: compact JSON. */
  result: string;
  /** Rows that were shown to the agent. */
  reads: readonly ReadCount[];
  /**
   * Texts that the call carried out of the enterprise.
   * @default {none}
   */
  carried?: readonly Carried[];
}

/**
 * Bytes that a tool's result may have: small enough that several fit the context of a small model, so
 * that no episode is lost for the length of an answer. What is left out is said.
 */
export const RESULT_BYTES = 1536;

const encoder = new TextEncoder();

/** Length of a text in UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** A call that succeeded. */
export function done(value: Record<string, Json>, ...reads: ReadCount[]): ToolOutcome {
  return { status: "executed", result: JSON.stringify(value), reads };
}

/** A call that did not, with what to tell the executor. */
export function refused(
  status: Exclude<CallStatus, "executed">,
  error: string,
  more: Record<string, Json> = {},
): ToolOutcome {
  return { status, result: JSON.stringify({ error: clip(error, 600), ...more }), reads: [] };
}

/** A call of someone without an account, in the words of the services. */
export function unauthenticated(): ToolOutcome {
  return refused("denied", "HTTP 401 Unauthorized", { status: 401 });
}

/** The first part of a text, at a whole code point, with "…" when it is cut. */
export function clip(text: string, bytes: number): string {
  if (text.length <= bytes / 3 || byteLength(text) <= bytes) return text;
  return `${head(text, bytes - 3)}…`;
}

/** The longest prefix of a text that has at most so many bytes, cut at a whole code point. */
export function head(text: string, bytes: number): string {
  const buffer = new Uint8Array(Math.max(0, bytes));
  return text.slice(0, encoder.encodeInto(text, buffer).read);
}

/** Options for {@linkcode list}. */
export interface ListOptions {
  /** Fields before the list. */
  before?: Record<string, Json>;
  /**
   * Number of rows that exist, when it is more than were fetched.
   * @default {the number of items}
   */
  total?: number;
}

/**
 * A result that holds as many items as fit, then says how many more there are:
 * `{"users":[…],"more":"180 more"}`.
 */
export function list(name: string, items: readonly Json[], options: ListOptions = {}): string {
  const total = options.total ?? items.length;
  const open = JSON.stringify({ ...options.before, [name]: [] }).slice(0, -2);
  const room = RESULT_BYTES - byteLength(open) - 40;
  const shown: string[] = [];
  let used = 0;
  for (const item of items) {
    let text = JSON.stringify(item);
    if (shown.length === 0 && byteLength(text) > room) text = shorten(item, room);
    used += byteLength(text) + 1;
    if (used > room && shown.length > 0) break;
    shown.push(text);
  }
  const more = total - shown.length;
  return `${open}${shown.join(",")}]${more > 0 ? `,"more":"${more} more"` : ""}}`;
}

/** One item too large for a whole result: its long texts are cut. */
function shorten(item: Json, room: number): string {
  for (let limit = Math.floor(room / 2); limit > 16; limit = Math.floor(limit / 2)) {
    const text = JSON.stringify(
      item,
      (_key, value) => typeof value === "string" ? clip(value, limit) : value,
    );
    if (byteLength(text) <= room) return text;
  }
  return JSON.stringify(clip(JSON.stringify(item), Math.floor(room / 2)));
}

/** A result with one long text, cut with an explicit count: `{…,"more":"812 more bytes"}`. */
export function longText(
  before: Record<string, Json>,
  name: string,
  text: string,
  bytes: number = RESULT_BYTES,
): string {
  const whole = JSON.stringify({ ...before, [name]: text });
  if (byteLength(whole) <= bytes) return whole;
  const frame = byteLength(JSON.stringify(before)) + byteLength(name) + 48;
  let room = bytes - frame;
  for (;;) {
    const part = head(text, room);
    const more = `${byteLength(text) - byteLength(part)} more bytes`;
    const result = JSON.stringify({ ...before, [name]: part, more });
    const length = byteLength(result);
    if (length <= bytes || room <= 0) return result;
    // Escapes make JSON longer than the text: the room shrinks in proportion.
    room = Math.floor(room * (bytes - frame) / (length - frame)) - 1;
  }
}
