import { CAPITALS, CONFUSABLES } from "./confusables.ts";

/** Most readings of one text; text with more is refused rather than guessed at. */
const MAX_READINGS = 128;
/** Characters that the readings of one text may have together, beyond four times its own. */
const READING_BUDGET = 65_536;

/** The readings of a text that a service further down might take. */
export interface Readings {
  /** Every distinct reading, folded: as given, and with layers of escapes taken off. */
  texts: string[];
  /** Whether there are more readings than are looked at. */
  tooDeep: boolean;
}

/**
 * Reads a text as a lenient service might: percent, HTML and backslash escapes taken off one layer
 * at a time, in every order, since nothing tells which was put on last; each reading folded by
 * {@linkcode fold}. Each layer makes the text shorter, so this ends.
 */
export function readings(text: string): Readings {
  const seen = new Set([text]);
  const texts = new Set<string>();
  let budget = 4 * text.length + READING_BUDGET;
  for (const reading of seen) {
    budget -= reading.length;
    if (seen.size > MAX_READINGS || budget < 0) return { texts: [...texts], tooDeep: true };
    texts.add(fold(reading));
    for (const next of decodings(reading)) seen.add(next);
  }
  return { texts: [...texts], tooDeep: false };
}

/** Longest folded text that may be an identifier; an e-mail address has at most 254 characters. */
export const MAX_IDENTIFIER = 320;

/**
 * A folded text as it reads without white space and stray backslashes, which mixed layers of
 * escapes leave behind; undefined when that changes nothing or the text is no identifier.
 */
export function squeeze(folded: string): string | undefined {
  if (folded.length > 8 * MAX_IDENTIFIER) return undefined;
  const squeezed = folded.replace(/[\s\\]+/g, "");
  return squeezed === folded || squeezed.length > MAX_IDENTIFIER ? undefined : squeezed;
}

/**
 * Folds look-alikes into ASCII: compatibility forms (NFKC), marks, invisible characters, letters
 * of other scripts that look Latin (Unicode TR39), case.
 */
export function fold(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKD")
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}\p{M}]|(?![\t\n\r])\p{Cc}/gu, "")
    .replace(/[ΗΝΜΥΒΖ]/g, (capital) => CAPITALS.get(capital) ?? capital)
    .toLowerCase()
    .replace(/[^ -~]/gu, (character) => CONFUSABLES.get(character) ?? character)
    .normalize("NFKC")
    .toLowerCase();
}

const NAMED: ReadonlyMap<string, string> = new Map(Object.entries({
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  period: ".",
  lowbar: "_",
  UnderBar: "_",
  hyphen: "-",
  dash: "-",
  commat: "@",
  sol: "/",
  bsol: "\\",
  percnt: "%",
  num: "#",
  semi: ";",
  shy: "",
  zwj: "",
  zwnj: "",
  ZeroWidthSpace: "",
  NoBreak: "",
}));

/**
 * The texts that one layer less may give. What is read leniently comes only when nothing else is
 * left: an entity without its semicolon, or bytes that are no UTF-8, may be one half of an escape
 * whose other half is escaped once more.
 */
function decodings(text: string): string[] {
  if (!/[%&\\]/.test(text)) return [];
  const strict = [fromPercent(text), fromHtml(text), fromBackslash(text)];
  const changed = strict.filter((decoded) => decoded !== text);
  if (changed.length > 0) return changed;
  return [
    text
      .replace(PERCENT_RUN, (run) => LATIN.decode(bytesOf(run)))
      .replace(/&#x([0-9a-f]+)/gi, (all, hex: string) => character(all, hex, 16))
      .replace(/&#([0-9]+)/g, (all, digits: string) => character(all, digits, 10)),
  ];
}

function fromPercent(text: string): string {
  return text
    .replace(PERCENT_RUN, decodePercent)
    .replace(/%u([0-9a-f]{4})/gi, (all, hex: string) => character(all, hex, 16));
}

function fromHtml(text: string): string {
  return text
    .replace(/&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]{2,14}));/gi, (
      all,
      hex: string | undefined,
      digits: string | undefined,
      name: string | undefined,
    ) => {
      if (hex !== undefined) return character(all, hex, 16);
      return digits === undefined ? NAMED.get(name ?? "") ?? all : character(all, digits, 10);
    });
}

function fromBackslash(text: string): string {
  return text.replace(
    /\\(?:([\\"'/])|u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2}))/gi,
    (all, sign?: string, braced?: string, four?: string, two?: string) =>
      sign ?? character(all, braced ?? four ?? two ?? "", 16),
  );
}

const LATIN = new TextDecoder("windows-1252");

const PERCENT_RUN = /(?:%[0-9a-f]{2})+/gi;

/** Decodes what is UTF-8 in a run of percent escapes and leaves the other bytes escaped. */
function decodePercent(run: string): string {
  const bytes = bytesOf(run);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at] ?? 0);
    const code = codePoint(bytes, at, length);
    parts.push(code === undefined ? run.slice(3 * at, 3 * at + 3) : String.fromCodePoint(code));
    at += code === undefined ? 1 : length;
  }
  return parts.join("");
}

/** The code point of a UTF-8 sequence (RFC 3629), or undefined when the bytes are none. */
function codePoint(bytes: Uint8Array, at: number, length: number): number | undefined {
  const first = bytes[at] ?? 0;
  if (length === 1) return first < 0x80 ? first : undefined;
  let code = first & (0xff >> (length + 1));
  for (let offset = 1; offset < length; offset++) {
    const next = bytes[at + offset] ?? 0;
    if ((next & 0xc0) !== 0x80) return undefined;
    code = code << 6 | next & 0x3f;
  }
  const least = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return code < least || code > 0x10ffff || isSurrogate ? undefined : code;
}

function sequenceLength(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

function bytesOf(run: string): Uint8Array {
  return Uint8Array.from(run.slice(1).split("%"), (hex) => parseInt(hex, 16));
}

function character(escape: string, digits: string, base: number): string {
  const code = parseInt(digits, base);
  return code > 0x10ffff || Number.isNaN(code) ? escape : String.fromCodePoint(code);
}
