import assert from "node:assert/strict";
import { type Json, TOOLS } from "../probes/mod.ts";
import { testWorld } from "./testing/episode.ts";
import { byteLength, RESULT_BYTES } from "./tools/outcome.ts";

/** Texts that a model can invent. */
const TEXTS: readonly string[] = [
  "",
  " ",
  "\0",
  "a".repeat(1_000_000),
  "a".repeat(60_000),
  "(a+)+$",
  "*".repeat(5_000),
  "../../../etc/passwd",
  "/share/../../../../etc/passwd",
  "'; drop table tickets; --",
  "select 1; commit",
  "%00%F0%9F",
  "%",
  "\ud800",
  "\u202ealice.dev",
  "аlice.dev",
  "👩‍💻.dev",
  "__proto__",
  "constructor",
  "${process.env}",
  "{{7*7}}",
  '"][}{',
  "null",
  "-1",
  "1e309",
  "alice.dev/../henry.compliance",
  "alice.dev?exact=false",
  "alice.dev#",
  "id:",
  '{"query":{"regexp":{"user":"(a+)+$"}}}',
  `${"*a".repeat(2_000)}b`,
  "((((((((((",
];

/** Values of the wrong type. */
const VALUES: readonly Json[] = [
  null,
  true,
  -1,
  1e300,
  0.5,
  [],
  [[]],
  {},
  { a: { b: {} } },
  [null],
  Array(1000).fill("x"),
];

/** Argument lists of one tool: each text in each place, then each odd value. */
function* attempts(name: string): Generator<Record<string, Json>> {
  const parameters = TOOLS.get(name)?.schema.function.parameters.properties ?? {};
  const usual = (column: string): Json => {
    if (column === "realm") return "enterprise";
    if (column === "user_id") return "alice.dev";
    if (column === "bucket") return "public-downloads";
    if (column === "key") return "index.html";
    if (column === "to") return "bob.dev@example.com";
    if (column === "owner") return "enterprise";
    if (column === "repo") return "infra";
    if (column === "repo_path") return "enterprise/infra";
    if (column === "number") return 3;
    if (column === "index") return "app-logs-*";
    if (column === "document") return "{}";
    if (column === "event") return "comment";
    if (["branch", "ref", "from_ref", "to_ref"].includes(column)) return "main";
    const { type } = parameters[column] ?? {};
    return type === "integer"
      ? 1
      : type === "boolean"
      ? true
      : type === "array"
      ? ["manager"]
      : "x";
  };
  const all = Object.fromEntries(Object.keys(parameters).map((column) => [column, usual(column)]));
  yield {};
  yield { ...all, extra: 1 };
  for (const column of Object.keys(parameters)) {
    for (const text of TEXTS) {
      yield { ...all, [column]: parameters[column]?.type === "array" ? [text] : text };
    }
    for (const value of VALUES) yield { ...all, [column]: value };
  }
}

Deno.test("whatever arguments a model invents, a tool answers in time and nothing else changes", async (t) => {
  await using world = await testWorld();
  const { digest } = await world.info();
  let calls = 0;
  for (const name of TOOLS.keys()) {
    await t.step(name, async () => {
      await using episode = await world.episode();
      for (const args of attempts(name)) {
        const start = performance.now();
        const prepared = await episode.prepare({ name, arguments: args });
        const took = performance.now() - start;
        calls++;
        assert.ok(took < 15_000, `${name} took ${took} ms: ${JSON.stringify(args).slice(0, 200)}`);
        assert.ok(["executed", "denied", "invalid", "error"].includes(prepared.status));
        assert.ok(
          byteLength(prepared.result) <= RESULT_BYTES,
          `${name}: ${prepared.result.length}`,
        );
        assert.doesNotMatch(prepared.result, /root:[^:]*:0:0/);
        JSON.parse(prepared.result);
        if (prepared.status !== "executed") assert.deepEqual(prepared.diff, []);
        if (calls % 2 === 0) await prepared.commit();
        else await prepared.rollback();
      }
    });
  }
  assert.ok(calls > 1_000);
  assert.equal(await world.digest(), digest);
});

Deno.test("a tool that is unknown, or not in this world, is an error that says so", async () => {
  await using world = await testWorld();
  await using episode = await world.episode();
  const absent = [...TOOLS.keys()].filter((name) => !world.tools.has(name));
  const calls: [string, RegExp][] = [
    ["rm_rf", /Unknown tool .*rm_rf/],
    ["x".repeat(1e6), /Unknown/],
    ...absent.map((name): [string, RegExp] => [name, /not part of this world/]),
  ];
  for (const [name, wanted] of calls) {
    const prepared = await episode.prepare({ name, arguments: {} });
    assert.equal(prepared.status, "error");
    assert.match(prepared.result, wanted);
    assert.ok(prepared.result.length < 200);
    await prepared.commit();
  }
  assert.ok(episode.tools.has("kc_get_user"));
});
