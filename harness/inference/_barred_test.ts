import { deepEqual } from "node:assert/strict";
import { findBarred } from "./_barred.ts";

Deno.test("findBarred() finds every occurrence, nested and overlapping ones too", () => {
  const barred = ["<|a|>", "<|a", "|>x", "aa"];
  const places = (text: string): string[] =>
    findBarred(text, barred).map(({ start, end }) => `${start}:${text.slice(start, end)}`).sort();
  deepEqual(places("<|a|>x"), ["0:<|a", "0:<|a|>", "3:|>x"]);
  deepEqual(places("aaa"), ["0:aa", "1:aa"]);
  deepEqual(places("<|b|> a"), []);
  deepEqual(places(""), []);
  deepEqual(findBarred("anything", []), []);
});
