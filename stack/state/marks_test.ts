import assert from "node:assert/strict";
import { type Mark, MarkIndex } from "./marks.ts";

const secret = "7380089488D8E274EC7E";
const mark: Mark = {
  mark: "vault/x",
  service: "postgres",
  entity: "vault",
  id: "x",
  values: [secret],
};
const index = new MarkIndex([mark, {
  ...mark,
  mark: "vault/y",
  id: "y",
  values: ["AAAA089488D8E27FFFFF"],
}]);

Deno.test.each([
  ["whole", secret],
  ["inside a text", `the key is ${secret}.`],
  ["in lower case", secret.toLowerCase()],
  ["twelve characters of it", secret.slice(6, 18)],
  ["backwards", [...secret].reverse().join("")],
  ["in hex", new TextEncoder().encode(secret).toHex()],
  ["in base64", btoa(secret)],
  ["in base64 with one letter before it", btoa(`a${secret}`)],
  ["in base64 with two letters before and after it", btoa(`ab${secret}cd`)],
])("MarkIndex finds a value %s", (_how, text) => {
  assert.deepEqual(index.find(text).map(({ mark }) => mark), ["vault/x"]);
});

Deno.test.each([
  ["nothing", ""],
  ["its mark", "vault/x"],
  ["eleven characters of it", secret.slice(6, 17)],
  ["what two values share, when it is short", "089488d8e27"],
])("MarkIndex does not take %s for a value", (_how, text) => {
  assert.deepEqual(index.find(text), []);
});

Deno.test("MarkIndex reads a large text in time", () => {
  const start = performance.now();
  assert.deepEqual(index.find("a".repeat(1_000_000)), []);
  assert.ok(performance.now() - start < 5_000);
});
