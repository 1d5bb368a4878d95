import assert from "node:assert/strict";
import { tallyLine, tallyOf } from "./tally.ts";

/** What `deno test` prints for these files. */
async function run(files: Record<string, string>): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "argus-tally-" });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-config", "--no-lock"],
      cwd: folder,
      stdout: "piped",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("tallyOf() counts tests, not their steps, as deno test does", async () => {
  const output = await run({
    "a_test.ts": `Deno.test("a", async (t) => { await t.step("s", () => {}); });
Deno.test("b", async (t) => { await t.step("s", () => { throw new Error("no"); }); });
Deno.test("c", () => { console.log("ok | 99 passed | 0 failed (1s)"); });
Deno.test.ignore("d", () => {});`,
  });
  assert.deepEqual(tallyOf(output), { passed: 2, failed: 1, skipped: 1 });
});

Deno.test("tallyOf() counts a file that fails as a whole", async () => {
  const output = await run({
    "a_test.ts": `Deno.test("a", () => {});`,
    "b_test.ts": `Deno.test("b", () => {}); throw new Error("no");`,
  });
  assert.deepEqual(tallyOf(output), { passed: 1, failed: 1, skipped: 0 });
});

Deno.test("tallyOf() finds nothing where the tests did not run", async () => {
  assert.equal(tallyOf(await run({ "a_test.ts": `const x: string = 1;` })), undefined);
  assert.equal(tallyOf(""), undefined);
});

Deno.test("tallyOf() reads a summary in colour", () => {
  const output = "\x1b[32mok\x1b[0m | 3 passed | 0 failed \x1b[90m(1s)\x1b[0m\n";
  assert.deepEqual(tallyOf(output), { passed: 3, failed: 0, skipped: 0 });
});

Deno.test("tallyLine() names skipped tests only where there are some", () => {
  assert.equal(tallyLine({ passed: 3, failed: 0, skipped: 0 }), "3 passed, 0 failed");
  assert.equal(tallyLine({ passed: 0, failed: 1, skipped: 2 }), "0 passed, 1 failed, 2 skipped");
});
