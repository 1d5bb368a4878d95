import assert from "node:assert/strict";
import { deleteSecrets, ensureSecrets, readSecrets } from "./secrets.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir({ prefix: "argus-secrets-" });
  try {
    await test(`${parent}/stack`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("ensureSecrets() makes passwords once, and only those that are missing", async () => {
  await inFolder(async (folder) => {
    assert.equal(await readSecrets(folder), undefined);
    const first = await ensureSecrets(folder, ["a", "b", "a"]);
    assert.deepEqual(Object.keys(first), ["a", "b"]);
    assert.match(first.a ?? "", /^[\w-]{32}$/);
    assert.notEqual(first.a, first.b);
    const second = await ensureSecrets(folder, ["b", "c"]);
    assert.deepEqual({ ...first, c: second.c }, second);
    assert.deepEqual(await readSecrets(folder), second);
  });
});

Deno.test("ensureSecrets() leaves one file, which only its owner can read", async () => {
  await inFolder(async (folder) => {
    await ensureSecrets(folder, ["a"]);
    await ensureSecrets(folder, ["b"]);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["secrets.json"]);
    assert.equal((Deno.statSync(`${folder}/secrets.json`).mode ?? 0) & 0o777, 0o600);
    assert.equal((Deno.statSync(folder).mode ?? 0) & 0o777, 0o700);
  });
});

Deno.test("readSecrets() says what to do with a damaged file", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(folder);
    for (const text of ["", "{", "[]", "null", `{"a": 1}`, `{"a": "short"}`]) {
      await Deno.writeTextFile(`${folder}/secrets.json`, text);
      await assert.rejects(readSecrets(folder), { name: "SyntaxError", message: /are damaged: / });
    }
  });
});

Deno.test("deleteSecrets() deletes them, and does no harm when there are none", async () => {
  await inFolder(async (folder) => {
    await ensureSecrets(folder, ["a"]);
    await deleteSecrets(folder);
    await deleteSecrets(folder);
    assert.equal(await readSecrets(folder), undefined);
  });
});
