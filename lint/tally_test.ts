import assert from "node:assert/strict";
import { tallyLine, tallyOf } from "./tally.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="6" failures="2" errors="0" time="0.267">
    <testsuite name="./a_test.ts" tests="5" disabled="1" errors="0" failures="2">
        <testcase name="a" classname="./a_test.ts" time="0.002" line="10" col="6">
            <failure message="1 test step failed">1 test step failed.</failure>
        </testcase>
        <testcase name="x &gt; y" classname="./a_test.ts" time="0.000" line="11" col="6">
        </testcase>
        <testcase name="c" classname="./a_test.ts" time="0.000" line="12" col="6">
            <skipped/>
        </testcase>
        <testcase name="a &gt; s1" classname="./a_test.ts" time="0.000" line="10" col="37">
        </testcase>
        <testcase name="a &gt; s2" classname="./a_test.ts" time="0.001" line="10" col="65">
            <failure message="Uncaught Error: x">Error: x &lt;skipped/&gt;</failure>
        </testcase>
    </testsuite>
    <testsuite name="./README.md#2-5.ts" tests="1" disabled="0" errors="0" failures="0">
        <testcase name="README.md#2-5.ts" classname="./README.md#2-5.ts" time="0.001" line="1" col="6">
        </testcase>
    </testsuite>
</testsuites>`;

Deno.test("tallyOf() counts tests and examples, not the steps of a test", () => {
  assert.deepEqual(tallyOf(REPORT), { passed: 2, failed: 1, skipped: 1 });
});

Deno.test("tallyOf() counts nothing in an empty report", () => {
  assert.deepEqual(tallyOf(""), { passed: 0, failed: 0, skipped: 0 });
});

Deno.test("tallyOf() agrees with the summary that deno test prints", async () => {
  const folder = await Deno.makeTempDir({ prefix: "argus-tally-" });
  try {
    const source = `Deno.test("a", async (t) => { await t.step("s", () => {}); });
Deno.test("b", () => { throw new Error("no"); });
Deno.test("c", () => {});
Deno.test.ignore("d", () => {});`;
    await Deno.writeTextFile(`${folder}/x_test.ts`, source);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-config", "--no-lock", "--junit-path=junit.xml"],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "null",
    }).output();
    const tally = tallyOf(await Deno.readTextFile(`${folder}/junit.xml`));
    assert.deepEqual(tally, { passed: 2, failed: 1, skipped: 1 });
    assert.match(
      new TextDecoder().decode(stdout),
      /2 passed \(1 step\) \| 1 failed \| 1 ignored/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("tallyLine() names skipped tests only where there are some", () => {
  assert.equal(tallyLine({ passed: 3, failed: 0, skipped: 0 }), "3 passed, 0 failed");
  assert.equal(tallyLine({ passed: 0, failed: 1, skipped: 2 }), "0 passed, 1 failed, 2 skipped");
});
