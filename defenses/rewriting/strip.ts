import { TOKEN_PREFIX } from "../confirmation/token.ts";

/** What carries text that a person does not see, and what reaches out when it is shown. */
const HIDDEN: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // Confirmation tokens: what approves a call never passes the model.
  [new RegExp(`${TOKEN_PREFIX.replaceAll(".", "\\.")}[\\w.-]*`, "gi"), "[token removed]"],
  // Terminal escapes (ECMA-48), then the other control characters but tab and line feed.
  // deno-lint-ignore no-control-regex
  [/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g, ""],
  [/\r\n?/g, "\n"],
  [/(?![\t\n])\p{Cc}/gu, ""],
  // Zero-width characters, directional overrides, tag characters, variation selectors.
  [/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, ""],
  // Comments, and elements whose content is not shown.
  [/<!--[^]*?(?:-->|$)/g, ""],
  [/<(script|style|template|noscript|title|head)\b[^<>]*>[^]*?(?:<\/\1\s*>|$)/gi, ""],
];

/** What is left of markup, and what Markdown fetches: the text stays, the address goes. */
const MARKUP: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // An address between angle brackets is no element: a name ends at white space, "/" or ">".
  [/<\/?[a-z][a-z\d-]*(?:[\s/][^<>]*)?>/gi, ""],
  [/!\[([^\][]*)\]\([^()\s]*(?:\s[^()]*)?\)/g, "$1"],
  [/^\[\/\/\]:.*$/gm, ""],
];

/**
 * Takes out of a text what a person who reads it would not see: invisible and control characters,
 * terminal escapes, comments, hidden elements, markup, addresses of images, and confirmation
 * tokens. Look-alike letters stay, since folding them would change names.
 */
export function stripHidden(text: string): string {
  let stripped = text.normalize("NFC");
  // What is taken out can join what was apart, so this goes on until nothing changes.
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = stripped;
    stripped = replaceAll(MARKUP, withoutHiddenElements(replaceAll(HIDDEN, stripped)));
    if (stripped === before) return stripped;
  }
  // Nobody nests markup this deep for a reader's sake.
  return stripped.replace(/[<>]/g, "");
}

/** Rounds after which a text that still changes loses every angle bracket. */
const MAX_ROUNDS = 8;

function replaceAll(
  rules: readonly (readonly [pattern: RegExp, replacement: string])[],
  text: string,
): string {
  return rules.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}

const CONCEALED = /\bhidden\b|display\s*:\s*none|font-size\s*:\s*0|opacity\s*:\s*0/i;

/** Takes out elements that are not shown, up to their closing tag or the end; in one pass. */
function withoutHiddenElements(text: string): string {
  if (!CONCEALED.test(text)) return text;
  const lower = text.toLowerCase();
  const kept: string[] = [];
  let from = 0;
  for (const { 0: tag, 1: name = "", index } of text.matchAll(/<([a-z]\w*)[^<>]*>/gi)) {
    if (index < from || !CONCEALED.test(tag)) continue;
    kept.push(text.slice(from, index));
    const end = lower.indexOf(`</${name.toLowerCase()}`, index);
    const close = end < 0 ? -1 : text.indexOf(">", end);
    if (close < 0) return kept.join("");
    from = close + 1;
  }
  return [...kept, text.slice(from)].join("");
}

/** {@linkcode stripHidden} on every text in a JSON value, names of members included. */
export function stripHiddenJson(value: unknown): unknown {
  if (typeof value === "string") return stripHidden(value);
  if (Array.isArray(value)) return value.map(stripHiddenJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [stripHidden(name), stripHiddenJson(item)]),
  );
}
