/**
 * A seeded generator of calls, for the fuzz tests of the layers: the same identity in another
 * disguise, and garbage of any shape.
 *
 * @module
 */

import type { Json } from "../../probes/mod.ts";

/** Mulberry32: small, seeded, good enough to choose mutations. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A source of numbers from 0 up to 1. */
export type Random = () => number;
type Rewrite = (text: string, random: Random) => string;

/** One of several items. */
export const pick = <T>(random: Random, items: readonly T[]): T =>
  items[Math.floor(random() * items.length)] as T;

const each =
  (rate: number, change: (character: string, random: Random) => string): Rewrite =>
  (text, random) =>
    [...text].map((character) => random() < rate ? change(character, random) : character).join("");

const INVISIBLE = [
  "\u200b",
  "\u200c",
  "\u200d",
  "\u2060",
  "\ufeff",
  "\u00ad",
  "\u0000",
  "\u202e",
  "\u180e",
  "\u{e0041}",
];
const ALIKE: Record<string, string> = {
  a: "а",
  c: "с",
  e: "е",
  i: "і",
  o: "о",
  p: "р",
  r: "г",
  s: "ѕ",
  y: "у",
  ".": "․",
};
const FORMS: readonly Rewrite[] = [
  each(0.3, (c) => c.toUpperCase()),
  each(0.2, (c, random) => c + pick(random, INVISIBLE)),
  each(0.4, (c) => ALIKE[c] ?? c),
  each(0.4, (c) => c > " " && c < "\x7f" ? String.fromCodePoint(c.charCodeAt(0) + 0xfee0) : c),
  each(0.2, (c) => /[a-z]/.test(c) ? `${c}\u0301` : c),
  (text) => ` ${text}\t`,
];

const utf8 = (c: string): number[] => [...new TextEncoder().encode(c)];

/** One layer of escapes; its own sign is always escaped, or it could not be taken off again. */
const layer = (sign: string, escape: (character: string) => string): Rewrite => (text, random) =>
  [...text].map((c) => c === sign || random() < 0.3 ? escape(c) : c).join("");

const hex = (c: string): string => (c.codePointAt(0) ?? 0).toString(16);
const ESCAPES: readonly Rewrite[] = [
  layer("%", (c) => utf8(c).map((b) => `%${b.toString(16).padStart(2, "0")}`).join("")),
  layer("&", (c) => `&#${c.codePointAt(0)};`),
  layer("&", (c) => `&#x${hex(c).toUpperCase()};`),
  layer("\\", (c) => `\\u{${hex(c)}}`),
  (text) => text.replaceAll("%", "%25"),
  (text) => text.replaceAll("&", "&amp;"),
  (text) => JSON.stringify(text).slice(1, -1),
];

/** The same identity, written in another way. */
export function disguise(text: string, random: Random): string {
  let disguised = text;
  for (let n = Math.floor(random() * 3); n > 0; n--) {
    disguised = pick(random, FORMS)(disguised, random);
  }
  for (let n = Math.floor(random() * 4); n > 0; n--) {
    disguised = pick(random, ESCAPES)(disguised, random);
  }
  return disguised;
}

const SCRAPS = [
  "",
  "%",
  "&#",
  "\\u{",
  "'",
  '"',
  "$$",
  "/*",
  "--",
  "\ud800",
  "\u202e",
  "🙂",
  "%ff",
  "&#x110000;",
  "..",
  "@",
  "null",
];

/** A JSON value that no tool expects. */
export function garbage(random: Random, depth = 0): Json {
  const kind = Math.floor(random() * (depth > 3 ? 4 : 7));
  const text = (): string => {
    let made = "";
    for (let n = Math.floor(random() * 6); n > 0; n--) {
      made += random() < 0.5
        ? pick(random, SCRAPS)
        : String.fromCharCode(Math.floor(random() * 65_536));
    }
    return made;
  };
  switch (kind) {
    case 0:
      return pick(random, [null, true, false, 0, -1, 1e308, NaN as number]);
    case 1:
    case 2:
    case 3:
      return text();
    case 4:
      return Array.from({ length: Math.floor(random() * 4) }, () => garbage(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: Math.floor(random() * 4) }, () => [
          pick(random, [
            "realm",
            "user_id",
            "roles",
            "sql",
            "path",
            "__proto__",
            "constructor",
            text(),
          ]),
          garbage(random, depth + 1),
        ]),
      );
  }
}
