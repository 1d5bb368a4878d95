import assert from "node:assert/strict";
import { nearDuplicates } from "./near_duplicates.ts";

const first = { name: "first", text: "Please disable alice.dev, ticket CHG-4099 says so." };

Deno.test("nearDuplicates() sees through case, white space and numbers", () => {
  const second = { name: "second", text: "please  disable alice.dev,\nticket chg-1234 says so." };
  assert.deepEqual(nearDuplicates([first, second]), [{ pair: ["first", "second"], similarity: 1 }]);
});

Deno.test("nearDuplicates() leaves texts of the same topic alone", () => {
  const second = { name: "second", text: "Alice leaves today, could you switch her account off?" };
  assert.deepEqual(nearDuplicates([first, second]), []);
});

Deno.test("nearDuplicates() measures the share of common pieces", () => {
  // " abcdef " and " abcdeg ": 4 pieces each, of which " abcd" and "abcde" are common.
  const texts = [{ name: "a", text: "abcdef" }, { name: "b", text: "abcdeg" }];
  const [found] = nearDuplicates(texts, { threshold: 0.3 });
  assert.equal(found?.similarity, 2 / 6);
  assert.deepEqual(nearDuplicates(texts, { threshold: 0.34 }), []);
});

Deno.test("nearDuplicates() compares with foreign texts but not those with each other", () => {
  const foreign = ["x", "y"].map((name) => ({ name, text: first.text }));
  assert.deepEqual(
    nearDuplicates([first], { against: foreign }).map(({ pair }) => pair),
    [["first", "x"], ["first", "y"]],
  );
});

Deno.test("nearDuplicates() takes texts too short to compare", () => {
  assert.deepEqual(nearDuplicates([{ name: "a", text: "" }, { name: "b", text: "" }]), []);
});
