import { CAPITALS, CONFUSABLES } from "./_confusables.ts";

/** Layers of escapes that are taken off; text with more is refused rather than guessed at. */
const MAX_LAYERS = 8;

/** The readings of a text that a service further down might take. */
export interface Readings {
  /** Every distinct reading, folded: as given, and with each layer of escapes taken off. */
  texts: string[];
  /** Whether escapes were left after the last layer. */
  tooDeep: boolean;
}

/**
 * Reads a text as a lenient service might: percent, HTML and backslash escapes decoded layer by
 * layer, each reading folded by {@linkcode fold}.
 */
export function readings(text: string): Readings {
  const texts = [fold(text)];
  let current = text;
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const next = decodeOnce(current);
    if (next === current) return { texts, tooDeep: false };
    const folded = fold(next);
    if (!texts.includes(folded)) texts.push(folded);
    current = next;
  }
  return { texts, tooDeep: decodeOnce(current) !== current };
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

const NAMED: Readonly<Record<string, string>> = {
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
};

function decodeOnce(text: string): string {
  if (!/[%&\\]/.test(text)) return text;
  return text
    .replace(/(?:%[0-9a-f]{2})+/gi, decodePercent)
    .replace(/%u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(
      /&#x0{0,24}([0-9a-f]{1,6});?/gi,
      (all, hex: string) => character(all, parseInt(hex, 16)),
    )
    .replace(/&#0{0,24}([0-9]{1,7});?/g, (all, digits: string) => character(all, Number(digits)))
    .replace(
      /&([a-z]{2,14});/gi,
      (all, name: string) => NAMED[name] ?? NAMED[name.toLowerCase()] ?? all,
    )
    .replace(
      /\\(?:u\{0{0,24}([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2}))/gi,
      (all, braced?: string, four?: string, two?: string) =>
        character(all, parseInt(braced ?? four ?? two ?? "", 16)),
    );
}

function decodePercent(run: string): string {
  const bytes = Uint8Array.from(run.slice(1).split("%"), (hex) => parseInt(hex, 16));
  return new TextDecoder().decode(bytes);
}

function character(escape: string, code: number): string {
  return code > 0x10ffff || Number.isNaN(code) ? escape : String.fromCodePoint(code);
}
