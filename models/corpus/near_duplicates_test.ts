import assert from "node:assert/strict";
import { ACTS } from "./case.ts";
import { catalogTexts, NEAR_DUPLICATE, nearDuplicates } from "./near_duplicates.ts";
import { trainingRequests } from "./training_requests.ts";

const PROBES = new URL("../../probes/", import.meta.url);

Deno.test("nearDuplicates() finds a request whose names alone were changed", () => {
  const text = "Please disable {u}{in} and end all sessions of the account.";
  const same = {
    source: "a",
    text: "please disable zoe.k in realm lab-1 and end all sessions of the account",
  };
  const other = { source: "b", text: "Which tickets did the service desk close in March?" };
  const found = nearDuplicates([text], [same, other]);
  assert.deepEqual(found.map(({ source }) => source), ["a"]);
  assert.ok((found[0]?.similarity ?? 0) > 0.8);
});

Deno.test("catalogTexts() reads the user turns of a probe file", () => {
  const line = JSON.stringify({
    id: "s/f/t/01",
    messages: [{ role: "user", content: "one" }, { role: "assistant", content: "no" }],
  });
  assert.deepEqual(catalogTexts(`${line}\n\n`), [{ source: "s/f/t/01", text: "one" }]);
});

Deno.test("no idea of the corpus is worded like a probe of a catalog", async () => {
  const texts = trainingRequests();
  assert.ok(texts.length > 150 && ACTS.length > 20);
  const found: string[] = [];
  for await (const suite of Deno.readDir(PROBES)) {
    if (!suite.isDirectory) continue;
    for await (const { name } of Deno.readDir(new URL(`${suite.name}/`, PROBES))) {
      if (!name.endsWith(".jsonl")) continue;
      const jsonl = await Deno.readTextFile(new URL(`${suite.name}/${name}`, PROBES));
      for (const pair of nearDuplicates(texts, catalogTexts(jsonl))) {
        found.push(`"${pair.text}" is ${pair.similarity.toFixed(2)} like ${pair.source}`);
      }
    }
  }
  assert.deepEqual(found, [], `reword ideas with a similarity of ${NEAR_DUPLICATE} or more`);
});
