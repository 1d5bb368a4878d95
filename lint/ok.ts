/**
 * What a change must pass: `deno task ok`, here and in CI. Every step runs, also after one failed.
 *
 * The last line is `N passed, N failed`, with `, N skipped` where tests were skipped. It counts the
 * tests, the examples in the documentation included, and each other step that fails as one failure.
 *
 * @module
 */

import { type Tally, tallyLine, tallyOf } from "./tally.ts";

/** One step of the checks. */
interface Step {
  name: string;
  args: string[];
}

/** The part of a package's `deno.json` that the steps depend on. */
interface PackageConfig {
  exports?: string | Record<string, string>;
  workspace?: string[];
}

const ROOT = new URL("../", import.meta.url);

function readConfig(folder: URL): PackageConfig {
  return JSON.parse(Deno.readTextFileSync(new URL("deno.json", folder)));
}

/** The folders that an entry of `workspace` names: one, or all packages under `folder/*`. */
function members(entry: string): URL[] {
  if (!entry.endsWith("/*")) return [new URL(`${entry}/`, ROOT)];
  const folder = new URL(entry.slice(0, -1), ROOT);
  return [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => new URL(`${name}/`, folder))
    .filter((member) => [...Deno.readDirSync(member)].some(({ name }) => name === "deno.json"));
}

/** The files that the packages export, whose documentation must be complete. */
function entryPoints(): string[] {
  const root = readConfig(ROOT);
  const folders = [ROOT, ...(root.workspace ?? []).flatMap(members)];
  return folders.flatMap((folder) => {
    const { exports = {} } = readConfig(folder);
    const files = typeof exports === "string" ? [exports] : Object.values(exports);
    return files.map((file) => new URL(file, folder).pathname.slice(ROOT.pathname.length));
  });
}

function steps(): Step[] {
  return [
    { name: "format", args: ["fmt", "--check"] },
    { name: "lint", args: ["lint"] },
    { name: "types", args: ["check", "--quiet"] },
    { name: "publish", args: ["publish", "--dry-run", "--allow-dirty", "--quiet"] },
  ];
}

/** Time for one step in minutes: a test that hangs ends as a failure, within the time that CI has. */
const DEADLINE = 12;

/** Runs Deno in the project, passes on what it prints, and keeps the end of it. */
async function passes(args: string[]): Promise<{ success: boolean; end: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let late = false;
  const stop = setTimeout(() => {
    late = true;
    // Deno then says which tests had not ended.
    child.kill("SIGINT");
  }, DEADLINE * 60_000);
  const kill = setTimeout(() => child.kill("SIGKILL"), DEADLINE * 60_000 + 20_000);
  const decoder = new TextDecoder();
  let end = "";
  for await (const chunk of child.stdout) {
    for (let sent = 0; sent < chunk.length;) sent += Deno.stdout.writeSync(chunk.subarray(sent));
    end = (end + decoder.decode(chunk, { stream: true })).slice(-10_000);
  }
  const { success } = await child.status;
  clearTimeout(stop);
  clearTimeout(kill);
  if (late) console.log(`\nStopped after ${DEADLINE} min: the last test named above hangs`);
  return { success: success && !late, end };
}

/**
 * Checks the documentation of what the packages export. That a schema's type is zod's, and so not
 * exported by us, is no fault: re-exporting it would move the complaint into zod's own files.
 */
async function documented(): Promise<boolean> {
  const { stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", "--quiet", ...entryPoints()],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stderr);
  const faults = text.split(/^(?=error\[)/m)
    .filter((fault) => fault.startsWith("error[") && !/private type 'ZodType'/.test(fault));
  // A module that cannot be loaded ends the check before it found anything.
  if (!success && !text.includes("error[")) faults.push(text);
  for (const fault of faults) console.error(fault);
  return faults.length === 0;
}

/** Runs the tests and the examples; a run that fails without a failed test counts as one failure. */
async function runTests(args: string[]): Promise<Tally> {
  const { success, end } = await passes(["test", "-P", "--doc", ...args]);
  const tally = tallyOf(end) ?? { passed: 0, failed: 0, skipped: 0 };
  if (!success && tally.failed === 0) tally.failed = 1;
  return tally;
}

if (import.meta.main) {
  const started = performance.now();
  const failed: string[] = [];
  // With arguments only the tests that they name are asked for.
  for (const step of Deno.args.length > 0 ? [] : steps()) {
    console.log(`\n== ${step.name}: deno ${step.args.join(" ")}`);
    if (!(await passes(step.args)).success) failed.push(step.name);
  }
  if (Deno.args.length === 0) {
    console.log("\n== documentation: deno doc --lint");
    if (!await documented()) failed.push("documentation");
  }
  console.log("\n== tests: deno test -P --doc");
  const tally = await runTests(Deno.args);
  if (tally.failed > 0) failed.push("tests");
  tally.failed += failed.filter((name) => name !== "tests").length;
  if (tally.passed + tally.failed === 0) {
    console.log("\nNo test ran: check the names given");
    tally.failed = 1;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(
    failed.length > 0 ? `\nFailed: ${failed.join(", ")} (${seconds} s)` : `\n${seconds} s`,
  );
  console.log(tallyLine(tally));
  if (tally.failed > 0) Deno.exitCode = 1;
}
